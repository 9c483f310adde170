package transfer

import (
	"context"
	"errors"

	"installstatus/api/status"
)

// Written counts the rows that an import has written, or left as they were.
type Written = status.Written

// Write reads the files again and writes the planned rows to the tenant. If the rows belong to several phases of an import, it reads
// the files once for each. It calls progress with the number of bytes read so far, scaled to the size of the files. When the
// context ends, Write finishes the current chunk and returns an error. The counts are valid even with an error.
func (p *Plan) Write(ctx context.Context, store status.Store, tenant string, progress func(bytes int64)) (Written, error) {
	c := &chunks{store: store, tenant: tenant, total: p.ToWrite(), rows: make(map[string][]status.Imported)}
	var phases []int
	for phase, rows := range p.latest.phases {
		if rows > 0 {
			phases = append(phases, phase)
		}
	}
	for n, phase := range phases {
		passes := int64(len(phases))
		scaled := func(bytes int64) { progress((int64(n)*p.files.Size + bytes) / passes) }
		if err := p.write(ctx, phase, len(phases) == 1, c, scaled); err != nil {
			return c.written, err
		}
	}
	if c.written.Total() != c.total {
		return c.written, errors.New("a file changed during the import; import it again")
	}
	return c.written, nil
}

// write writes the rows of a phase, or of all phases.
func (p *Plan) write(ctx context.Context, phase int, all bool, to *chunks, progress func(int64)) error {
	rows := p.files.rows(p.options)
	to.emptied = 0
	number := 0 // of the valid row
	for row, err := range rows.all() {
		if rowError := (*RowError)(nil); errors.As(err, &rowError) {
			continue // reported by Check
		}
		if err != nil {
			return err
		}
		if place := p.latest.of(number); place != outdated && (all || row.Phase() == phase) {
			row.OfUser, row.Overwrite = place == ofUser, p.Overwrite
			if err := to.add(ctx, &row, rows.bytesRead()); err != nil {
				return err
			}
			p.errors.add(row.Patch.To.ErrorCode)
		}
		if number++; number%progressInterval == 0 {
			progress(rows.bytesRead())
		}
	}
	return to.writeAll(ctx, rows.bytesRead())
}
