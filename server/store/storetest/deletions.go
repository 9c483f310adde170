package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"installstatus/api/status"
)

var deletions = []rule{
	{"a deleted row is not found by either path", func(t *testing.T, e Engine) {
		c := e.caller(t)
		byApp, byUser := status.Key{App: "app", ID: "id"}, status.Key{App: "app", User: "user", ID: "id"}
		for _, key := range []status.Key{byApp, byUser} {
			c.create(byUser, everything(1))
			c.deletes(key, status.Cond{}, nil)
			c.misses(byApp)
			c.misses(byUser)
			c.deletes(key, status.Cond{}, status.ErrNotFound)
		}
	}},
	{"a row is deleted only if its key and the condition match", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", User: "user", ID: "id"}
		s := c.create(key, everything(1))
		tag := status.Cond{IfMatch: []string{s.ETag()}}
		c.deletes(key, status.Cond{IfMatch: []string{`"stale"`}}, status.ErrConditionNotMet)
		c.deletes(status.Key{App: "app", User: "other", ID: "id"}, tag, status.ErrNotFound)
		c.deletes(status.Key{App: "App", ID: "id"}, tag, status.ErrNotFound)
		c.as("other").deletes(key, tag, status.ErrNotFound)
		c.finds(key, s)
		c.deletes(key, tag, nil)
		c.deletes(key, status.Cond{IfMatch: []string{"*"}}, status.ErrNotFound)
	}},
	{"a row that is created again keeps nothing of the deleted one", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		c.create(status.Key{App: "app", User: "user", ID: "id"}, everything(1))
		c.deletes(key, status.Cond{}, nil)
		c.create(key, status.Patch{})
		c.finds(key, status.New("id"))
		c.misses(status.Key{App: "app", User: "user", ID: "id"})
	}},
	{"exactly one of several concurrent deletions succeeds", func(t *testing.T, e Engine) {
		c, stores := e.caller(t), e.stores
		for range 5 {
			c.create(numbered(1), everything(1))
			var deleted atomic.Int32
			var racing sync.WaitGroup
			for i := range 8 {
				racing.Go(func() {
					switch err := stores[i%len(stores)].Delete(t.Context(), c.tenant, numbered(1), status.Cond{}); {
					case err == nil:
						deleted.Add(1)
					case !errors.Is(err, status.ErrNotFound):
						t.Error(err)
					}
				})
			}
			racing.Wait()
			if n := deleted.Load(); n != 1 {
				t.Errorf("deleted %d times, want once", n)
			}
		}
	}},
	{"a deletion whose context has ended changes nothing", func(t *testing.T, e Engine) {
		c := e.caller(t)
		s := c.create(numbered(1), everything(1))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.store.Delete(ended, c.tenant, numbered(1), status.Cond{}); !errors.Is(err, context.Canceled) {
			t.Errorf("Delete: %v, want Canceled", err)
		}
		c.finds(numbered(1), s)
	}},
}

func (c caller) deletes(key status.Key, cond status.Cond, want error) {
	c.Helper()
	if err := c.store.Delete(context.Background(), c.tenant, key, cond); !errors.Is(err, want) {
		c.Fatalf("deleting %v: %v, want %v", key, err, want)
	}
}
