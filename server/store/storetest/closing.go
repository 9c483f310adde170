package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

var closing = []rule{
	{"calls to a closed store return ErrUnavailable", func(t *testing.T, e Engine) {
		c := e.alone(t)
		c.create(numbered(1), everything(1))
		c.close()
		if _, err := c.store.Get(context.Background(), c.tenant, numbered(1)); !errors.Is(err, status.ErrUnavailable) {
			t.Errorf("Get: %v, want ErrUnavailable", err)
		}
		for _, key := range []status.Key{numbered(1), numbered(2)} {
			c.refused(key, everything(2), status.Cond{CreateIfMissing: true}, status.ErrUnavailable)
		}
		if err := c.store.Delete(context.Background(), c.tenant, numbered(1), status.Cond{}); !errors.Is(err, status.ErrUnavailable) {
			t.Errorf("Delete: %v, want ErrUnavailable", err)
		}
		if _, err := c.store.List(context.Background(), c.tenant, status.Query{App: "app", Query: query.Query{Limit: 1}}); !errors.Is(err, status.ErrUnavailable) {
			t.Errorf("List: %v, want ErrUnavailable", err)
		}
		if _, err := c.store.ListUsers(context.Background(), c.tenant, status.Query{App: "app", Query: query.Query{Limit: 1}}); !errors.Is(err, status.ErrUnavailable) {
			t.Errorf("ListUsers: %v, want ErrUnavailable", err)
		}
		if _, err := c.store.Summarize(context.Background(), c.tenant, "app"); !errors.Is(err, status.ErrUnavailable) {
			t.Errorf("Summarize: %v, want ErrUnavailable", err)
		}
		if _, err := c.store.Apps(context.Background(), c.tenant, status.AppQuery{Limit: 1}); !errors.Is(err, status.ErrUnavailable) {
			t.Errorf("Apps: %v, want ErrUnavailable", err)
		}
		if _, err := c.store.Import(context.Background(), c.tenant, "app", []status.Imported{whole(2)}); !errors.Is(err, status.ErrUnavailable) {
			t.Errorf("Import: %v, want ErrUnavailable", err)
		}
		if err := c.store.Ready(context.Background()); !errors.Is(err, status.ErrUnavailable) {
			t.Errorf("Ready: %v, want ErrUnavailable", err)
		}
	}},
	{"a store can be closed several times, also concurrently", func(t *testing.T, e Engine) {
		c := e.alone(t)
		var closing sync.WaitGroup
		for range 4 {
			closing.Go(func() {
				if err := c.store.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		closing.Wait()
		c.close()
	}},
	{"acknowledged writes survive a restart", func(t *testing.T, e Engine) {
		e.durable(t)
		open := e.New(t)
		before := callerOf(t, opened(t, open))
		s := before.create(numbered(1), everything(1))
		byUser := before.create(status.Key{App: "app", User: "user", ID: "id"}, everything(2))
		before.create(numbered(2), everything(3))
		changed := before.update(numbered(2), properties()[0].to(4), status.Cond{})
		before.close()

		after := before.through(opened(t, open))
		after.finds(numbered(1), s)
		after.finds(numbered(2), changed)
		after.finds(status.Key{App: "app", User: "user", ID: "id"}, byUser)
		after.as("other").misses(numbered(1))
		after.update(numbered(2), everything(5), status.Cond{IfMatch: []string{changed.ETag()}})
		after.create(status.Key{App: "another app", ID: "id"}, everything(6))
	}},
	{"an update concurrent with Close is durable or returns ErrUnavailable", func(t *testing.T, e Engine) {
		open := e.New(t)
		c := callerOf(t, opened(t, open))
		const updates = 50
		outcomes := make([]error, updates)
		var updating sync.WaitGroup
		for n := range updates {
			updating.Go(func() {
				if n == updates/2 {
					c.close()
				}
				_, _, outcomes[n] = c.store.Update(t.Context(), c.tenant, numbered(n), everything(n), status.Cond{CreateIfMissing: true})
			})
		}
		updating.Wait()
		for n, err := range outcomes {
			if err != nil && !errors.Is(err, status.ErrUnavailable) {
				t.Errorf("update %d: %v", n, err)
			}
		}
		if e.Forgets {
			return
		}
		after := c.through(opened(t, open))
		for n, err := range outcomes {
			if err == nil {
				after.finds(numbered(n), everything(n).Apply(status.New(numbered(n).ID)))
			}
		}
	}},
	{"closing a store does not affect another store on the same database", func(t *testing.T, e Engine) {
		e.durable(t)
		stores := e.open(t, 2)
		first, second := callerOf(t, stores[0]), callerOf(t, stores[1])
		s := first.create(numbered(1), everything(1))
		first.close()
		second.finds(numbered(1), s)
		second.finds(numbered(1), second.update(numbered(1), everything(2), status.Cond{}))
	}},
}

func (c caller) close() {
	c.Helper()
	if err := c.store.Close(); err != nil {
		c.Errorf("closing the store: %v", err)
	}
}
