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

// Each of these runs on two stores of one database, where the engine keeps one.
var concurrency = []rule{
	{"concurrent patches of one row lose nothing", func(t *testing.T, e Engine) {
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
	{"a raced row is made once", func(t *testing.T, e Engine) {
		c, stores := e.caller(t), e.stores
		var created atomic.Int32
		var patching sync.WaitGroup
		for i, p := range properties() {
			patching.Go(func() {
				_, made, err := stores[i%len(stores)].Update(t.Context(), c.tenant, numbered(1), p.to(1), status.Cond{CreateIfMissing: true})
				if err != nil {
					t.Errorf("%s: %v", p.name, err)
				}
				if made {
					created.Add(1)
				}
			})
		}
		patching.Wait()
		if n := created.Load(); n != 1 {
			t.Errorf("made %d times", n)
		}
		c.finds(numbered(1), everything(1).Apply(status.New(numbered(1).ID)))
	}},
	{"of the updates that race with one tag, one wins", func(t *testing.T, e Engine) {
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
						t.Errorf("round %d: a second winner", round)
					case err != nil && !errors.Is(err, status.ErrConditionNotMet):
						t.Errorf("round %d: %v", round, err)
					}
				})
			}
			racing.Wait()
			if s = c.get(numbered(1)); s.ErrorCode != winner.Load() {
				t.Fatalf("round %d: the row is that of %d, the winner was %d", round, s.ErrorCode, winner.Load())
			}
		}
	}},
	{"a write that is refused leaves those beside it alone", func(t *testing.T, e Engine) {
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
			want, becomes := []error{nil, status.ErrNotFound, status.ErrConditionNotMet}[n%3], []int{2, 1, 1}[n%3]
			if !errors.Is(err, want) {
				t.Errorf("write %d: %v, want %v", n, err, want)
			}
			c.finds(numbered(n), everything(becomes).Apply(status.New(numbered(n).ID)))
		}
	}},
	{"a counter that is raised with If-Match counts every raise", func(t *testing.T, e Engine) {
		c, stores := e.caller(t), e.stores
		c.create(numbered(1), status.Patch{})
		const callers, raises = 8, 5
		var raising sync.WaitGroup
		for i := range callers {
			raising.Go(func() {
				for range raises {
					if err := raise(t.Context(), stores[i%len(stores)], c.tenant, numbered(1)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		raising.Wait()
		if got := c.get(numbered(1)).ErrorCode; got != callers*raises {
			t.Errorf("counted %d, want %d", got, callers*raises)
		}
	}},
	{"a reader sees rows whole, and never an older one after a newer", func(t *testing.T, e Engine) {
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
						t.Errorf("read a half: %+v", s)
						return
					}
					if s.ErrorCode < seen {
						t.Errorf("read %d after %d", s.ErrorCode, seen)
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
	{"a read after an update sees it", func(t *testing.T, e Engine) {
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

// raise adds 1 to a row's errorCode.
func raise(ctx context.Context, store status.Store, tenant string, key status.Key) error {
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
