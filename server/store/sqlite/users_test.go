package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

func TestUserStatusesAndSummariesUseTheirIndex(t *testing.T) {
	store := openTest(t, InMemory)
	mustUpdate(t, store, status.Key{App: "app", User: "user", ID: "id"}, status.Patch{})
	const along, search = "USING INDEX statuses_user_status (app=? AND user_status>?)", "USING INDEX statuses_user_status (app=? AND user_status=?)"
	failed := query.Comparison{Property: "failedDeviceCount", Operator: query.Greater, Value: query.NumberValue(0)}
	named := query.Comparison{Property: "userPrincipalName", Operator: query.Equal, Value: query.TextValue("anna@contoso.example")}
	for name, c := range map[string]struct {
		q    status.Query
		plan string
	}{
		"one":         {status.Query{User: "user"}, search},
		"first page":  {status.Query{}, along},
		"next page":   {status.Query{Query: query.Query{After: &query.Cursor{ID: "user"}}}, along},
		"by the id":   {status.Query{Query: query.Query{Order: ordered(false), After: &query.Cursor{ID: "user"}}}, along},
		"backwards":   {status.Query{Query: query.Query{Order: ordered(true), After: &query.Cursor{ID: "user"}}}, "USING INDEX statuses_user_status (app=? AND user_status>? AND user_status<?)"},
		"filtered":    {status.Query{Query: query.Query{Filter: failed}}, along},
		"of one name": {status.Query{Query: query.Query{Filter: query.And{Left: failed, Right: named}}}, search},
		"of a name":   {status.Query{Query: query.Query{Filter: named}}, "statuses_user_principal_name (app=? AND user_principal_name=?)"},
		"of names":    {status.Query{Query: query.Query{Filter: query.In{Property: "userPrincipalName", Values: []query.Value{query.TextValue("a"), query.TextValue("b")}}}}, "statuses_user_principal_name (app=? AND user_principal_name=?)"},
		"ordered":     {status.Query{Query: query.Query{Order: []query.Order{{Property: "failedDeviceCount"}}}}, "statuses USING PRIMARY KEY (app=?)"},
	} {
		c.q.App, c.q.Limit = "app", 1
		selected := userStatuses.Page("tenant", c.q)
		plan := planOf(t, store, selected.Text(), selected.Arguments()...)
		if !strings.Contains(plan, c.plan) || strings.Contains(plan, "TEMP") != (name == "ordered") {
			t.Errorf("%s: the plan is %s; want %s, sorted %t", name, plan, c.plan, name == "ordered")
		}
	}
	counted := userStatuses.Count("tenant", status.Query{App: "app"})
	if plan := planOf(t, store, counted.Text(), counted.Arguments()...); !strings.Contains(plan, "COVERING INDEX statuses_user_status") {
		t.Errorf("count: the plan is %s", plan)
	}
	counted = userStatuses.Count("tenant", status.Query{App: "app", Query: query.Query{Filter: failed}})
	if plan := planOf(t, store, counted.Text(), counted.Arguments()...); !strings.Contains(plan, "statuses USING PRIMARY KEY (app=?)") {
		t.Errorf("filtered count: the plan is %s", plan)
	}
	if plan := planOf(t, store, summarize, "tenant", "app"); !strings.Contains(plan, "statuses USING PRIMARY KEY (app=?)") {
		t.Errorf("summary: the plan is %s", plan)
	}
}

// aMillion is an environment variable that names a directory for the database of BenchmarkAppOfAMillionRows. Creating the
// database takes minutes and 600 MB.
const aMillion = "INSTALLSTATUS_TEST_A_MILLION"

// BenchmarkAppOfAMillionRows reads user statuses and summaries of an app with a million rows of 100,000 users.
func BenchmarkAppOfAMillionRows(b *testing.B) {
	dir := os.Getenv(aMillion)
	if dir == "" {
		b.Skip("set " + aMillion + " to a directory to run this benchmark")
	}
	store := openTest(b, filepath.Join(dir, "million.db"))
	addMillion(b, store)
	middle := status.UserStatusID("app", userName(50_000))
	filter := query.Comparison{Property: "userPrincipalName", Operator: query.Equal, Value: query.TextValue(userName(50_000))}
	none := query.Comparison{Property: "notInstalledDeviceCount", Operator: query.Greater, Value: query.NumberValue(0)}
	for name, q := range map[string]status.Query{
		"one user status":             {App: "app", User: middle, Query: query.Query{Limit: 1}},
		"first page":                  {App: "app", Query: query.Query{Limit: 100}},
		"page in the middle":          {App: "app", Query: query.Query{Limit: 100, After: &query.Cursor{ID: "8"}}},
		"first page, counted":         {App: "app", Query: query.Query{Limit: 100, Count: true}},
		"of a name":                   {App: "app", Query: query.Query{Limit: 100, Filter: filter}},
		"filtered, nothing found":     {App: "app", Query: query.Query{Limit: 100, Filter: none}},
		"ordered by failures, a page": {App: "app", Query: query.Query{Limit: 100, Order: []query.Order{{Property: "failedDeviceCount", Descending: true}}}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if page, err := store.ListUsers(b.Context(), "tenant", q); err != nil || (len(page.Rows) == 0) != (name == "filtered, nothing found") {
					b.Fatal(page, err)
				}
			}
		})
	}
	b.Run("summary", func(b *testing.B) {
		for b.Loop() {
			if _, err := store.Summarize(b.Context(), "tenant", "app"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// addMillion adds the rows that the database lacks.
func addMillion(b *testing.B, store *Store) {
	const rows, users, step = 1_000_000, 100_000, 20_000
	for first := 0; first < rows; first += step {
		if _, err := store.Get(b.Context(), "tenant", status.Key{App: "app", ID: millionID(first + step - 1)}); err == nil {
			continue
		}
		imported := make([]status.Imported, step)
		for i := range imported {
			n := first + i
			name := status.TextOf(userName(n * 7919 % users))
			patch := benchPatch(n).And(status.PatchOf(status.Status{
				InstallState: []status.InstallState{"installed", "failed", "installed", "pendingInstall", "installed", "notApplicable", "installed"}[n%7],
				UserName:     name, UserPrincipalName: name,
			}, "installState", "userName", "userPrincipalName"))
			imported[i] = status.Imported{ID: millionID(n), Patch: patch}
		}
		if _, err := store.Import(b.Context(), "tenant", "app", imported); err != nil {
			b.Fatal(err)
		}
	}
}

func millionID(n int) string { return fmt.Sprintf("%08d-0000-4000-8000-000000000000", n) }

func userName(n int) string { return fmt.Sprintf("user.%05d@contoso.example", n) }
