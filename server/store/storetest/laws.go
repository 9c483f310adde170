package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/api/status/memory"
)

// Each law is checked with many random histories on one database. Every history has its own tenants or apps.
var laws = []rule{
	{"random calls have the same results as with the memory store", func(t *testing.T, e Engine) {
		open := e.New(t)
		store := opened(t, open)
		histories := 0
		rapid.Check(t, func(t *rapid.T) {
			histories++
			h := history{t, store, &memory.Store{}, histories}
			for range rapid.IntRange(1, 25).Draw(t, "steps") {
				switch step := rapid.IntRange(0, 29).Draw(t, "step"); {
				case step == 0 && !e.Forgets:
					if err := store.Close(); err != nil {
						t.Fatalf("closing: %v", err)
					}
					var err error
					if store, err = open(); err != nil {
						t.Fatalf("opening again: %v", err)
					}
					h.store = store
				case step < 7:
					h.get()
				case step < 10:
					h.list()
				case step < 13:
					h.delete()
				case step < 16:
					h.imports()
				case step < 17:
					h.apps()
				case step < 20:
					h.users()
				case step < 21:
					h.summary()
				default:
					h.update()
				}
			}
		})
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}},
	{"pages repeat no row and skip no row that is never deleted, while others are added and deleted", func(t *testing.T, e Engine) {
		c, store := e.caller(t), e.stores[0]
		lists := 0
		rapid.Check(t, func(t *rapid.T) {
			lists++
			tenant := c.as(fmt.Sprint("list ", lists)).tenant
			ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-cA-C/é]{1,3}`), 0, 12, rapid.ID).Draw(t, "ids")
			kept := map[string]bool{}
			for _, id := range ids {
				kept[id] = true
				write(t, store, tenant, id)
			}
			var got []string
			q := status.Query{App: "app", Query: query.Query{Limit: rapid.IntRange(1, 4).Draw(t, "limit"), Order: orders(filterable()).Draw(t, "order")}}
			for more := true; more; {
				page, err := store.List(context.Background(), tenant, q)
				if err != nil || page.More && len(page.Rows) == 0 {
					t.Fatalf("listing %+v: %+v, %v", q, page, err)
				}
				for _, row := range page.Rows {
					got = append(got, row.ID)
					q.After = q.CursorOf(row.Status)
				}
				more = page.More
				id := rapid.StringMatching(`[a-cA-C/é]{1,3}`).Draw(t, "id")
				if rapid.Bool().Draw(t, "add") {
					write(t, store, tenant, id)
				} else {
					err := store.Delete(context.Background(), tenant, status.Key{App: "app", ID: id}, status.Cond{})
					if err != nil && !errors.Is(err, status.ErrNotFound) {
						t.Fatal(err)
					}
					delete(kept, id)
				}
			}
			if distinct := slices.Compact(slices.Sorted(slices.Values(got))); len(distinct) != len(got) {
				t.Fatalf("%q contains a row twice", got)
			}
			for id := range kept {
				if !slices.Contains(got, id) {
					t.Fatalf("%q, which was never deleted, is not in %q", id, got)
				}
			}
		})
	}},
	{"user statuses and summaries agree with the rows", func(t *testing.T, e Engine) {
		tenant, store := e.caller(t).tenant, e.stores[0]
		apps := 0
		rapid.Check(t, func(t *rapid.T) {
			apps++
			app := fmt.Sprint("app ", apps)
			var imported []status.Imported
			for n := range rapid.IntRange(0, 12).Draw(t, "rows") {
				patch := patches().Draw(t, "patch")
				set(&patch, "installState", query.TextValue(string(installState(rapid.IntRange(0, 6).Draw(t, "state")))))
				user := rapid.SampledFrom([]string{"", "user", "user", "User", "é"}).Draw(t, "user")
				imported = append(imported, status.Imported{ID: fmt.Sprint(n), User: new(user), Patch: patch})
			}
			if _, err := store.Import(context.Background(), tenant, app, imported); err != nil {
				t.Fatal(err)
			}
			q := status.Query{App: app, Query: query.Query{Limit: 100}}
			rows, err := store.List(context.Background(), tenant, q)
			if err != nil {
				t.Fatal(err)
			}
			users, err := store.ListUsers(context.Background(), tenant, q)
			if want := q.UserPageOf(rows.Rows); err != nil || !slices.Equal(users.Rows, want.Rows) {
				t.Fatalf("the users are %+v, %v; want %+v", users, err, want)
			}
			summary, err := store.Summarize(context.Background(), tenant, app)
			if want := status.SummaryOf(app, rows.Rows); err != nil || summary != want {
				t.Fatalf("the summary is %+v, %v; want %+v", summary, err, want)
			}
		})
	}},
	{"two statuses have the same tag if and only if they are equal", func(t *testing.T, e Engine) {
		c, store := e.caller(t), e.stores[0]
		pairs := 0
		rapid.Check(t, func(t *rapid.T) {
			pairs++
			var read [2]status.Status
			for i := range read {
				tenant := c.as(fmt.Sprintf("%d of pair %d", i, pairs)).tenant
				written, _, err := store.Update(context.Background(), tenant, numbered(1), patches().Draw(t, "patch"), status.Cond{CreateIfMissing: true})
				if err != nil {
					t.Fatal(err)
				}
				if read[i], err = store.Get(context.Background(), tenant, numbered(1)); err != nil {
					t.Fatal(err)
				}
				if read[i].ETag() != written.ETag() {
					t.Fatalf("Update returned the tag %s, Get %s, of %+v", written.ETag(), read[i].ETag(), written)
				}
			}
			if (read[0] == read[1]) != (read[0].ETag() == read[1].ETag()) {
				t.Fatalf("%+v has the tag %s, %+v has %s", read[0], read[0].ETag(), read[1], read[1].ETag())
			}
		})
	}},
}

func write(t *rapid.T, store status.Store, tenant, id string) {
	if _, _, err := store.Update(context.Background(), tenant, status.Key{App: "app", ID: id}, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
		t.Fatal(err)
	}
}

// history sends the same calls to a store and to a model, and compares the results.
type history struct {
	*rapid.T
	store, model status.Store
	number       int
}

func (h history) get() {
	tenant, key := h.row()
	got, err := h.store.Get(context.Background(), tenant, key)
	want, wantErr := h.model.Get(context.Background(), tenant, key)
	if got != want || !errors.Is(kind(err), kind(wantErr)) {
		h.Fatalf("reading %+v of %s: %+v, %v; want %+v, %v", key, tenant, got, err, want, wantErr)
	}
}

func (h history) list() {
	tenant, key := h.row()
	q := status.Query{
		App: key.App, User: key.User, Query: query.Query{Order: orders(filterable()).Draw(h.T, "order"),
			Limit: rapid.IntRange(1, 4).Draw(h.T, "limit"),
			Skip:  rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(h.T, "skip"),
			Count: rapid.Bool().Draw(h.T, "count")},
	}
	if rapid.IntRange(0, 3).Draw(h.T, "filtered") > 0 {
		q.Filter = filters(filterable(), rapid.IntRange(0, 3).Draw(h.T, "depth")).Draw(h.T, "filter")
	}
	if rapid.Bool().Draw(h.T, "has cursor") {
		q.After = q.CursorOf(patches().Draw(h.T, "cursor").Apply(status.New(rapid.SampledFrom([]string{"ID", "hd", "id", "z"}).Draw(h.T, "after"))))
	}
	got, err := h.store.List(context.Background(), tenant, q)
	want, wantErr := h.model.List(context.Background(), tenant, q)
	if !slices.Equal(got.Rows, want.Rows) || got.More != want.More || got.Count != want.Count || err != nil || wantErr != nil {
		h.Fatalf("listing %+v of %s: %+v, %v; want %+v, %v", q, tenant, got, err, want, wantErr)
	}
}

func (h history) users() {
	tenant, key := h.row()
	q := status.Query{
		App: key.App, User: key.User, Query: query.Query{Order: orders(userFilterable()).Draw(h.T, "order"),
			Limit: rapid.IntRange(1, 4).Draw(h.T, "limit"),
			Skip:  rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(h.T, "skip"),
			Count: rapid.Bool().Draw(h.T, "count")},
	}
	if rapid.Bool().Draw(h.T, "filtered") {
		q.Filter = filters(userFilterable(), rapid.IntRange(0, 3).Draw(h.T, "depth")).Draw(h.T, "filter")
	}
	if rapid.Bool().Draw(h.T, "has cursor") {
		q.After = q.CursorOf(status.UserStatus{
			ID:                   rapid.SampledFrom([]string{"User", "user", "z"}).Draw(h.T, "after"),
			UserName:             rapid.SampledFrom([]status.Text{{}, status.TextOf("userName 1")}).Draw(h.T, "name"),
			InstalledDeviceCount: rapid.Int32Range(0, 2).Draw(h.T, "installed"),
		})
	}
	got, err := h.store.ListUsers(context.Background(), tenant, q)
	want, wantErr := h.model.ListUsers(context.Background(), tenant, q)
	if !slices.Equal(got.Rows, want.Rows) || got.More != want.More || got.Count != want.Count || err != nil || wantErr != nil {
		h.Fatalf("listing users by %+v of %s: %+v, %v; want %+v, %v", q, tenant, got, err, want, wantErr)
	}
}

func (h history) summary() {
	tenant, key := h.row()
	got, err := h.store.Summarize(context.Background(), tenant, key.App)
	want, wantErr := h.model.Summarize(context.Background(), tenant, key.App)
	if got != want || err != nil || wantErr != nil {
		h.Fatalf("summarizing %s of %s: %+v, %v; want %+v, %v", key.App, tenant, got, err, want, wantErr)
	}
}

func (h history) delete() {
	tenant, key := h.row()
	cond := h.cond(tenant, key)
	err, wantErr := h.store.Delete(context.Background(), tenant, key, cond), h.model.Delete(context.Background(), tenant, key, cond)
	if !errors.Is(kind(err), kind(wantErr)) {
		h.Fatalf("deleting %+v of %s with %+v: %v; want %v", key, tenant, cond, err, wantErr)
	}
}

// cond returns a condition, often an empty one, that the row meets or fails.
func (h history) cond(tenant string, key status.Key) (cond status.Cond) {
	current, _ := h.model.Get(context.Background(), tenant, key)
	tags := rapid.SliceOfN(rapid.SampledFrom([]string{current.ETag(), `"stale"`, "*"}), 1, 3)
	if rapid.IntRange(0, 2).Draw(h.T, "conditional") == 0 {
		cond.IfMatch = tags.Draw(h.T, "tags")
	}
	if rapid.IntRange(0, 4).Draw(h.T, "other tags only") == 0 {
		cond.IfNoneMatch = tags.Draw(h.T, "other tags")
	}
	return cond
}

func (h history) update() {
	tenant, key := h.row()
	patch := patches().Draw(h.T, "patch")
	cond := h.cond(tenant, key)
	cond.CreateIfMissing = rapid.Bool().Draw(h.T, "create")
	got, created, err := h.store.Update(context.Background(), tenant, key, patch, cond)
	want, wantCreated, wantErr := h.model.Update(context.Background(), tenant, key, patch, cond)
	if got != want || created != wantCreated || !errors.Is(kind(err), kind(wantErr)) {
		h.Fatalf("updating %+v of %s with %+v, %+v:\n%+v, created %t, %v; want\n%+v, created %t, %v",
			key, tenant, patch, cond, got, created, err, want, wantCreated, wantErr)
	}
}

func (h history) imports() {
	tenant, key := h.row()
	var rows []status.Imported
	for range rapid.IntRange(0, 4).Draw(h.T, "rows") {
		_, key := h.row()
		row := status.Imported{ID: key.ID, Patch: patches().Draw(h.T, "patch")}
		if rapid.Bool().Draw(h.T, "in a user status") {
			row.User = &key.User
		}
		rows = append(rows, row)
	}
	written, err := h.store.Import(context.Background(), tenant, key.App, rows)
	want, wantErr := h.model.Import(context.Background(), tenant, key.App, rows)
	if written != want || err != nil || wantErr != nil {
		h.Fatalf("importing %+v to %s of %s: %+v, %v; want %+v, %v", rows, key.App, tenant, written, err, want, wantErr)
	}
}

func (h history) apps() {
	tenant, key := h.row()
	q := status.AppQuery{
		After: rapid.SampledFrom([]string{"", key.App}).Draw(h.T, "after"),
		Limit: rapid.IntRange(1, 3).Draw(h.T, "limit"), Sizes: rapid.Bool().Draw(h.T, "sizes"), Count: rapid.Bool().Draw(h.T, "count"),
	}
	got, err := h.store.Apps(context.Background(), tenant, q)
	want, wantErr := h.model.Apps(context.Background(), tenant, q)
	if !slices.Equal(got.Rows, want.Rows) || got.More != want.More || got.Count != want.Count || err != nil || wantErr != nil {
		h.Fatalf("apps of %s, %+v: %+v, %v; want %+v, %v", tenant, q, got, err, want, wantErr)
	}
}

// row draws a key from a few, so that calls often have the same one.
func (h history) row() (tenant string, key status.Key) {
	tenant = fmt.Sprintf("tenant %d of history %d", rapid.IntRange(0, 1).Draw(h.T, "tenant"), h.number)
	key.App = rapid.SampledFrom([]string{"app", "App"}).Draw(h.T, "app")
	key.ID = rapid.SampledFrom([]string{"id", "ID", "i'd"}).Draw(h.T, "id")
	key.User = rapid.SampledFrom([]string{"", "", "user", status.UserStatusID(key.App, names[0])}).Draw(h.T, "user")
	return tenant, key
}

// names are one user's name in two spellings that differ in case, and another user's name.
var names = [...]string{"anna@contoso.com", "Anna@Contoso.com", "bert@contoso.com"}

// kind returns the sentinel error that err wraps, or err if there is none.
func kind(err error) error {
	for _, kind := range []error{status.ErrNotFound, status.ErrConditionNotMet, status.ErrUnavailable} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	return err
}

// patches generates patches that keep, clear and set properties, often to the same few values.
func patches() *rapid.Generator[status.Patch] {
	return rapid.Custom(func(t *rapid.T) (patch status.Patch) {
		for _, p := range properties() {
			switch rapid.IntRange(0, 5).Draw(t, p.name) {
			case 0, 1:
				p.set(&patch, rapid.IntRange(0, 2).Draw(t, "n"))
			case 2:
				if p.nullable {
					p.clear(&patch)
				}
			}
		}
		switch rapid.IntRange(0, 3).Draw(t, "odd") {
		case 0:
			set(&patch, "userPrincipalName", query.TextValue(rapid.SampledFrom(names[:]).Draw(t, "name")))
		case 1:
			set(&patch, "deviceName", query.TextValue(strings.ReplaceAll(rapid.String().Draw(t, "text"), "\x00", "")))
			set(&patch, "errorCode", query.NumberValue(int64(rapid.Int32().Draw(t, "code"))))
		}
		return patch
	})
}
