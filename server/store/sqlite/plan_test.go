package sqlite

import (
	"path/filepath"
	"strings"
	"testing"

	"installstatus/api/status"
)

// planOf is how SQLite would run a query on a new database, which has no rows to learn from.
func planOf(t *testing.T, store *Store, query string, arguments ...any) (plan string) {
	t.Helper()
	c, err := store.readers.borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer store.readers.giveBack(c)
	rows, err := c.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, arguments...)
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

func TestAPageOfIDsFromOneOnIsReadFromItsOwnPlaceOn(t *testing.T) {
	for operator, from := range map[status.Operator]status.Query{
		status.GreaterOrEqual: {},
		status.LessOrEqual:    {Order: ordered(true)},
	} {
		from.Filter, from.After = compared(status.PropertyID, operator), &status.Cursor{ID: "y"}
		if text := newSelection("*", "tenant", from).text.String(); !strings.HasSuffix(text, " AND (COALESCE(id "+operators[operator]+" ?, FALSE))") {
			t.Errorf("two places lead to the rows of %s", text)
		}
	}
}

func compared(p status.Property, operator status.Operator) status.Filter {
	return status.Comparison{Property: p, Operator: operator, Value: status.TextValue("x")}
}

// ordered is by the id, and by what cannot count any more.
func ordered(descending bool) []status.Order {
	return []status.Order{{Property: status.PropertyID, Descending: descending}, {Property: status.PropertyUserName}}
}

func TestListsOfDeviceStatusesAreReadByTheIndexThatLeadsToThem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	for _, database := range []string{InMemory, path, path} { // one that is new, and one that is opened again
		store := openTest(t, database)
		is := func(p status.Property) status.Filter {
			return status.Comparison{Property: p, Operator: status.Equal, Value: status.TextValue("x")}
		}
		for name, c := range map[string]struct {
			query status.Query
			plan  string
		}{
			"all":          {status.Query{}, "statuses USING PRIMARY KEY (app=?)"},
			"of a user":    {status.Query{User: "user"}, "statuses_user_status (app=? AND user_status=?)"},
			"of a device":  {status.Query{Filter: is(status.PropertyDeviceID)}, "statuses_device_id (app=? AND device_id=?)"},
			"of a name":    {status.Query{Filter: is(status.PropertyUserPrincipalName)}, "statuses_user_principal_name (app=? AND user_principal_name=?)"},
			"with a state": {status.Query{Filter: status.And{Left: is(status.PropertyInstallState), Right: is(status.PropertyDeviceID)}}, "statuses_device_id (app=? AND device_id=?)"},
			"after one":    {status.Query{After: &status.Cursor{ID: "x"}}, "statuses USING PRIMARY KEY (app=? AND id>?)"},
			"backwards":    {status.Query{Order: ordered(true), After: &status.Cursor{ID: "x"}}, "statuses USING PRIMARY KEY (app=? AND id<?)"},
			"by the id":    {status.Query{Order: ordered(false), After: &status.Cursor{ID: "x"}}, "statuses USING PRIMARY KEY (app=? AND id>?)"},
			"from an id":   {status.Query{Filter: compared(status.PropertyID, status.Greater)}, "statuses USING PRIMARY KEY (app=? AND id>?)"},
			"to an id":     {status.Query{Filter: compared(status.PropertyID, status.LessOrEqual)}, "statuses USING PRIMARY KEY (app=? AND id<?)"},
			"between ids":  {status.Query{Filter: status.And{Left: compared(status.PropertyID, status.GreaterOrEqual), Right: compared(status.PropertyID, status.Less)}}, "statuses USING PRIMARY KEY (app=? AND id>? AND id<?)"},
			"of devices":   {status.Query{Filter: status.And{Left: compared(status.PropertyDeviceID, status.Greater), Right: compared(status.PropertyDeviceID, status.Less)}}, "statuses USING PRIMARY KEY (app=?)"},
			"in an order":  {status.Query{User: "user", Order: []status.Order{{Property: status.PropertyDeviceName}}}, "statuses_user_status (app=? AND user_status=?)"},
		} {
			c.query.App, c.query.Limit = "app", 1
			selected := newSelection("*", "tenant", c.query)
			if c.query.After != nil {
				selected.write(" AND ")
				selected.after(c.query.Sort(), c.query.After)
			}
			selected.page(c.query)
			sorts := name == "in an order"
			if plan := planOf(t, store, selected.text.String(), selected.arguments...); !strings.Contains(plan, c.plan) || strings.Contains(plan, "TEMP") != sorts {
				t.Errorf("%s, %s: %s", database, name, plan)
			}
		}
	}
}
