// Package admission decides which requests are served and which are refused at once: a store accepts a limited number of
// calls, and a throttle keeps the limits that Microsoft Intune has.
package admission

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"installstatus/api"
	"installstatus/api/status"
)

// Store is a status.Store that accepts a limited number of calls at once and refuses more without delay, so that accepted
// calls are answered in bounded time and waiting calls take bounded memory. It embeds nothing: a new method of status.Store
// does not compile here until it is bounded too.
type Store struct {
	store         status.Store
	reads, writes gate
	log           *slog.Logger
	warned        atomic.Int64 // Unix seconds
}

var _ status.Store = (*Store)(nil)

// DefaultCalls is how many writes two cores do in about 0.3 s. As many reads may run beside them. More calls rarely arrive at
// once. A lower limit was measured to halve the throughput: refusing clients that retry at once has a cost too.
const DefaultCalls = 4096

// NewStore returns a store that accepts calls reads and as many writes at once.
func NewStore(store status.Store, calls int64, log *slog.Logger) *Store {
	return &Store{store: store, reads: gate{max: calls}, writes: gate{max: calls}, log: log}
}

// gate counts the calls inside.
type gate struct {
	inside atomic.Int64
	max    int64
}

var errFull = fmt.Errorf("too many calls wait for the store: %w", status.ErrRefused)

func (s *Store) enter(g *gate) error {
	if g.inside.Add(1) > g.max {
		g.inside.Add(-1)
		return s.refuse()
	}
	return nil
}

func (g *gate) leave() { g.inside.Add(-1) }

func (s *Store) refuse() error {
	now, warned := time.Now().Unix(), s.warned.Load()
	if now-warned >= 60 && s.warned.CompareAndSwap(warned, now) {
		s.log.Warn("store queue full", "reads", s.reads.inside.Load(), "writes", s.writes.inside.Load())
	}
	return errFull
}

// Admit refuses a request for which the store has no room. It is an api.Options.Admit: the API calls it before it reads the
// body, when a refusal costs least.
func (s *Store) Admit(request api.Admission) error {
	g := &s.reads
	if request.Write {
		g = &s.writes
	}
	if g.inside.Load() >= g.max {
		return s.refuse()
	}
	return nil
}

// All returns an api.Options.Admit that asks the given ones in order until one refuses, so that a throttle does not count
// what a full store refuses.
func All(admit ...func(api.Admission) error) func(api.Admission) error {
	return func(request api.Admission) error {
		for _, a := range admit {
			if err := a(request); err != nil {
				return err
			}
		}
		return nil
	}
}

// Get implements status.Store.
func (s *Store) Get(ctx context.Context, tenant string, key status.Key) (status.Status, error) {
	if err := s.enter(&s.reads); err != nil {
		return status.Status{}, err
	}
	defer s.reads.leave()
	return s.store.Get(ctx, tenant, key)
}

// List implements status.Store.
func (s *Store) List(ctx context.Context, tenant string, query status.Query) (status.Page, error) {
	if err := s.enter(&s.reads); err != nil {
		return status.Page{}, err
	}
	defer s.reads.leave()
	return s.store.List(ctx, tenant, query)
}

// ListUsers implements status.Store.
func (s *Store) ListUsers(ctx context.Context, tenant string, query status.Query) (status.UserPage, error) {
	if err := s.enter(&s.reads); err != nil {
		return status.UserPage{}, err
	}
	defer s.reads.leave()
	return s.store.ListUsers(ctx, tenant, query)
}

// Summarize implements status.Store.
func (s *Store) Summarize(ctx context.Context, tenant, app string) (status.Summary, error) {
	if err := s.enter(&s.reads); err != nil {
		return status.Summary{}, err
	}
	defer s.reads.leave()
	return s.store.Summarize(ctx, tenant, app)
}

// Apps implements status.Store.
func (s *Store) Apps(ctx context.Context, tenant string, query status.AppQuery) (status.AppPage, error) {
	if err := s.enter(&s.reads); err != nil {
		return status.AppPage{}, err
	}
	defer s.reads.leave()
	return s.store.Apps(ctx, tenant, query)
}

// Update implements status.Store.
func (s *Store) Update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (status.Status, bool, error) {
	if err := s.enter(&s.writes); err != nil {
		return status.Status{}, false, err
	}
	defer s.writes.leave()
	return s.store.Update(ctx, tenant, key, patch, cond)
}

// Delete implements status.Store.
func (s *Store) Delete(ctx context.Context, tenant string, key status.Key, cond status.Cond) error {
	if err := s.enter(&s.writes); err != nil {
		return err
	}
	defer s.writes.leave()
	return s.store.Delete(ctx, tenant, key, cond)
}

// Import implements status.Store.
func (s *Store) Import(ctx context.Context, tenant, app string, rows []status.Imported) (status.Written, error) {
	if err := s.enter(&s.writes); err != nil {
		return status.Written{}, err
	}
	defer s.writes.leave()
	return s.store.Import(ctx, tenant, app, rows)
}

// Ready implements status.Store. It is not bounded: a busy store is ready.
func (s *Store) Ready(ctx context.Context) error { return s.store.Ready(ctx) }

// Close implements status.Store.
func (s *Store) Close() error { return s.store.Close() }
