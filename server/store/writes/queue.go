// Package writes is what engines share of writing: the queue in which the writes of many callers wait to share a transaction, and
// the steps of one write. It imports no driver and no engine.
package writes

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync/atomic"
	"time"

	"installstatus/api/status"
	"installstatus/server/store/measure"
)

// MaxWaiting is how many calls wait in a queue before their callers wait to enter it.
const MaxWaiting = 1024

// Queue holds the calls that wait for a transaction. Writers take calls from it, run several in one transaction, which costs one
// commit, and answer each. A writer never waits for more calls, so a single caller is answered after its own commit.
type Queue[T any] struct {
	calls    chan *Call[T]
	closing  <-chan struct{}
	patience time.Duration
	groups   measure.Groups
}

// NewQueue returns an empty queue. A call that no writer begins within the patience fails with status.ErrUnavailable; zero means
// that it waits as long as its context allows. After closing is closed, calls that no writer has begun fail.
func NewQueue[T any](patience time.Duration, closing <-chan struct{}) *Queue[T] {
	return &Queue[T]{calls: make(chan *Call[T], MaxWaiting), closing: closing, patience: patience}
}

// Call is a caller's write. Exactly one writer begins and answers it, unless its caller leaves before.
type Call[T any] struct {
	Work T

	ctx   context.Context
	state atomic.Uint32
	err   error
	done  chan struct{} // closed by Answer
}

// The states of a call.
const (
	waiting uint32 = iota
	begun
	abandoned // by its caller, before a writer began it
)

// ErrClosed is returned for calls after an engine was closed.
var ErrClosed = fmt.Errorf("the database is closed: %w", status.ErrUnavailable)

// Do queues work and waits for a writer's answer. Its context counts until a writer begins the call.
func (q *Queue[T]) Do(ctx context.Context, work T) error {
	select {
	case <-q.closing:
		return ErrClosed
	default:
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var impatient <-chan time.Time
	if q.patience > 0 {
		timer := time.NewTimer(q.patience)
		defer timer.Stop()
		impatient = timer.C
	}
	call := &Call[T]{Work: work, ctx: ctx, done: make(chan struct{})}
	entry := q.calls // nil once the call has entered
	var refusal error
	for refusal == nil {
		select {
		case entry <- call:
			entry = nil
		case <-call.done:
			return call.err
		case <-ctx.Done():
			refusal = ctx.Err()
		case <-impatient:
			refusal = fmt.Errorf("too many writes are waiting: %w", status.ErrUnavailable)
		case <-q.closing:
			refusal = ErrClosed
		}
	}
	if call.state.CompareAndSwap(waiting, abandoned) {
		return refusal
	}
	<-call.done
	return call.err
}

// Serve passes calls to a writer, one after the other, until the queue is closing. The writer may take further calls with Group.
// Several goroutines may call Serve.
func (q *Queue[T]) Serve(write func(first *Call[T])) {
	for {
		select {
		case <-q.closing:
			return
		case call := <-q.calls:
			write(call)
		}
	}
}

// Group begins a call, and those that wait or arrive while the caller ranges over them, most at most. It leaves out calls whose
// callers have left.
func (q *Queue[T]) Group(first *Call[T], most int) iter.Seq[*Call[T]] {
	return func(yield func(*Call[T]) bool) {
		begun := 0
		for call := first; call != nil; call = q.next() {
			if !call.begin() {
				continue
			}
			if begun++; !yield(call) || begun == most {
				return
			}
		}
	}
}

// next returns a call that waits, or nil. It gives callers that have just been answered a moment to return.
func (q *Queue[T]) next() *Call[T] {
	for range 3 {
		select {
		case call := <-q.calls:
			return call
		default:
			runtime.Gosched()
		}
	}
	return nil
}

// Len returns how many calls wait.
func (q *Queue[T]) Len() int { return len(q.calls) }

// begin reports whether a writer must do the call and answer it. It is false if the caller has left.
func (c *Call[T]) begin() bool {
	if !c.state.CompareAndSwap(waiting, begun) {
		return false
	}
	if err := c.ctx.Err(); err != nil {
		c.Answer(err)
		return false
	}
	return true
}

// Context returns the caller's context for work that goes on after the caller has left.
func (c *Call[T]) Context() context.Context { return context.WithoutCancel(c.ctx) }

// Answer ends a call that has begun.
func (c *Call[T]) Answer(err error) {
	c.err = err
	close(c.done)
}

// Answer ends the calls of a transaction. errs has an error for each; none means that all succeeded. It counts the transaction
// as committed.
func (q *Queue[T]) Answer(group []*Call[T], errs ...error) {
	if len(group) > 0 {
		q.groups.Add(len(group))
	}
	for i, call := range group {
		if errs == nil {
			call.Answer(nil)
		} else {
			call.Answer(errs[i])
		}
	}
}

// Fail ends the calls of a transaction that was not committed.
func (q *Queue[T]) Fail(group []*Call[T], err error) {
	for _, call := range group {
		call.Answer(err)
	}
}

// Recover is deferred by what does the work of calls. It makes a panic the error.
func Recover(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("a write panicked: %v", p)
	}
}

// Grouping returns what was counted.
func (q *Queue[T]) Grouping() *measure.Grouping { return q.groups.Grouping(len(q.calls)) }
