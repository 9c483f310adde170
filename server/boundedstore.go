package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"installstatus/api"
	"installstatus/api/status"
)

// boundedStore is a status.Store that takes a limited number of calls at once, and refuses further ones without delay, so that
// those it has taken are answered in bounded time, and those that wait take bounded memory.
type boundedStore struct {
	status.Store
	reads, writes gate
	log           *slog.Logger
	warned        atomic.Int64 // when, in Unix seconds
}

// usualCalls is how many writes two cores do in about 0.3 s; as many reads may be under way. More rarely come at once. Taking
// fewer was seen to halve the throughput, since refusing clients that try again at once is not free either.
const usualCalls = 4096

func newBoundedStore(store status.Store, most int64, log *slog.Logger) *boundedStore {
	return &boundedStore{Store: store, reads: gate{most: most}, writes: gate{most: most}, log: log}
}

// gate counts those inside.
type gate struct {
	inside atomic.Int64
	most   int64
}

var errFull = fmt.Errorf("as many calls wait for the store as may: %w", status.ErrRefused)

func (a *boundedStore) enter(g *gate) error {
	if g.inside.Add(1) > g.most {
		g.inside.Add(-1)
		return a.full()
	}
	return nil
}

func (g *gate) leave() { g.inside.Add(-1) }

func (a *boundedStore) full() error {
	now, warned := time.Now().Unix(), a.warned.Load()
	if now-warned >= 60 && a.warned.CompareAndSwap(warned, now) {
		a.log.Warn("requests are refused, as many wait for the store as may", "reads", a.reads.inside.Load(), "writes", a.writes.inside.Load())
	}
	return errFull
}

// admit refuses a request for which the store has no room. It is asked before the body is read, when a refusal costs least.
func (a *boundedStore) admit(request api.Admission) error {
	g := &a.reads
	if request.Write {
		g = &a.writes
	}
	if g.inside.Load() >= g.most {
		return a.full()
	}
	return nil
}

// before is api.Options.Admit: it asks a, and then the throttle, which may be nil and must not count what a refuses.
func (a *boundedStore) before(t *throttle) func(api.Admission) error {
	if t == nil {
		return a.admit
	}
	return func(request api.Admission) error {
		if err := a.admit(request); err != nil {
			return err
		}
		return t.admit(request)
	}
}

// Get implements status.Store.
func (a *boundedStore) Get(ctx context.Context, tenant string, key status.Key) (status.Status, error) {
	if err := a.enter(&a.reads); err != nil {
		return status.Status{}, err
	}
	defer a.reads.leave()
	return a.Store.Get(ctx, tenant, key)
}

// List implements status.Store.
func (a *boundedStore) List(ctx context.Context, tenant string, query status.Query) (status.Page, error) {
	if err := a.enter(&a.reads); err != nil {
		return status.Page{}, err
	}
	defer a.reads.leave()
	return a.Store.List(ctx, tenant, query)
}

// ListUsers implements status.Store.
func (a *boundedStore) ListUsers(ctx context.Context, tenant string, query status.Query) (status.UserPage, error) {
	if err := a.enter(&a.reads); err != nil {
		return status.UserPage{}, err
	}
	defer a.reads.leave()
	return a.Store.ListUsers(ctx, tenant, query)
}

// Summarize implements status.Store.
func (a *boundedStore) Summarize(ctx context.Context, tenant, app string) (status.Summary, error) {
	if err := a.enter(&a.reads); err != nil {
		return status.Summary{}, err
	}
	defer a.reads.leave()
	return a.Store.Summarize(ctx, tenant, app)
}

// Update implements status.Store.
func (a *boundedStore) Update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (status.Status, bool, error) {
	if err := a.enter(&a.writes); err != nil {
		return status.Status{}, false, err
	}
	defer a.writes.leave()
	return a.Store.Update(ctx, tenant, key, patch, cond)
}

// Delete implements status.Store.
func (a *boundedStore) Delete(ctx context.Context, tenant string, key status.Key, cond status.Cond) error {
	if err := a.enter(&a.writes); err != nil {
		return err
	}
	defer a.writes.leave()
	return a.Store.Delete(ctx, tenant, key, cond)
}
