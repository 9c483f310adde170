package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

var imports = []rule{
	{"an import creates missing rows, changes rows that differ, and counts both", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.create(numbered(1), everything(1))
		c.create(numbered(2), everything(2))
		c.imports("app", 1, 1, whole(1), whole(3), imported("id 2", status.PatchOf(status.Status{ErrorCode: int32(7)}, "errorCode")))
		c.finds(numbered(1), everything(1).Apply(status.New("id 1")))
		want := everything(2).Apply(status.New("id 2"))
		want.ErrorCode = 7
		c.finds(numbered(2), want)
		c.finds(numbered(3), everything(3).Apply(status.New("id 3")))
	}},
	{"repeating an import changes nothing", func(t *testing.T, e Engine) {
		c := e.caller(t)
		rows := []status.Imported{whole(1), whole(2), imported("id 3", status.Patch{})}
		c.imports("app", 3, 0, rows...)
		c.imports("app", 0, 0, rows...)
		c.imports("app", 0, 0)
	}},
	{"an import applies rows with the same id in order", func(t *testing.T, e Engine) {
		c := e.caller(t)
		first, second := whole(1), properties()[0].to(2)
		c.imports("app", 1, 1, first, imported("id 1", second))
		c.finds(numbered(1), second.Apply(everything(1).Apply(status.New("id 1"))))
	}},
	{"an import creates a row in the given user status, else in that of its userPrincipalName", func(t *testing.T, e Engine) {
		c := e.caller(t)
		named := imported("named", named("anna@contoso.com"))
		named.User = new("user")
		nobodys := imported("nobody's", named.Patch)
		nobodys.User = new("")
		c.imports("app", 4, 0, named, nobodys, imported("derived", named.Patch), imported("unnamed", status.Patch{}))
		for id, want := range map[string]string{
			"named": "user", "nobody's": "", "derived": status.UserStatusID("app", "anna@contoso.com"), "unnamed": "",
		} {
			if got := c.userOf("app", id); got != want {
				t.Errorf("%s is in the user status %q, want %q", id, got, want)
			}
		}
	}},
	{"an import does not move a row to another user status", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.create(status.Key{App: "app", User: "user", ID: "id"}, everything(1))
		moved := imported("id", named("anna@contoso.com"))
		moved.User = new("another")
		c.imports("app", 0, 1, moved)
		if got := c.userOf("app", "id"); got != "user" {
			t.Errorf("the row is in the user status %q, want user", got)
		}
	}},
	{"an import changes no other app and no other tenant", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.create(status.Key{App: "other", ID: "id 1"}, everything(2))
		c.as("other").create(numbered(1), everything(3))
		c.imports("app", 1, 0, whole(1))
		c.finds(status.Key{App: "other", ID: "id 1"}, everything(2).Apply(status.New("id 1")))
		c.as("other").finds(numbered(1), everything(3).Apply(status.New("id 1")))
	}},
	{"concurrent imports and updates of the same rows are all applied", func(t *testing.T, e Engine) {
		c, stores := e.caller(t), e.stores
		const rows = 20
		var writing sync.WaitGroup
		for i, p := range properties() {
			writing.Go(func() {
				store := stores[i%len(stores)]
				if i%3 == 0 {
					var all []status.Imported
					for n := range rows {
						all = append(all, imported(numbered(n).ID, p.to(1)))
					}
					if _, err := store.Import(t.Context(), c.tenant, "app", all); err != nil {
						t.Error(err)
					}
					return
				}
				for n := range rows {
					if _, _, err := store.Update(t.Context(), c.tenant, numbered(n), p.to(1), status.Cond{CreateIfMissing: true}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writing.Wait()
		for n := range rows {
			c.finds(numbered(n), everything(1).Apply(status.New(numbered(n).ID)))
		}
	}},
	{"imported rows survive a restart", func(t *testing.T, e Engine) {
		e.durable(t)
		open := e.New(t)
		before := callerOf(t, opened(t, open))
		before.imports("app", 1, 0, whole(1))
		before.close()
		before.through(opened(t, open)).finds(numbered(1), everything(1).Apply(status.New("id 1")))
	}},
	{"an import whose context has ended changes nothing", func(t *testing.T, e Engine) {
		c := e.caller(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for _, rows := range [][]status.Imported{nil, {whole(1)}} {
			if written, err := c.store.Import(ended, c.tenant, "app", rows); !errors.Is(err, context.Canceled) || written.Total() != 0 {
				t.Errorf("Import: %+v, %v; want none, Canceled", written, err)
			}
		}
		c.misses(numbered(1))
	}},
}

func imported(id string, patch status.Patch) status.Imported {
	return status.Imported{ID: id, Patch: patch}
}

// whole returns row n with a value for every property.
func whole(n int) status.Imported { return imported(numbered(n).ID, everything(n)) }

func (c caller) imports(app string, created, changed int, rows ...status.Imported) {
	c.Helper()
	c.counts(app, status.Written{Created: created, Changed: changed, Unchanged: len(rows) - created - changed}, rows...)
}

// userOf returns the id of the user status that a row is listed with.
func (c caller) userOf(app, id string) string {
	c.Helper()
	page, err := c.store.List(context.Background(), c.tenant, status.Query{
		App: app, Query: query.Query{Limit: 1, Filter: query.Comparison{Property: query.ID, Operator: query.Equal, Value: query.TextValue(id)}},
	})
	if err != nil || len(page.Rows) != 1 {
		c.Fatalf("listing %s: %+v, %v", id, page, err)
	}
	return page.Rows[0].User
}

func (c caller) counts(app string, want status.Written, rows ...status.Imported) {
	c.Helper()
	if got, err := c.store.Import(context.Background(), c.tenant, app, rows); err != nil || got != want {
		c.Fatalf("importing: %+v, %v; want %+v", got, err, want)
	}
}
