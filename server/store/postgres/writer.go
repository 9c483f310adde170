package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/columns"
	"installstatus/server/store/measure"
)

// writer carries out patches that need no look at their rows first: as many as wait go to the database together, as one
// transaction, and so share its round trip and its commit. It waits for nobody, so a caller alone is answered as soon as its
// own patch is on disk.
type writer struct {
	pool    *pool
	queue   chan *application
	closing chan struct{}
	working sync.WaitGroup
	groups  measure.Groups
}

const (
	writers  = 4    // how many groups are under way at once
	maxGroup = 64   // patches in one transaction
	maxQueue = 1024 // patches that wait before their callers do
)

func newWriter(p *pool) *writer {
	w := &writer{pool: p, queue: make(chan *application, maxQueue), closing: make(chan struct{})}
	for range writers {
		w.working.Go(w.run)
	}
	return w
}

// close waits for what has begun.
func (w *writer) close() {
	close(w.closing)
	w.working.Wait()
}

// application is a patch that one caller wants applied to a row, whatever is in it.
type application struct {
	ctx   context.Context
	at    place
	user  string // the user status that the row must belong to; "" for any
	set   columns.Set
	to    *columns.Row
	ends  time.Time // whatever becomes of it
	state atomic.Uint32

	result status.Status
	done   bool // false where there is no such row, or none that the patch changes
	err    error
	ended  chan struct{} // closed when the result is there
}

// The states of an application.
const (
	waiting uint32 = iota
	begun
	abandoned // by its caller, while it waited
)

// apply does what a patch says to a row of the user, if there is one and the patch changes it. Its context counts until the
// work has begun.
func (w *writer) apply(ctx context.Context, at place, user string, patch status.Patch) (s status.Status, done bool, err error) {
	a := &application{ctx: ctx, at: at, user: user, ended: make(chan struct{})}
	a.ends = time.Now().Add(w.pool.limits.acquire + w.pool.limits.write)
	if a.set, a.to = columns.Given(patch); a.set == 0 {
		return status.Status{}, false, nil
	}
	if err := ctx.Err(); err != nil {
		return status.Status{}, false, err
	}
	patience := time.NewTimer(w.pool.limits.acquire)
	defer patience.Stop()
	queue, refusal := w.queue, error(nil)
	for refusal == nil {
		select {
		case queue <- a:
			queue = nil
		case <-a.ended:
			return a.result, a.done, a.err
		case <-ctx.Done():
			refusal = ctx.Err()
		case <-patience.C:
			refusal = fmt.Errorf("too many writes wait: %w", status.ErrUnavailable)
		case <-w.closing:
			refusal = errClosed()
		}
	}
	if !a.state.CompareAndSwap(waiting, abandoned) {
		<-a.ended
		return a.result, a.done, a.err
	}
	return status.Status{}, false, refusal
}

func errClosed() error { return fmt.Errorf("the database is closed: %w", status.ErrUnavailable) }

func (w *writer) run() {
	for {
		select {
		case <-w.closing:
			return
		case first := <-w.queue:
			w.together(first)
		}
	}
}

// group is an application and those that wait with it. A caller that has just been answered is given a moment to come again.
func (w *writer) group(first *application) (group []*application) {
	if first.begin() {
		group = append(group, first)
	}
	for quiet := 0; quiet < 3 && len(group) < maxGroup; {
		select {
		case next := <-w.queue:
			if next.begin() {
				group = append(group, next)
			}
		default:
			quiet++
			runtime.Gosched()
		}
	}
	slices.SortStableFunc(group, func(a, b *application) int { return a.at.compare(b.at) }) // so that groups don't lock each other out
	return group
}

// begin reports whether the caller still waits.
func (a *application) begin() bool { return a.state.CompareAndSwap(waiting, begun) }

// together carries out an application, and those that wait with it, as one transaction. Which those are is known once there
// is a connection, for they go on coming until then. Where the database refuses them because of one, each gets its own.
func (w *writer) together(first *application) {
	var group []*application
	connected := false
	err := w.pool.write(context.Background(), func(ctx context.Context, c *pgx.Conn) error {
		if !connected {
			connected, group = true, w.group(first)
		}
		err := transact(ctx, c, group)
		if len(group) > 1 && refused(err) {
			return errOneRefused // which is not tried again
		}
		return err
	})
	if !connected { // they have all waited for the same
		group = w.group(first)
	}
	if !errors.Is(err, errOneRefused) {
		w.answer(group, err)
		return
	}
	for _, a := range group {
		w.working.Go(func() { w.alone(a) })
	}
}

// errOneRefused says that the database has undone a transaction of many because of one of them.
var errOneRefused = errors.New("one of the patches was refused")

// alone carries out an application that has begun.
func (w *writer) alone(a *application) {
	group := []*application{a}
	w.answer(group, w.pool.writeBy(context.Background(), a.ends, func(ctx context.Context, c *pgx.Conn) error {
		return transact(ctx, c, group)
	}))
}

// answer tells those of a transaction how it ended, and counts it if it is committed.
func (w *writer) answer(group []*application, err error) {
	if err == nil && len(group) > 0 {
		w.groups.Add(len(group))
	}
	for _, a := range group {
		a.answer(err)
	}
}

func (a *application) answer(err error) {
	if a.err = err; err != nil {
		a.result, a.done = status.Status{}, false
	}
	close(a.ended)
}

// transact is one round trip: what is sent in one batch is one transaction.
func transact(ctx context.Context, c *pgx.Conn, group []*application) (err error) {
	if len(group) == 0 {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a write panicked: %v", p)
		}
	}()
	batch := new(pgx.Batch)
	for _, a := range group {
		apply := a.statement()
		batch.Queue(apply.text.String(), apply.arguments...)
	}
	results := c.SendBatch(ctx, batch)
	for _, a := range group {
		var next row
		err := results.QueryRow().Scan(next.scanned()...)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			results.Close()
			return failure("changing statuses", err)
		}
		if a.done = err == nil; a.done {
			a.result = next.kept().Status
		}
	}
	return failure("changing statuses", results.Close()) // nil once it is committed
}

func (a *application) statement() *statement {
	update := updateRow(a.at, a.set, a.to)
	update.write(" AND ROW(" + strings.Join(a.set.Names(), ", ") + ") IS DISTINCT FROM ROW(")
	update.list(a.set.Fields(a.to))
	update.write(")")
	if a.user != "" {
		update.of(a.user)
	}
	update.write(" RETURNING " + selected())
	return update
}

func (p place) compare(q place) int {
	return cmp.Or(strings.Compare(p.tenant, q.tenant), strings.Compare(p.app, q.app), strings.Compare(p.id, q.id), strings.Compare(p.digest, q.digest))
}
