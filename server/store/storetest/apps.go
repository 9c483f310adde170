package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

var apps = []rule{
	{"Apps lists the apps that have rows, in byte order, in parts", func(t *testing.T, e Engine) {
		c := e.caller(t)
		if got := c.apps("", 10); len(got) > 0 {
			t.Errorf("a tenant without rows has the apps %q", got)
		}
		want := oddKeys()
		for _, app := range want {
			c.imports(app, 1, 0, whole(1))
		}
		c.as("other").imports("another tenant's", 1, 0, whole(1))
		c.create(status.Key{App: "emptied", ID: "id"}, status.Patch{})
		c.deletes(status.Key{App: "emptied", ID: "id"}, status.Cond{}, nil)
		slices.Sort(want)
		var got []string
		for after := ""; ; after = got[len(got)-1] {
			part := c.apps(after, 7)
			if got = append(got, part...); len(part) < 7 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got the apps %.300q, want %.300q", got, want)
		}
	}},
	{"Apps returns the error of a context that has ended", func(t *testing.T, e Engine) {
		c := e.caller(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.store.Apps(ended, c.tenant, status.AppQuery{Limit: 1}); !errors.Is(err, context.Canceled) {
			t.Errorf("Apps: %v, want Canceled", err)
		}
	}},
	{"Apps counts the rows of each app on the page and finds the last sync, as it was sent", func(t *testing.T, e Engine) {
		c := e.caller(t)
		synced := func(app, id, text string) query.DateTime {
			at, err := query.ParseDateTime(text)
			if err != nil {
				t.Fatal(err)
			}
			c.create(status.Key{App: app, ID: id}, status.PatchOf(status.Status{LastSyncDateTime: at}, "lastSyncDateTime"))
			return at
		}
		synced("a", "1", "2026-01-01T23:00:00Z")
		last := synced("a", "2", "2026-01-02T01:30:00.5000+02:00")
		synced("a", "3", "0001-01-01T00:00:00Z")
		synced("b", "1", "2026-01-02T00:00:00+01:00")
		synced("b", "2", "2026-01-02T00:00:00.0+01:00")
		synced("b", "3", "2026-01-01T23:00:00Z")
		greatest := synced("b", "4", "2026-01-02T01:00:00+02:00")
		c.create(status.Key{App: "c", ID: "1"}, status.Patch{})
		c.as("other").create(status.Key{App: "a", ID: "9"}, status.Patch{})
		want := []status.App{
			{ID: "a", DeviceStatusCount: 3, LastSyncDateTime: last}, {ID: "b", DeviceStatusCount: 4, LastSyncDateTime: greatest},
			{ID: "c", DeviceStatusCount: 1, LastSyncDateTime: status.NeverSynced},
		}
		for limit := 1; limit < 5; limit++ {
			for first := range want {
				q := status.AppQuery{Limit: limit, Sizes: true, Count: true}
				if first > 0 {
					q.After = want[first-1].ID
				}
				page, err := c.store.Apps(context.Background(), c.tenant, q)
				end := min(first+limit, len(want))
				if err != nil || !slices.Equal(page.Rows, want[first:end]) || page.More != (end < len(want)) || page.Count != len(want) {
					t.Errorf("%+v: %+v, %v; want %+v", q, page, err, want[first:end])
				}
			}
		}
		page, err := c.store.Apps(context.Background(), c.tenant, status.AppQuery{Limit: 1})
		if err != nil || !slices.Equal(page.Rows, []status.App{{ID: "a"}}) || page.Count != 0 {
			t.Errorf("ids alone: %+v, %v", page, err)
		}
	}},
	{"Tenants lists the tenants that have rows, in byte order, in parts", func(t *testing.T, e Engine) {
		store, ok := e.open(t, 1)[0].(interface {
			Tenants(ctx context.Context, after string, limit int) ([]string, error)
		})
		if !ok {
			t.Skip("the engine lists no tenants")
		}
		c := callerOf(t, store.(status.Store))
		want := []string{"A", "a", "b", "c d"}
		for _, tenant := range want {
			for _, app := range []string{"one", "two"} {
				if _, _, err := c.store.Update(t.Context(), tenant, status.Key{App: app, ID: "id"}, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
					t.Fatal(err)
				}
			}
		}
		key := status.Key{App: "app", ID: "id"}
		if _, _, err := c.store.Update(t.Context(), "emptied", key, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
			t.Fatal(err)
		}
		if err := c.store.Delete(t.Context(), "emptied", key, status.Cond{}); err != nil {
			t.Fatal(err)
		}
		var got []string
		for after := ""; ; after = got[len(got)-1] {
			part, err := store.Tenants(t.Context(), after, 3)
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, part...); len(part) < 3 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("the tenants are %q, want %q", got, want)
		}
	}},
}

func (c caller) apps(after string, limit int) []string {
	c.Helper()
	page, err := c.store.Apps(context.Background(), c.tenant, status.AppQuery{After: after, Limit: limit})
	if err != nil {
		c.Fatalf("listing apps: %v", err)
	}
	var ids []string
	for _, app := range page.Rows {
		ids = append(ids, app.ID)
	}
	return ids
}
