package storetest

import (
	"context"
	"testing"

	"installstatus/api/status"
)

var rows = []rule{
	{"a missing row is not found", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.misses(status.Key{App: "app", ID: "id"})
		c.refused(status.Key{App: "app", ID: "id"}, everything(1), status.Cond{}, status.ErrNotFound)
		c.misses(status.Key{App: "app", ID: "id"})
	}},
	{"a missing row is made where it is asked for", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		want := everything(1).Apply(status.New("id"))
		if got := c.create(key, everything(1)); got != want {
			t.Fatalf("created as %+v, want %+v", got, want)
		}
		c.finds(key, want)
	}},
	{"a row that is there is changed, not made again", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		c.create(key, everything(1))
		got := c.update(key, everything(2), status.Cond{CreateIfMissing: true})
		if want := everything(2).Apply(status.New("id")); got != want {
			t.Fatalf("updated to %+v, want %+v", got, want)
		}
		c.finds(key, got)
	}},
	{"what a new row is not told has Graph's defaults", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.create(status.Key{App: "app", ID: "id"}, status.Patch{})
		c.finds(status.Key{App: "app", ID: "id"}, status.New("id"))
	}},
	{"a row is one, by its app's path and by its user status's", func(t *testing.T, e Engine) {
		c := e.caller(t)
		byApp, byUser := status.Key{App: "app", ID: "id"}, status.Key{App: "app", User: "user", ID: "id"}
		c.create(byUser, everything(1))
		c.finds(byApp, c.get(byUser))
		c.finds(byUser, c.update(byApp, everything(2), status.Cond{}))
		c.finds(byApp, c.update(byUser, everything(3), status.Cond{}))
	}},
	{"a path that names another user status finds nothing", func(t *testing.T, e Engine) {
		c := e.caller(t)
		owner, other := status.Key{App: "app", User: "user", ID: "id"}, status.Key{App: "app", User: "other", ID: "id"}
		s := c.create(owner, everything(1))
		c.misses(other)
		for _, cond := range []status.Cond{{}, {CreateIfMissing: true}, {IfMatch: []string{"*"}}, {IfMatch: []string{s.ETag()}}, {IfMatch: []string{`"stale"`}}} {
			c.refused(other, everything(2), cond, status.ErrNotFound)
		}
		c.finds(owner, s)
	}},
	{"a row without a user belongs to no user status", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.create(status.Key{App: "app", ID: "id"}, status.Patch{})
		c.misses(status.Key{App: "app", User: status.UserStatusID("app", "anna@contoso.com"), ID: "id"})
	}},
	{"the user status follows from the name, in any case", func(t *testing.T, e Engine) {
		c := e.caller(t)
		s := c.create(status.Key{App: "app", ID: "id"}, named("Anna@Contoso.com"))
		c.finds(status.Key{App: "app", User: status.UserStatusID("app", "anna@contoso.com"), ID: "id"}, s)
		c.misses(status.Key{App: "app", User: status.UserStatusID("other", "anna@contoso.com"), ID: "id"})
	}},
	{"the path's user status goes before the name's", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.create(status.Key{App: "app", User: "user", ID: "id"}, named("anna@contoso.com"))
		c.misses(status.Key{App: "app", User: status.UserStatusID("app", "anna@contoso.com"), ID: "id"})
	}},
	{"the user status stays when the name changes", func(t *testing.T, e Engine) {
		c := e.caller(t)
		anna := status.Key{App: "app", User: status.UserStatusID("app", "anna@contoso.com"), ID: "id"}
		bert := status.Key{App: "app", User: status.UserStatusID("app", "bert@contoso.com"), ID: "id"}
		c.create(status.Key{App: "app", ID: "id"}, named("anna@contoso.com"))
		s := c.update(anna, named("bert@contoso.com"), status.Cond{})
		c.finds(anna, s)
		c.misses(bert)

		nobody := status.Key{App: "app", ID: "nobody's"}
		c.create(nobody, status.Patch{})
		c.update(nobody, named("bert@contoso.com"), status.Cond{})
		c.misses(status.Key{App: "app", User: bert.User, ID: nobody.ID})
	}},
	{"a store is ready", func(t *testing.T, e Engine) {
		if err := e.caller(t).store.Ready(context.Background()); err != nil {
			t.Fatal(err)
		}
	}},
}

func named(userPrincipalName string) status.Patch {
	return status.PatchOf(status.Status{UserPrincipalName: status.TextOf(userPrincipalName)}, "userPrincipalName")
}
