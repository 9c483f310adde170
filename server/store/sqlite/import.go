package sqlite

import (
	"context"
	"time"

	"installstatus/api/status"
)

// An import is a row of transactions. SQLite lets nobody queue for its lock: who finds it taken looks again later, and later
// still. So while others write, an import holds it for a short time only, and then leaves it free for as long.
const (
	alone  = 25 * time.Millisecond // how long a transaction goes on taking rows while nobody else writes
	shared = 5 * time.Millisecond  // and while others do
	recent = time.Second           // others count that have written within this time
)

// cacheOfImports is how much memory an import takes, so that the pages which it comes by again and again stay in it: its rows
// are all over the file. Without, it reads and writes half as much again.
const cacheOfImports = "PRAGMA cache_size = -16384" // KiB

// importing is an import under way.
type importing struct {
	*connection
	tenant, app      string
	rows             []status.Imported // that are still to come
	created, changed int
}

func (i *importing) all(ctx context.Context, others *others) error {
	if _, err := i.ExecContext(ctx, cacheOfImports); err != nil {
		return failure("preparing an import", err)
	}
	for len(i.rows) > 0 {
		begun := time.Now()
		if err := i.some(ctx, begun.Add(others.allow())); err != nil {
			return err
		}
		if err := others.giveWay(context.WithoutCancel(ctx), i.connection, time.Since(begun)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// some is one transaction, in which each of the next rows becomes what status.Imported says.
func (i *importing) some(ctx context.Context, until time.Time) error {
	done, created, changed := 0, 0, 0
	err := i.transact(ctx, func(ctx context.Context) error {
		if err := i.knowApp(ctx, i.tenant, i.app); err != nil {
			return err
		}
		for done < len(i.rows) && (done == 0 || time.Now().Before(until)) {
			made, differs, err := i.one(ctx, i.rows[done])
			if err != nil {
				return err
			}
			if made {
				created++
			} else if differs {
				changed++
			}
			done++
		}
		return nil
	})
	if err == nil {
		i.rows, i.created, i.changed = i.rows[done:], i.created+created, i.changed+changed
	}
	return err
}

func (i *importing) one(ctx context.Context, imported status.Imported) (created, changed bool, err error) {
	key := status.Key{App: i.app, ID: imported.ID}
	found, err := i.row(ctx, i.tenant, key)
	if err != nil {
		return false, false, err
	}
	next := imported.Row(i.app, found)
	switch {
	case found == nil:
		return true, false, i.addRow(ctx, i.tenant, i.app, rowOf(next))
	case next != *found:
		return false, true, i.change(ctx, i.tenant, key, rowOf(*found), rowOf(next))
	}
	return false, false, nil
}

// others are the processes that write to the file too.
type others struct {
	version int64     // of the data, as this process left it; 0 at first
	since   time.Time // they have not written
}

// allow is how long a transaction may go on taking rows.
func (o *others) allow() time.Duration {
	if time.Since(o.since) < recent {
		return shared
	}
	return alone
}

// giveWay leaves the lock free for as long as it was taken, if others have been writing. It also empties the write-ahead
// log, so that the one whose write finds it full is not one of them.
func (o *others) giveWay(ctx context.Context, c *connection, taken time.Duration) error {
	statement, err := c.statement(ctx, "PRAGMA data_version") // which changes when others write
	if err != nil {
		return err
	}
	before := o.version
	if err := statement.QueryRowContext(ctx).Scan(&o.version); err != nil {
		return failure("looking for others who write", err)
	}
	if o.version != before && before != 0 {
		o.since = time.Now()
	}
	if o.allow() == alone {
		return nil
	}
	begun := time.Now()
	if _, err := c.ExecContext(ctx, "PRAGMA wal_checkpoint"); err != nil {
		return failure("emptying the write-ahead log", err)
	}
	time.Sleep(taken - time.Since(begun))
	return nil
}
