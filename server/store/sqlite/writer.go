package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"installstatus/api/status"
	"installstatus/server/store/writes"
)

// writer runs writes one after the other on its connection. Calls that wait share a transaction, and so one sync to disk.
type writer struct {
	*writes.Queue[work]
	connections *pool         // of one
	stopped     chan struct{} // closed when the writer has ended
}

// work runs in a transaction. It may run again, after a transaction that was rolled back.
type work func(context.Context, *connection) error

type call = writes.Call[work]

// maxGroup is how many calls share a transaction at most.
const maxGroup = 256

func newWriter(connections *pool, closing <-chan struct{}) *writer {
	w := &writer{Queue: writes.NewQueue[work](0, closing), connections: connections, stopped: make(chan struct{})}
	go func() {
		defer close(w.stopped)
		w.Serve(w.transact)
	}()
	return w
}

// transact runs a call, and those that arrive meanwhile, in one transaction. A call that is refused has changed nothing. A call
// that fails may have: then the transaction is rolled back, and each call gets its own.
func (w *writer) transact(first *call) {
	c, err := w.connections.borrow(context.Background())
	if err != nil {
		w.refuse(first, err)
		return
	}
	defer w.connections.giveBack(c)
	if err := c.lock(context.Background()); err != nil {
		c.undo()
		w.refuse(first, failure("waiting to write", err))
		return
	}
	var group []*call
	var errs []error
	for one := range w.Group(first, maxGroup) {
		err := run(one, c)
		group, errs = append(group, one), append(errs, err)
		if isFailure(err) {
			c.undo()
			w.oneByOne(c, group, err)
			return
		}
	}
	w.finish(c, group, errs)
}

// refuse answers a call and all that wait for the same with an error.
func (w *writer) refuse(first *call, err error) {
	w.Fail(slices.Collect(w.Group(first, writes.MaxWaiting+1)), err)
}

// run does the work of a call in the open transaction.
func run(one *call, c *connection) (err error) {
	defer writes.Recover(&err)
	return one.Work(one.Context(), c)
}

// isFailure reports whether the transaction must be rolled back after the error. Other errors are refusals, which have changed
// nothing.
func isFailure(err error) bool {
	return err != nil && !errors.Is(err, status.ErrNotFound) && !errors.Is(err, status.ErrConditionNotMet)
}

// oneByOne runs calls that have begun, each in its own transaction, after the last of them has failed in a common one.
func (w *writer) oneByOne(c *connection, group []*call, failed error) {
	if len(group) == 1 {
		group[0].Answer(failed)
		return
	}
	for _, one := range group {
		if err := c.lock(context.Background()); err != nil {
			c.undo()
			one.Answer(failure("waiting to write", err))
		} else if err := run(one, c); isFailure(err) {
			c.undo()
			one.Answer(err)
		} else {
			w.finish(c, []*call{one}, []error{err})
		}
	}
}

// finish commits the transaction and answers its calls. If it cannot be committed, none of them has certainly happened.
func (w *writer) finish(c *connection, group []*call, errs []error) {
	if _, err := c.commit.ExecContext(context.Background()); err != nil {
		c.undo()
		w.Fail(group, fmt.Errorf("committing: %w: %w", status.ErrUnavailable, err))
		return
	}
	w.Answer(group, errs...)
}

// undo rolls back the transaction, if there is one. If that fails, the next lock fails and its caller calls undo again.
func (c *connection) undo() {
	_, _ = c.rollback.ExecContext(context.Background())
	clear(c.numbers) // some may have been given in the transaction
}
