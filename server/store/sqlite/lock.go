package sqlite

import (
	"context"
	"fmt"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// lockPatience is how long a write waits for the writes of other processes.
const lockPatience = 5 * time.Second

// prepareWriting prepares a pool of one connection, the one that writes. It leaves waiting to the method lock, since SQLite's
// own busy handler looks up to 100 ms apart, and can miss for seconds the moments when another process, such as an import,
// releases the lock. It also gives the connection a larger page cache, since writes touch pages all over the file.
func prepareWriting(ctx context.Context, writing *pool) error {
	c, err := writing.borrow(ctx)
	if err != nil {
		return err
	}
	defer writing.giveBack(c)
	_, err = c.ExecContext(ctx, "PRAGMA busy_timeout = 0; PRAGMA cache_size = -16384") // KiB
	return err
}

// lock begins a write transaction as soon as no other process has one.
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

// checkpointLater makes the connection empty the write-ahead log less often, or as often as others. An import changes the same pages
// again and again, so it moves fewer pages if it does so later.
func (c *connection) checkpointLater(ctx context.Context, later bool) error {
	if c.checkpointsLater == later {
		return nil
	}
	pages := usualLog
	if later {
		pages = longLog
	}
	if _, err := c.ExecContext(ctx, fmt.Sprint("PRAGMA wal_autocheckpoint = ", pages)); err != nil {
		return failure("setting the length of the write-ahead log", err)
	}
	c.checkpointsLater = later
	return nil
}

// Lengths of the write-ahead log, in pages, at which a connection empties it.
const (
	usualLog = 500
	longLog  = 16000
)
