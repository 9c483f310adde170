package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"installstatus/api/query"
	"installstatus/api/status"
)

var contexts = []rule{
	{"a call whose context has ended changes nothing and returns the context's error", func(t *testing.T, e Engine) {
		c := e.caller(t)
		s := c.create(numbered(1), everything(1))
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		expired, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		for _, ended := range []context.Context{cancelled, expired} {
			if _, err := c.store.Get(ended, c.tenant, numbered(1)); !errors.Is(err, ended.Err()) {
				t.Errorf("Get: %v, want %v", err, ended.Err())
			}
			if err := c.store.Ready(ended); !errors.Is(err, ended.Err()) {
				t.Errorf("Ready: %v, want %v", err, ended.Err())
			}
			for _, key := range []status.Key{numbered(1), numbered(2)} {
				got, created, err := c.store.Update(ended, c.tenant, key, everything(2), status.Cond{CreateIfMissing: true})
				if !errors.Is(err, ended.Err()) || created || got != (status.Status{}) {
					t.Errorf("Update: %+v, created %t, %v; want %v", got, created, err, ended.Err())
				}
			}
		}
		c.finds(numbered(1), s)
		c.misses(numbered(2))
	}},
	{"an update whose context ends is applied completely if it returns no error, else not at all", func(t *testing.T, e Engine) {
		c := e.caller(t)
		const updates = 200
		outcomes := make([]error, updates)
		var waiting sync.WaitGroup
		for n := range updates {
			waiting.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n)*100*time.Microsecond)
				defer cancel()
				_, _, outcomes[n] = c.store.Update(ctx, c.tenant, numbered(n), everything(n), status.Cond{CreateIfMissing: true})
			})
		}
		waiting.Wait()
		for n, err := range outcomes {
			switch {
			case err == nil:
				c.finds(numbered(n), everything(n).Apply(status.New(numbered(n).ID)))
			case errors.Is(err, context.DeadlineExceeded):
				c.misses(numbered(n))
			default:
				t.Errorf("update %d: %v", n, err)
			}
		}
		c.create(numbered(updates), status.Patch{})
	}},
	{"lists whose contexts end do not affect later reads", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for n := range 20 {
			c.create(numbered(n), everything(n))
		}
		q := status.Query{App: numbered(0).App, Query: query.Query{Limit: 10, Count: true}}
		var reading sync.WaitGroup
		began := time.Now()
		for range 8 {
			reading.Go(func() {
				for n := 0; n < 5000 && time.Since(began) < 2*time.Second; n++ {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n%200)*time.Microsecond)
					_, err := c.store.List(ctx, c.tenant, q)
					cancel()
					if err != nil && !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("List: %v, want nil or DeadlineExceeded", err)
						return
					}
				}
			})
		}
		reading.Wait()
		s := c.update(numbered(0), everything(99), status.Cond{})
		for range 20 {
			reading.Go(func() {
				if got, err := c.store.Get(t.Context(), c.tenant, numbered(0)); err != nil || got != s {
					t.Errorf("Get after the update: %+v, %v; want %+v", got, err, s)
				}
				if page, err := c.store.List(t.Context(), c.tenant, q); err != nil || page.Count != 20 {
					t.Errorf("List counts %d rows, %v; want 20", page.Count, err)
				}
			})
		}
		reading.Wait()
	}},
}
