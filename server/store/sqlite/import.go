package sqlite

import (
	"context"
	"fmt"
	"time"

	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// An import is a series of short transactions, and leaves the lock free for a while after each. While other processes write,
// the transactions are shorter and the pauses longer.
const (
	alone       = 10 * time.Millisecond // how long a transaction goes on taking rows while nobody else writes
	aloneFree   = 2 * time.Millisecond  // how long it leaves the lock free then, twice as long as others need to notice
	shared      = 5 * time.Millisecond  // how long a transaction goes on while others write; it leaves the lock free for as long
	writtenSoon = time.Second           // others count that have written within this time
)

// importing is an import under way.
type importing struct {
	connections      *pool
	others           *others
	tenant, app      string
	rows             []status.Imported // that are still to come
	created, changed int
}

func (i *importing) all(ctx context.Context) error {
	for len(i.rows) > 0 {
		free, err := i.next(ctx)
		if err != nil {
			return err
		}
		time.Sleep(free)
	}
	return ctx.Err()
}

// next takes some rows, and says for how long the lock is to be left free.
func (i *importing) next(ctx context.Context) (free time.Duration, err error) {
	c, err := i.connections.borrow(ctx)
	if err != nil {
		return 0, err
	}
	defer i.connections.giveBack(c)
	taken, err := i.transact(ctx, c)
	if err != nil {
		return 0, err
	}
	ctx = context.WithoutCancel(ctx) // the rows are written
	if err := i.others.look(ctx, c); err != nil {
		return 0, err
	}
	if !i.others.write() {
		return aloneFree, nil
	}
	began := time.Now() // whoever's write finds the log full empties it: better an import than one of the others
	if _, err := c.ExecContext(ctx, "PRAGMA wal_checkpoint"); err != nil {
		return 0, failure("emptying the write-ahead log", err)
	}
	return taken - time.Since(began), nil
}

// transact is one transaction, in which each of some rows becomes what status.Imported says. It says how long it had the lock.
func (i *importing) transact(ctx context.Context, c *connection) (taken time.Duration, err error) {
	if err := c.lock(ctx); err != nil {
		c.undo() // the context may have ended just after it began
		return 0, failure("waiting to write", err)
	}
	ctx = context.WithoutCancel(ctx)
	began, enough := time.Now(), alone
	if i.others.write() {
		enough = shared
	}
	done, created, changed := 0, 0, 0
	app, err := c.appNumber(ctx, i.tenant, i.app)
	if app == 0 && err == nil {
		app, err = c.addNumber(ctx, i.tenant, i.app)
	}
	for err == nil && done < len(i.rows) && (done == 0 || time.Since(began) < enough) {
		var made, differs bool
		made, differs, err = c.importRow(ctx, app, i.app, i.rows[done])
		done++
		if made {
			created++
		}
		if differs {
			changed++
		}
	}
	if err != nil {
		c.undo()
		return 0, err
	}
	if _, err := c.commit.ExecContext(ctx); err != nil {
		c.undo()
		return 0, fmt.Errorf("committing: %w: %w", status.ErrUnavailable, err)
	}
	i.rows, i.created, i.changed = i.rows[done:], i.created+created, i.changed+changed
	return time.Since(began), nil
}

func (c *connection) importRow(ctx context.Context, app int64, appID string, imported status.Imported) (created, changed bool, err error) {
	found, err := c.row(ctx, app, imported.ID)
	if err != nil {
		return false, false, err
	}
	next := imported.Row(appID, found)
	if found == nil {
		return true, false, c.addRow(ctx, app, &next)
	}
	if changed := sqlgen.Changed(&found.Status, &next.Status); changed != 0 {
		return false, true, c.changeRow(ctx, app, changed, &next)
	}
	return false, false, nil
}

// others are the processes that write to the file too. Whoever has borrowed the writing connection may use it.
type others struct {
	version int64     // of the data, as this process left it; 0 at first
	written time.Time // when they were last seen to have written
}

// look finds out whether they have written since it last did.
func (o *others) look(ctx context.Context, c *connection) error {
	statement, err := c.statement(ctx, "PRAGMA data_version") // which only the writes of other connections change
	if err != nil {
		return err
	}
	before := o.version
	if err := statement.QueryRowContext(ctx).Scan(&o.version); err != nil {
		return failure("looking for others who write", err)
	}
	if o.version != before && before != 0 {
		o.written = time.Now()
	}
	return nil
}

// write reports whether they have been writing lately.
func (o *others) write() bool { return time.Since(o.written) < writtenSoon }
