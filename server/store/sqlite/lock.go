package sqlite

import (
	"context"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// lockPatience is how long a write waits for those of other processes.
const lockPatience = 5 * time.Second

// prepareWriting is for a pool of one connection, the one that writes. It leaves waiting to lock: SQLite's own way looks up to
// 100 ms apart, and may miss for seconds the moments that another process, such as an import, leaves the lock free. And it gives
// the connection memory for pages that it needs again and again, since rows are written all over the file.
func prepareWriting(ctx context.Context, writing *pool) error {
	c, err := writing.borrow(ctx)
	if err != nil {
		return err
	}
	defer writing.giveBack(c)
	_, err = c.ExecContext(ctx, "PRAGMA busy_timeout = 0; PRAGMA cache_size = -16384") // KiB
	return err
}

// lock begins a transaction that writes, as soon as no other process has one.
func (c *connection) lock(ctx context.Context) error {
	for began := time.Now(); ; {
		_, err := c.begin.ExecContext(ctx)
		if code(err) != sqlite3.SQLITE_BUSY || time.Since(began) > c.patience {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}
