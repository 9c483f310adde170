package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
	"installstatus/server/store/writes"
)

// writer runs patches that need no look at their rows first. Patches that wait go to the database together in one transaction,
// and so share a round trip and a commit.
type writer struct {
	*writes.Queue[*application]
	pool    *pool
	closing chan struct{}
	working sync.WaitGroup
}

const (
	writers  = 4  // groups in progress at once
	maxGroup = 64 // patches in one transaction
)

func newWriter(p *pool) *writer {
	w := &writer{pool: p, closing: make(chan struct{})}
	w.Queue = writes.NewQueue[*application](p.limits.acquire, w.closing)
	for range writers {
		w.working.Go(func() { w.Serve(w.together) })
	}
	return w
}

// close waits for the groups in progress.
func (w *writer) close() {
	close(w.closing)
	w.working.Wait()
}

// application is a patch to apply to a row, whatever is in it.
type application struct {
	at    place
	user  string // the user status that the row must belong to; "" for any
	patch status.Patch
	ends  time.Time // when it is over at the latest

	result status.Status
	done   bool // false if there is no such row, or if the patch does not change it
}

type call = writes.Call[*application]

// apply applies a patch to a row of the user. done is false if there is no such row, or if the patch does not change it.
func (w *writer) apply(ctx context.Context, at place, user string, patch status.Patch) (s status.Status, done bool, err error) {
	if patch.Given == 0 {
		return status.Status{}, false, nil
	}
	a := &application{at: at, user: user, patch: patch, ends: time.Now().Add(w.pool.limits.acquire + w.pool.limits.write)}
	if err := w.Do(ctx, a); err != nil {
		return status.Status{}, false, err
	}
	return a.result, a.done, nil
}

// group begins a call and those that wait with it, in an order in which groups don't lock each other out.
func (w *writer) group(first *call) []*call {
	return slices.SortedStableFunc(w.Group(first, maxGroup), func(a, b *call) int { return a.Work.at.compare(b.Work.at) })
}

// together runs a call, and those that wait with it, in one transaction. The group is complete only when there is a connection, since
// calls go on arriving until then. If the database refuses the transaction because of one call, each gets its own.
func (w *writer) together(first *call) {
	var group []*call
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
	if !connected { // all of them have waited for the connection
		group = w.group(first)
	}
	if !errors.Is(err, errOneRefused) {
		w.answer(group, err)
		return
	}
	for _, one := range group {
		w.working.Go(func() { w.alone(one) })
	}
}

// errOneRefused means that the database has rolled back a transaction of several patches because of one of them.
var errOneRefused = errors.New("one of the patches was refused")

// alone runs a call that has begun.
func (w *writer) alone(one *call) {
	group := []*call{one}
	w.answer(group, w.pool.writeBy(context.Background(), one.Work.ends, func(ctx context.Context, c *pgx.Conn) error {
		return transact(ctx, c, group)
	}))
}

// answer answers the calls of a transaction.
func (w *writer) answer(group []*call, err error) {
	if err != nil {
		w.Fail(group, err)
	} else {
		w.Answer(group)
	}
}

// transact takes one round trip. The statements of one batch are one transaction.
func transact(ctx context.Context, c *pgx.Conn, group []*call) (err error) {
	if len(group) == 0 {
		return nil
	}
	defer writes.Recover(&err)
	batch := new(pgx.Batch)
	for _, one := range group {
		apply := one.Work.statement()
		batch.Queue(apply.Text(), apply.Arguments()...)
	}
	results := c.SendBatch(ctx, batch)
	for _, one := range group {
		var next row
		err := results.QueryRow().Scan(next.fields()...)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			results.Close()
			return failure("changing statuses", err)
		}
		if one.Work.done = err == nil; one.Work.done {
			one.Work.result = next.whole().Status
		}
	}
	return failure("changing statuses", results.Close()) // nil once it is committed
}

func (a *application) statement() *statement {
	given := sqlgen.Of(a.patch.Given)
	update := updateRow(a.at, given, &a.patch.To)
	update.Write(" AND ROW(" + strings.Join(given.Names(), ", ") + ") IS DISTINCT FROM ROW(")
	update.WriteList(given.AppendFields(nil, &a.patch.To))
	update.Write(")")
	update.of(a.user)
	update.Write(" RETURNING " + selected())
	return update
}

func (p place) compare(q place) int {
	return cmp.Or(strings.Compare(p.tenant, q.tenant), strings.Compare(p.app, q.app), strings.Compare(p.id, q.id), strings.Compare(p.digest, q.digest))
}
