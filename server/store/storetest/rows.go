package storetest

import (
	"context"
	"testing"

	"installstatus/api/status"
)

var rows = []rule{
	{"reading or updating a missing row returns ErrNotFound", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.misses(status.Key{App: "app", ID: "id"})
		c.refused(status.Key{App: "app", ID: "id"}, everything(1), status.Cond{}, status.ErrNotFound)
		c.misses(status.Key{App: "app", ID: "id"})
	}},
	{"an update with CreateIfMissing creates a missing row", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		want := everything(1).Apply(status.New("id"))
		if got := c.create(key, everything(1)); got != want {
			t.Fatalf("created as %+v, want %+v", got, want)
		}
		c.finds(key, want)
	}},
	{"an update with CreateIfMissing changes an existing row", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		c.create(key, everything(1))
		got := c.update(key, everything(2), status.Cond{CreateIfMissing: true})
		if want := everything(2).Apply(status.New("id")); got != want {
			t.Fatalf("updated to %+v, want %+v", got, want)
		}
		c.finds(key, got)
	}},
	{"a new row has Graph's defaults for properties that are not set", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.create(status.Key{App: "app", ID: "id"}, status.Patch{})
		c.finds(status.Key{App: "app", ID: "id"}, status.New("id"))
	}},
	{"the path of the app and the path of the user status lead to the same row", func(t *testing.T, e Engine) {
		c := e.caller(t)
		byApp, byUser := status.Key{App: "app", ID: "id"}, status.Key{App: "app", User: "user", ID: "id"}
		c.create(byUser, everything(1))
		c.finds(byApp, c.get(byUser))
		c.finds(byUser, c.update(byApp, everything(2), status.Cond{}))
		c.finds(byApp, c.update(byUser, everything(3), status.Cond{}))
	}},
	{"a path with another user status does not find the row", func(t *testing.T, e Engine) {
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
	{"the user status is derived from the userPrincipalName, regardless of case", func(t *testing.T, e Engine) {
		c := e.caller(t)
		s := c.create(status.Key{App: "app", ID: "id"}, named("Anna@Contoso.com"))
		c.finds(status.Key{App: "app", User: status.UserStatusID("app", "anna@contoso.com"), ID: "id"}, s)
		c.misses(status.Key{App: "app", User: status.UserStatusID("other", "anna@contoso.com"), ID: "id"})
	}},
	{"the user status in the path takes precedence over the userPrincipalName", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.create(status.Key{App: "app", User: "user", ID: "id"}, named("anna@contoso.com"))
		c.misses(status.Key{App: "app", User: status.UserStatusID("app", "anna@contoso.com"), ID: "id"})
	}},
	{"a row keeps its user status when its userPrincipalName changes", func(t *testing.T, e Engine) {
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
	{"an open store is ready", func(t *testing.T, e Engine) {
		if err := e.caller(t).store.Ready(context.Background()); err != nil {
			t.Fatal(err)
		}
	}},
}

func named(userPrincipalName string) status.Patch {
	return status.PatchOf(status.Status{UserPrincipalName: status.TextOf(userPrincipalName)}, "userPrincipalName")
}
