package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"installstatus/api/status"
)

// These rules use two stores on one database, or one store if the engine forgets.
var concurrency = []rule{
	{"concurrent patches of one row are all applied", func(t *testing.T, e Engine) {
		c, stores := e.caller(t), e.stores
		const rows = 5
		for n := range rows {
			c.create(numbered(n), status.Patch{})
		}
		var patching sync.WaitGroup
		for i, p := range properties() {
			for n := range rows {
				patching.Go(func() {
					if _, _, err := stores[(i+n)%len(stores)].Update(t.Context(), c.tenant, numbered(n), p.to(1), status.Cond{}); err != nil {
						t.Errorf("%s of row %d: %v", p.name, n, err)
					}
				})
			}
		}
		patching.Wait()
		for n := range rows {
			c.finds(numbered(n), everything(1).Apply(status.New(numbered(n).ID)))
		}
	}},
	{"concurrent updates create a missing row once", func(t *testing.T, e Engine) {
		c, stores := e.caller(t), e.stores
		var created atomic.Int32
		var patching sync.WaitGroup
		for i, p := range properties() {
			patching.Go(func() {
				_, isNew, err := stores[i%len(stores)].Update(t.Context(), c.tenant, numbered(1), p.to(1), status.Cond{CreateIfMissing: true})
				if err != nil {
					t.Errorf("%s: %v", p.name, err)
				}
				if isNew {
					created.Add(1)
				}
			})
		}
		patching.Wait()
		if n := created.Load(); n != 1 {
			t.Errorf("created %d times, want once", n)
		}
		c.finds(numbered(1), everything(1).Apply(status.New(numbered(1).ID)))
	}},
	{"exactly one of several concurrent updates with the same If-Match tag succeeds", func(t *testing.T, e Engine) {
		c, stores := e.caller(t), e.stores
		s := c.create(numbered(1), status.Patch{})
		for round := range 10 {
			var winner atomic.Int32
			var racing sync.WaitGroup
			for i := range 8 {
				racing.Go(func() {
					code := int32(100*round + i + 1)
					_, _, err := stores[i%len(stores)].Update(t.Context(), c.tenant, numbered(1),
						status.PatchOf(status.Status{ErrorCode: code}, "errorCode"), status.Cond{IfMatch: []string{s.ETag()}})
					switch {
					case err == nil && !winner.CompareAndSwap(0, code):
						t.Errorf("round %d: a second update succeeded", round)
					case err != nil && !errors.Is(err, status.ErrConditionNotMet):
						t.Errorf("round %d: %v", round, err)
					}
				})
			}
			racing.Wait()
			if winner.Load() == 0 {
				t.Fatalf("round %d: no update succeeded", round)
			}
			if s = c.get(numbered(1)); s.ErrorCode != winner.Load() {
				t.Fatalf("round %d: errorCode is %d, but the update to %d succeeded", round, s.ErrorCode, winner.Load())
			}
		}
	}},
	{"a refused write does not affect concurrent writes", func(t *testing.T, e Engine) {
		c := e.caller(t)
		const writes = 90
		for n := range writes {
			c.create(numbered(n), everything(1))
		}
		outcomes := make([]error, writes)
		var writing sync.WaitGroup
		for n := range writes {
			writing.Go(func() {
				switch n % 3 {
				case 0:
					_, _, outcomes[n] = c.store.Update(t.Context(), c.tenant, numbered(n), everything(2), status.Cond{})
				case 1:
					_, _, outcomes[n] = c.store.Update(t.Context(), c.tenant, numbered(n+writes), everything(2), status.Cond{})
				case 2:
					_, _, outcomes[n] = c.store.Update(t.Context(), c.tenant, numbered(n), everything(2), status.Cond{IfMatch: []string{`"stale"`}})
				}
			})
		}
		writing.Wait()
		for n, err := range outcomes {
			want, value := []error{nil, status.ErrNotFound, status.ErrConditionNotMet}[n%3], []int{2, 1, 1}[n%3]
			if !errors.Is(err, want) {
				t.Errorf("write %d: %v, want %v", n, err, want)
			}
			c.finds(numbered(n), everything(value).Apply(status.New(numbered(n).ID)))
		}
	}},
	{"no increment with If-Match is lost", func(t *testing.T, e Engine) {
		c, stores := e.caller(t), e.stores
		c.create(numbered(1), status.Patch{})
		const callers, increments = 8, 5
		var incrementing sync.WaitGroup
		for i := range callers {
			incrementing.Go(func() {
				for range increments {
					if err := increment(t.Context(), stores[i%len(stores)], c.tenant, numbered(1)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		incrementing.Wait()
		if got := c.get(numbered(1)).ErrorCode; got != callers*increments {
			t.Errorf("errorCode is %d, want %d", got, callers*increments)
		}
	}},
	{"a reader sees no partial update, and no older version after a newer one", func(t *testing.T, e Engine) {
		c, stores := e.caller(t), e.stores
		c.create(numbered(1), everything(0))
		const updates = 60
		var reading sync.WaitGroup
		for i := range 4 {
			reading.Go(func() {
				for seen := int32(0); seen < updates; {
					s, err := stores[i%len(stores)].Get(t.Context(), c.tenant, numbered(1))
					if err != nil {
						t.Error(err)
						return
					}
					if s != everything(int(s.ErrorCode)).Apply(status.New(numbered(1).ID)) {
						t.Errorf("read a partial update: %+v", s)
						return
					}
					if s.ErrorCode < seen {
						t.Errorf("read version %d after version %d", s.ErrorCode, seen)
						return
					}
					seen = s.ErrorCode
				}
			})
		}
		for n := range updates {
			c.update(numbered(1), everything(n+1), status.Cond{})
		}
		reading.Wait()
	}},
	{"a read after an update returns it, from every store", func(t *testing.T, e Engine) {
		c, stores := e.caller(t), e.stores
		for n := range 20 {
			writing := c.through(stores[n%len(stores)])
			s := writing.create(numbered(n), everything(n))
			for _, reading := range stores {
				writing.through(reading).finds(numbered(n), s)
			}
			s = writing.update(numbered(n), everything(n+1), status.Cond{})
			for _, reading := range stores {
				writing.through(reading).finds(numbered(n), s)
			}
		}
	}},
}

func numbered(n int) status.Key { return status.Key{App: "app", ID: fmt.Sprint("id ", n)} }

// increment adds 1 to a row's errorCode.
func increment(ctx context.Context, store status.Store, tenant string, key status.Key) error {
	for {
		s, err := store.Get(ctx, tenant, key)
		if err != nil {
			return err
		}
		_, _, err = store.Update(ctx, tenant, key, status.PatchOf(status.Status{ErrorCode: s.ErrorCode + 1}, "errorCode"), status.Cond{IfMatch: []string{s.ETag()}})
		if !errors.Is(err, status.ErrConditionNotMet) {
			return err
		}
	}
}
