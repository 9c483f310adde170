package sqlite

import (
	"context"
	"fmt"
	"time"

	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// An import is a series of short transactions. It releases the lock for a while after each. While other processes write, its
// transactions are shorter and its pauses longer.
const (
	alone       = 10 * time.Millisecond // the length of a transaction while no other process writes
	aloneFree   = 2 * time.Millisecond  // the pause after it, twice as long as others need to notice
	shared      = 5 * time.Millisecond  // the length of a transaction while others write; the pause after it is as long
	writtenSoon = time.Second           // a process that has written within this time is writing
)

// importing is an import in progress.
type importing struct {
	connections      *pool
	others           *others
	tenant, app      string
	rows             []status.Imported // not written yet
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

// next writes some rows. It returns how long to leave the lock free.
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
	began := time.Now() // the write that finds the log full must empty it: better one of the import than one of another process
	if _, err := c.ExecContext(ctx, "PRAGMA wal_checkpoint"); err != nil {
		return 0, failure("emptying the write-ahead log", err)
	}
	return taken - time.Since(began), nil
}

// transact runs one transaction, in which each of some rows becomes what status.Imported specifies. It returns how long it held
// the lock.
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

// others are the other processes that write to the file. Only the borrower of the writing connection may use it.
type others struct {
	version int64     // of the data after the last look; 0 at first
	written time.Time // when look last saw that they had
}

// look checks whether they have written since the last call.
func (o *others) look(ctx context.Context, c *connection) error {
	statement, err := c.statement(ctx, "PRAGMA data_version") // changes only when another connection writes
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

// write reports whether they have written recently.
func (o *others) write() bool { return time.Since(o.written) < writtenSoon }
