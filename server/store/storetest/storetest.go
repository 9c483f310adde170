// Package storetest tests that a storage engine follows the rules of status.Store. It imports no engine: the tests of each engine
// call Run.
package storetest

import (
	"context"
	"errors"
	"testing"

	"installstatus/api/status"
)

// Engine is the engine under test.
type Engine struct {
	// New creates an empty database and returns a function that opens a store on it. The rules call the function several times, as
	// several processes or a restarted one would. Run closes the stores.
	New func(t *testing.T) (open func() (status.Store, error))

	// Forgets means that closing the only store on a database deletes the database, so New's function is called once.
	Forgets bool

	stores []status.Store // on the database that the rules share
}

// Run tests every rule. The rules run in parallel and share a database, each with its own tenants, except rules that close stores
// or need certain tenants: these have their own database.
func Run(t *testing.T, engine Engine) {
	engine.stores = engine.open(t, 2)
	for _, group := range []struct {
		name  string
		rules []rule
	}{
		{"rows", rows},
		{"keys", keys},
		{"properties", values},
		{"conditions", conditions},
		{"deletions", deletions},
		{"lists", lists},
		{"users", users},
		{"summaries", summaries},
		{"imports", imports},
		{"apps", apps},
		{"meetings", meetings},
		{"concurrency", concurrency},
		{"contexts", contexts},
		{"closing", closing},
		{"laws", laws},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, rule := range group.rules {
				t.Run(rule.name, func(t *testing.T) {
					t.Parallel()
					rule.test(t, engine)
				})
			}
		})
	}
}

// rule is a rule of status.Store and its test.
type rule struct {
	name string
	test func(*testing.T, Engine)
}

// open opens n stores on a new database, or one store if the engine forgets.
func (e Engine) open(t *testing.T, n int) []status.Store {
	t.Helper()
	if e.Forgets {
		n = 1
	}
	open := e.New(t)
	var stores []status.Store
	for range n {
		stores = append(stores, opened(t, open))
	}
	return stores
}

func opened(t *testing.T, open func() (status.Store, error)) status.Store {
	t.Helper()
	store, err := open()
	if err != nil {
		t.Fatalf("opening the store: %v", err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return store
}

// durable skips the test if the engine forgets.
func (e Engine) durable(t *testing.T) {
	t.Helper()
	if e.Forgets {
		t.Skip("the engine loses its data when it is closed")
	}
}

// caller calls a store for a tenant, and fails the test if a result is unexpected.
type caller struct {
	*testing.T
	store          status.Store
	prefix, tenant string // the names of the rule's tenants begin with the prefix
}

// caller returns a caller of the first shared store.
func (e Engine) caller(t *testing.T) caller {
	c := caller{T: t, store: e.stores[0], prefix: t.Name() + ", "}
	return c.as("tenant")
}

// alone returns a caller of a store that no other rule uses.
func (e Engine) alone(t *testing.T) caller {
	t.Helper()
	return callerOf(t, e.open(t, 1)[0])
}

func callerOf(t *testing.T, store status.Store) caller {
	return caller{T: t, store: store}.as("tenant")
}

// as returns a caller for another tenant.
func (c caller) as(tenant string) caller {
	c.tenant = c.prefix + tenant
	return c
}

// through returns a caller of another store.
func (c caller) through(store status.Store) caller {
	c.store = store
	return c
}

func (c caller) get(key status.Key) status.Status {
	c.Helper()
	s, err := c.store.Get(context.Background(), c.tenant, key)
	if err != nil {
		c.Fatalf("reading %v: %v", key, err)
	}
	return s
}

// finds asserts that a row reads as want.
func (c caller) finds(key status.Key, want status.Status) {
	c.Helper()
	if got := c.get(key); got != want {
		c.Fatalf("%v reads as\n%+v, want\n%+v", key, got, want)
	}
}

func (c caller) misses(key status.Key) {
	c.Helper()
	if _, err := c.store.Get(context.Background(), c.tenant, key); !errors.Is(err, status.ErrNotFound) {
		c.Fatalf("reading %v: %v, want ErrNotFound", key, err)
	}
}

func (c caller) create(key status.Key, patch status.Patch) status.Status {
	c.Helper()
	s, created, err := c.store.Update(context.Background(), c.tenant, key, patch, status.Cond{CreateIfMissing: true})
	if err != nil || !created {
		c.Fatalf("creating %v: created %t, %v", key, created, err)
	}
	return s
}

// update changes an existing row.
func (c caller) update(key status.Key, patch status.Patch, cond status.Cond) status.Status {
	c.Helper()
	s, created, err := c.store.Update(context.Background(), c.tenant, key, patch, cond)
	if err != nil || created {
		c.Fatalf("updating %v: created %t, %v", key, created, err)
	}
	return s
}

// ids returns the ids of the rows that a query finds, and whether more follow. It checks that Get returns the same rows.
func (c caller) ids(query status.Query) (ids []string, more bool) {
	c.Helper()
	page, err := c.store.List(context.Background(), c.tenant, query)
	if err != nil {
		c.Fatalf("listing %+v: %v", query, err)
	}
	for _, row := range page.Rows {
		if got := c.get(status.Key{App: query.App, User: row.User, ID: row.ID}); got != row.Status {
			c.Fatalf("Get returns %+v, List %+v", got, row)
		}
		ids = append(ids, row.ID)
	}
	return ids, page.More
}

// refused asserts that an update fails with want and returns no status.
func (c caller) refused(key status.Key, patch status.Patch, cond status.Cond, want error) {
	c.Helper()
	s, created, err := c.store.Update(context.Background(), c.tenant, key, patch, cond)
	if !errors.Is(err, want) || created || s != (status.Status{}) {
		c.Fatalf("updating %v: %+v, created %t, %v; want %v", key, s, created, err, want)
	}
}
