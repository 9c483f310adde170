package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
)

// versionOf returns the version and the physical place of a row.
func versionOf(t *testing.T, store *Store, key status.Key) (version string) {
	t.Helper()
	err := store.pool.read(t.Context(), func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, "SELECT xmin::text || ' ' || ctid::text FROM statuses WHERE id = $1", key.ID).Scan(&version)
	})
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func TestAnUpdateThatChangesNothingWritesNothing(t *testing.T) {
	store := openTest(t, postgrestest.New(t))
	key := numbered(1)
	patch := status.PatchOf(status.Status{DeviceName: status.TextOf("name"), DeviceID: status.Text{}, ErrorCode: int32(1)}, "deviceName", "deviceId", "errorCode")
	s, _, err := store.Update(t.Context(), "tenant", key, patch, status.Cond{CreateIfMissing: true})
	if err != nil {
		t.Fatal(err)
	}
	before := versionOf(t, store, key)
	for _, again := range []status.Patch{patch, {}} {
		for _, cond := range []status.Cond{{}, {CreateIfMissing: true}, {IfMatch: []string{"*"}}, {IfMatch: []string{s.ETag()}}} {
			if got, created, err := store.Update(t.Context(), "tenant", key, again, cond); got != s || created || err != nil {
				t.Errorf("%+v: %+v, created %t, %v", cond, got, created, err)
			}
		}
	}
	if _, err := store.Import(t.Context(), "tenant", "app", []status.Imported{{ID: key.ID, Patch: patch}}); err != nil {
		t.Error(err)
	}
	if after := versionOf(t, store, key); after != before {
		t.Errorf("the row was %s, and is %s", before, after)
	}
}

// The texts do not compress, have the greatest length, and share what indexes have of them.
func TestTextsOfAnyLengthAreDistinctAndOrdered(t *testing.T) {
	store := openTest(t, postgrestest.New(t))
	random := rand.New(rand.NewPCG(1, 2))
	anything := func(length int) string {
		runes := make([]rune, length)
		for i := range runes {
			runes[i] = 0x10000 + rune(random.IntN(0x100000))
		}
		return string(runes)
	}
	head := anything(headLength)
	texts := []string{head, head[:len(head)-4], head + "a", head + "aa", head + "b", head[:40] + "z"}
	for range 6 {
		texts = append(texts, head+anything(1024-headLength), anything(1024))
	}
	app := texts[6]
	for n, text := range texts {
		patch := status.PatchOf(status.Status{ErrorCode: int32(n), DeviceID: status.TextOf(text + anything(7000)), UserPrincipalName: status.TextOf(text)}, "errorCode", "deviceId", "userPrincipalName")
		for _, row := range []struct {
			tenant string
			key    status.Key
		}{{"tenant", status.Key{App: app, User: text, ID: text}}, {"apps", status.Key{App: text, ID: "id"}}, {text, status.Key{App: "app", ID: "id"}}} {
			if _, created, err := store.Update(t.Context(), row.tenant, row.key, patch, status.Cond{CreateIfMissing: true}); err != nil || !created {
				t.Fatalf("%d: created %t, %v", n, created, err)
			}
		}
	}
	sorted := slices.Sorted(slices.Values(texts))
	for n, text := range texts {
		for tenant, key := range map[string]status.Key{"tenant": {App: app, User: text, ID: text}, "apps": {App: text, ID: "id"}, text: {App: "app", ID: "id"}} {
			if s, err := store.Get(t.Context(), tenant, key); err != nil || s.ID != key.ID || s.ErrorCode != int32(n) {
				t.Errorf("%d reads as %d, %v", n, s.ErrorCode, err)
			}
		}
		behind := len(sorted) - 1 - slices.Index(sorted, text)
		for _, is := range []struct {
			operator query.Operator
			rows     int
		}{{query.Equal, 1}, {query.NotEqual, len(texts) - 1}, {query.Greater, behind}, {query.LessOrEqual, len(texts) - behind}} {
			for _, property := range []string{query.ID, "userPrincipalName"} {
				q := status.Query{App: app, Query: query.Query{Filter: query.Comparison{Property: property, Operator: is.operator, Value: query.TextValue(text)}, Limit: 1, Count: true}}
				if page, err := store.List(t.Context(), "tenant", q); err != nil || page.Count != is.rows {
					t.Errorf("%s %s the text %d: %d rows, %v; want %d", property, is.operator, n, page.Count, err, is.rows)
				}
			}
		}
	}
	var rows, users, apps []string
	for q := (status.Query{App: app, Query: query.Query{Limit: 3}}); ; {
		page, err := store.List(t.Context(), "tenant", q)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			rows = append(rows, row.ID)
		}
		if q.After = (&query.Cursor{ID: rows[len(rows)-1]}); !page.More {
			break
		}
	}
	for q := (status.Query{App: app, Query: query.Query{Limit: 3}}); ; {
		page, err := store.ListUsers(t.Context(), "tenant", q)
		if err != nil {
			t.Fatal(err)
		}
		for _, user := range page.Rows {
			users = append(users, user.ID)
		}
		if q.After = (&query.Cursor{ID: users[len(users)-1]}); !page.More {
			break
		}
	}
	for after := ""; ; after = apps[len(apps)-1] {
		part, err := store.Apps(t.Context(), "apps", status.AppQuery{After: after, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, app := range part.Rows {
			apps = append(apps, app.ID)
		}
		if !part.More {
			break
		}
	}
	for name, got := range map[string][]string{"rows": rows, "user statuses": users, "apps": apps} {
		if !slices.Equal(got, sorted) {
			t.Errorf("%s are not in the byte order of their ids", name)
		}
	}
}

func TestAKeyWithNULMatchesNoRow(t *testing.T) {
	store := openTest(t, postgrestest.New(t))
	for _, c := range []struct {
		tenant string
		key    status.Key
	}{{"\x00", numbered(1)}, {"tenant", status.Key{App: "\x00", ID: "id"}}, {"tenant", status.Key{App: "app", User: "\x00", ID: "id"}}, {"tenant", status.Key{App: "app", ID: "\x00"}}} {
		if _, err := store.Get(t.Context(), c.tenant, c.key); !errors.Is(err, status.ErrNotFound) {
			t.Errorf("Get: %v", err)
		}
		if _, _, err := store.Update(t.Context(), c.tenant, c.key, status.Patch{}, status.Cond{CreateIfMissing: true}); !errors.Is(err, status.ErrNotFound) {
			t.Errorf("Update: %v", err)
		}
		if err := store.Delete(t.Context(), c.tenant, c.key, status.Cond{}); !errors.Is(err, status.ErrNotFound) {
			t.Errorf("Delete: %v", err)
		}
	}
}

func TestARefusedPatchDoesNotAffectOthersInItsGroup(t *testing.T) {
	store := openTest(t, postgrestest.New(t))
	const rows = 60
	for n := range rows {
		if _, _, err := store.Update(t.Context(), "tenant", numbered(n), status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
			t.Fatal(err)
		}
	}
	var updating sync.WaitGroup
	for n := range rows {
		updating.Go(func() {
			name := []string{"name", "no\x00name"}[n%2]
			_, _, err := store.Update(context.Background(), "tenant", numbered(n), status.PatchOf(status.Status{DeviceName: status.TextOf(name)}, "deviceName"), status.Cond{})
			if (err != nil) != (n%2 == 1) {
				t.Errorf("row %d: %v", n, err)
			}
		})
	}
	updating.Wait()
}
