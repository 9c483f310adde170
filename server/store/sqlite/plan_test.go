package sqlite

import (
	"path/filepath"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

// planOf returns SQLite's plan for a query. The plan depends on the statistics in the migrations, not on the rows.
func planOf(t *testing.T, store *Store, q string, arguments ...any) (plan string) {
	t.Helper()
	c, err := store.readers.borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer store.readers.giveBack(c)
	rows, err := c.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+q, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		plan += step + "; "
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestAFilterOfTheIDIsNoIndexBoundIfThereIsACursor(t *testing.T) {
	for operator, from := range map[query.Operator]status.Query{
		query.GreaterOrEqual: {},
		query.LessOrEqual:    {Query: query.Query{Order: ordered(true)}},
	} {
		from.Filter, from.After = compared(query.ID, operator), &query.Cursor{ID: "y"}
		if text := selectRows("*", "tenant", from).Text(); !strings.HasSuffix(text, " AND (COALESCE(id "+map[query.Operator]string{query.GreaterOrEqual: ">=", query.LessOrEqual: "<="}[operator]+" ?, FALSE))") {
			t.Errorf("the filter of the id can be an index bound: %s", text)
		}
	}
}

func compared(p string, operator query.Operator) query.Filter {
	return query.Comparison{Property: p, Operator: operator, Value: query.TextValue("x")}
}

// ordered returns an order by the id and then by userName, which has no effect because ids are unique.
func ordered(descending bool) []query.Order {
	return []query.Order{{Property: query.ID, Descending: descending}, {Property: "userName"}}
}

func TestListsOfDeviceStatusesUseTheirIndex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	for _, database := range []string{InMemory, path, path} { // the second file is opened again
		store := openTest(t, database)
		is := func(p string) query.Filter {
			return query.Comparison{Property: p, Operator: query.Equal, Value: query.TextValue("x")}
		}
		for name, c := range map[string]struct {
			q    status.Query
			plan string
		}{
			"all":          {status.Query{}, "statuses USING PRIMARY KEY (app=?)"},
			"of a user":    {status.Query{User: "user"}, "statuses_user_status (app=? AND user_status=?)"},
			"of a device":  {status.Query{Query: query.Query{Filter: is("deviceId")}}, "statuses_device_id (app=? AND device_id=?)"},
			"of a name":    {status.Query{Query: query.Query{Filter: is("userPrincipalName")}}, "statuses_user_principal_name (app=? AND user_principal_name=?)"},
			"with a state": {status.Query{Query: query.Query{Filter: query.And{Left: is("installState"), Right: is("deviceId")}}}, "statuses_device_id (app=? AND device_id=?)"},
			"after one":    {status.Query{Query: query.Query{After: &query.Cursor{ID: "x"}}}, "statuses USING PRIMARY KEY (app=? AND id>?)"},
			"backwards":    {status.Query{Query: query.Query{Order: ordered(true), After: &query.Cursor{ID: "x"}}}, "statuses USING PRIMARY KEY (app=? AND id<?)"},
			"by the id":    {status.Query{Query: query.Query{Order: ordered(false), After: &query.Cursor{ID: "x"}}}, "statuses USING PRIMARY KEY (app=? AND id>?)"},
			"from an id":   {status.Query{Query: query.Query{Filter: compared(query.ID, query.Greater)}}, "statuses USING PRIMARY KEY (app=? AND id>?)"},
			"to an id":     {status.Query{Query: query.Query{Filter: compared(query.ID, query.LessOrEqual)}}, "statuses USING PRIMARY KEY (app=? AND id<?)"},
			"between ids":  {status.Query{Query: query.Query{Filter: query.And{Left: compared(query.ID, query.GreaterOrEqual), Right: compared(query.ID, query.Less)}}}, "statuses USING PRIMARY KEY (app=? AND id>? AND id<?)"},
			"of devices":   {status.Query{Query: query.Query{Filter: query.And{Left: compared("deviceId", query.Greater), Right: compared("deviceId", query.Less)}}}, "statuses USING PRIMARY KEY (app=?)"},
			"in an order":  {status.Query{User: "user", Query: query.Query{Order: []query.Order{{Property: "deviceName"}}}}, "statuses_user_status (app=? AND user_status=?)"},
		} {
			c.q.App, c.q.Limit = "app", 1
			selected := selectRows("*", "tenant", c.q)
			selected.WriteAfter(c.q.Query)
			selected.WritePage(c.q.Query)
			sorts := name == "in an order"
			if plan := planOf(t, store, selected.Text(), selected.Arguments()...); !strings.Contains(plan, c.plan) || strings.Contains(plan, "TEMP") != sorts {
				t.Errorf("%s, %s: the plan is %s; want %s, sorted %t", database, name, plan, c.plan, sorts)
			}
		}
	}
}
