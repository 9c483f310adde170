package sqlite

import (
	"context"
	"fmt"
	"time"

	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// An import is a series of transactions. If no other process has the file open, they are long and follow each other at once; a
// process that opens it meanwhile waits for one of them. Otherwise they are short, and the import releases the lock for a while
// after each. While others write, the pauses are longer.
const (
	alone       = 250 * time.Millisecond // the length of a transaction if no other process has the file open
	beside      = 10 * time.Millisecond  // its length if others have, but do not write
	besideFree  = 2 * time.Millisecond   // the pause after it, twice as long as others need to notice
	shared      = 5 * time.Millisecond   // its length while others write; the pause after it is as long
	writtenSoon = time.Second            // a process that has written within this time is writing
)

// importing is an import in progress.
type importing struct {
	connections *pool
	others      *others
	tenant, app string
	rows        []status.Imported // not written yet
	written     status.Written
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
	if err := c.checkpointLater(ctx, !i.others.present()); err != nil {
		return 0, err
	}
	taken, err := i.transact(ctx, c)
	if err != nil {
		return 0, err
	}
	ctx = context.WithoutCancel(ctx) // the rows are written
	if err := i.others.look(ctx, c); err != nil {
		return 0, err
	}
	if !i.others.write() {
		if i.others.present() {
			return besideFree, nil
		}
		return 0, nil
	}
	began := time.Now() // the write that finds the log full must empty it: better one of the import than one of another process
	if _, err := c.ExecContext(ctx, "PRAGMA wal_checkpoint"); err != nil {
		return 0, failure("emptying the write-ahead log", err)
	}
	return taken - time.Since(began), nil
}

// transact imports some rows in one transaction. It returns how long it held the lock.
func (i *importing) transact(ctx context.Context, c *connection) (taken time.Duration, err error) {
	if err := c.lock(ctx); err != nil {
		c.undo() // the context may have ended just after it began
		return 0, failure("waiting to write", err)
	}
	ctx = context.WithoutCancel(ctx)
	began := time.Now()
	rows := i.rows[:min(len(i.rows), i.others.pace.rows(i.others.length()))]
	written, err := c.importRows(ctx, i.tenant, i.app, rows)
	if err != nil {
		c.undo()
		return 0, err
	}
	i.others.pace.took(len(rows), time.Since(began))
	if _, err := c.commit.ExecContext(ctx); err != nil {
		c.undo()
		return 0, fmt.Errorf("committing: %w: %w", status.ErrUnavailable, err)
	}
	i.rows, i.written = i.rows[len(rows):], i.written.Plus(written)
	return time.Since(began), nil
}

func (c *connection) importRows(ctx context.Context, tenant, appID string, rows []status.Imported) (status.Written, error) {
	app, err := c.appNumber(ctx, tenant, appID)
	if app == 0 && err == nil {
		app, err = c.addNumber(ctx, tenant, appID)
	}
	if err != nil {
		return status.Written{}, err
	}
	m := status.NewImporting(appID)
	if err := c.findSought(ctx, app, m, rows); err != nil {
		return status.Written{}, err
	}
	for n := range rows {
		m.Import(&rows[n])
	}
	for _, change := range m.Changes() {
		if err := c.make(ctx, app, change); err != nil {
			return status.Written{}, err
		}
	}
	return m.Written, nil
}

// make makes a change of an import.
func (c *connection) make(ctx context.Context, app int64, change status.Change) error {
	from, to := change.From, change.To
	if from != nil && to != nil && from.User == to.User {
		return c.changeRow(ctx, app, sqlgen.Changed(&from.Status, &to.Status), to)
	}
	if from != nil {
		if _, err := c.remove.ExecContext(ctx, app, change.ID); err != nil {
			return failure("replacing a status", err)
		}
	}
	if to != nil {
		return c.addRow(ctx, app, to)
	}
	return nil
}

// pace estimates how many rows are written in a time.
type pace struct{ each time.Duration }

// rows returns how many rows to write in a time.
func (p *pace) rows(in time.Duration) int {
	if p.each == 0 {
		return 16
	}
	return max(1, int(in/p.each))
}

// took corrects the estimate.
func (p *pace) took(rows int, taken time.Duration) {
	p.each = max(taken/time.Duration(rows), p.each/4, 1) // a short transaction says little about a long one
}
