package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"installstatus/api/status"
	"installstatus/server/store/measure"
)

// writer carries out writes one after the other. Those that wait share a transaction, and so its commit and the one sync to
// disk. It waits for nobody, so a caller alone is answered as soon as its own commit is on disk.
type writer struct {
	connections *pool // of one
	queue       chan *write
	closing     <-chan struct{}
	stopped     chan struct{} // closed when the writer has ended
	groups      measure.Groups
}

const (
	maxGroup = 256  // writes in one transaction
	maxQueue = 1024 // writes that wait before their callers do
)

func newWriter(connections *pool, closing <-chan struct{}) *writer {
	w := &writer{connections: connections, queue: make(chan *write, maxQueue), closing: closing, stopped: make(chan struct{})}
	go w.run()
	return w
}

// write is what one caller wants done.
type write struct {
	ctx   context.Context
	do    func(context.Context, *connection) error // may be called again, after a transaction that was undone
	state atomic.Uint32
	err   error
	done  chan struct{} // closed when err says how it went
}

// The states of a write.
const (
	waiting uint32 = iota
	begun
	abandoned // by its caller, while it waited
)

// write does something in a transaction and returns when it is on disk. Its context counts until the write has begun.
func (w *writer) write(ctx context.Context, do func(context.Context, *connection) error) error {
	one := &write{ctx: ctx, do: do, done: make(chan struct{})}
	select {
	case <-w.closing:
		return errClosed()
	case <-ctx.Done():
		return ctx.Err()
	default:
	}
	select {
	case w.queue <- one:
	case <-w.closing:
		return errClosed()
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-one.done:
		return one.err
	case <-ctx.Done():
		if one.state.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
	case <-w.stopped:
		if one.state.CompareAndSwap(waiting, abandoned) {
			return errClosed()
		}
	}
	<-one.done
	return one.err
}

func (w *writer) run() {
	defer close(w.stopped)
	for {
		select {
		case <-w.closing:
			return
		case first := <-w.queue:
			w.transact(first)
		}
	}
}

// transact carries out a write, and those that come while it does, in one transaction. A write that is refused has changed
// nothing. One that fails may have: then the transaction is undone, and each write gets one of its own.
func (w *writer) transact(first *write) {
	c, err := w.connections.borrow(context.Background())
	if err != nil {
		first.begin(err)
		return
	}
	defer w.connections.giveBack(c)
	if err := c.lock(context.Background()); err != nil {
		c.undo()
		w.refuse(first, failure("waiting to write", err))
		return
	}
	var group []*write
	for next := first; next != nil; next = w.next(len(group)) {
		if !next.begin(nil) {
			continue
		}
		group = append(group, next)
		if next.err = next.apply(c); isFailure(next.err) {
			c.undo()
			if len(group) > 1 {
				w.oneByOne(c, group)
			} else {
				next.answer(next.err)
			}
			return
		}
	}
	w.finish(c, group)
}

// refuse answers a write and those in the queue, which have waited for the same.
func (w *writer) refuse(first *write, err error) {
	first.begin(err)
	for len(w.queue) > 0 {
		(<-w.queue).begin(err)
	}
}

// next is a write that waits, nil if there is none or the group is full. A caller that has just been answered is given a
// moment to come again.
func (w *writer) next(group int) *write {
	if group == maxGroup {
		return nil
	}
	for range 3 {
		select {
		case next := <-w.queue:
			return next
		default:
			runtime.Gosched()
		}
	}
	return nil
}

// begin reports whether the write is to be carried out: its caller still waits, and nothing stands against it. Else it is
// answered.
func (w *write) begin(against error) bool {
	if !w.state.CompareAndSwap(waiting, begun) {
		return false
	}
	if against == nil {
		against = w.ctx.Err()
	}
	if against != nil {
		w.answer(against)
	}
	return against == nil
}

func (w *write) answer(err error) {
	w.err = err
	close(w.done)
}

// apply does the work of a write in the open transaction.
func (w *write) apply(c *connection) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a write panicked: %v", p)
		}
	}()
	return w.do(context.WithoutCancel(w.ctx), c)
}

// isFailure tells an error after which the transaction must not be committed from a refusal, which has changed nothing.
func isFailure(err error) bool {
	return err != nil && !errors.Is(err, status.ErrNotFound) && !errors.Is(err, status.ErrConditionNotMet)
}

// oneByOne carries out writes that have begun, each in a transaction of its own.
func (w *writer) oneByOne(c *connection, group []*write) {
	for _, one := range group {
		if err := c.lock(context.Background()); err != nil {
			c.undo()
			one.answer(failure("waiting to write", err))
			continue
		}
		if one.err = one.apply(c); isFailure(one.err) {
			c.undo()
			one.answer(one.err)
			continue
		}
		w.finish(c, []*write{one})
	}
}

// finish commits the transaction, counts it and answers its writes. If it cannot be committed, none of them happened for sure.
func (w *writer) finish(c *connection, group []*write) {
	if _, err := c.commit.ExecContext(context.Background()); err != nil {
		c.undo()
		err = fmt.Errorf("committing: %w: %w", status.ErrUnavailable, err)
		for _, one := range group {
			one.answer(err)
		}
		return
	}
	if len(group) > 0 {
		w.groups.Add(len(group))
	}
	for _, one := range group {
		one.answer(one.err)
	}
}

// undo ends a transaction if there is one. Where it can't, the next begin fails, and calls it again.
func (c *connection) undo() {
	_, _ = c.rollback.ExecContext(context.Background())
	clear(c.numbers) // some may have got their numbers in it
}
