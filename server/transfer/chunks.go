package transfer

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"installstatus/api/status"
)

const (
	chunkRows     = 4_000   // rows of one app that are written together; an import can be interrupted between two chunks
	maxAhead      = 16_000  // rows of all apps that are held back until one app has a chunk
	maxBytesAhead = 8 << 20 // bytes of the file that are read before all held rows are written
)

// chunks writes rows in chunks of one app each, in whatever order the apps come, since each chunk costs a sync to disk.
type chunks struct {
	store   status.Store
	tenant  string
	total   int                          // rows to write in all, for error messages
	rows    map[string][]status.Imported // rows held back, by app
	ahead   int                          // number of these rows
	emptied int64                        // bytes of the file read when all held rows were last written
	written Written
}

// add adds a row and writes the chunks that are due. read is the number of bytes of the file read so far.
func (c *chunks) add(ctx context.Context, row *Row, read int64) error {
	c.rows[row.App] = append(c.rows[row.App], row.Imported)
	c.ahead++
	switch {
	case len(c.rows[row.App]) == chunkRows:
		return c.write(ctx, row.App)
	case c.ahead == maxAhead, read-c.emptied >= maxBytesAhead:
		return c.writeAll(ctx, read)
	}
	return nil
}

func (c *chunks) writeAll(ctx context.Context, read int64) error {
	c.emptied = read
	for _, app := range slices.Sorted(maps.Keys(c.rows)) {
		if err := c.write(ctx, app); err != nil {
			return err
		}
	}
	return nil
}

func (c *chunks) write(ctx context.Context, app string) error {
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted after %d of %d rows; import the file again to write the rest", c.written.Total(), c.total)
	}
	rows := c.rows[app]
	written, err := c.store.Import(context.WithoutCancel(ctx), c.tenant, app, rows)
	c.written = c.written.Plus(written)
	if err != nil {
		return fmt.Errorf("writing stopped after %d of %d rows: %w", c.written.Total(), c.total, err)
	}
	c.ahead -= len(rows)
	delete(c.rows, app)
	return nil
}
