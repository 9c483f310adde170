package postgres

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/columns"
	"installstatus/server/store/postgres/postgrestest"
)

// planOf is how PostgreSQL would run a statement.
func planOf(t *testing.T, store *Store, s *statement) (plan string) {
	t.Helper()
	err := store.pool.read(t.Context(), func(ctx context.Context, c *pgx.Conn) error {
		rows, err := c.Query(ctx, "EXPLAIN (COSTS OFF) "+s.text.String(), s.arguments...)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", s.text.String(), err)
	}
	return plan
}

// filled is a store with an app of many rows, of which each device and each user has ten.
func filled(t *testing.T) *Store {
	t.Helper()
	address := postgrestest.New(t)
	store := openTest(t, address)
	var rows []status.Imported
	for n := range 20_000 {
		patch := status.Patch{
			DeviceID:          status.Set(status.TextOf(fmt.Sprint("device ", n/10))),
			UserPrincipalName: status.Set(status.TextOf(fmt.Sprintf("user%d@contoso.example", n/10))),
		}
		rows = append(rows, status.Imported{ID: numbered(n).ID, Patch: patch})
	}
	if _, _, err := store.Import(t.Context(), "tenant", "app", rows); err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStatementsAreCarriedOutByTheIndexThatLeadsToTheirRows(t *testing.T) {
	is := func(p status.Property) status.Filter {
		return status.Comparison{Property: p, Operator: status.Equal, Value: status.TextValue("x")}
	}
	failed := status.Comparison{Property: status.PropertyFailedDeviceCount, Operator: status.Greater, Value: status.NumberValue(0)}
	list := func(query status.Query) *statement {
		query.App, query.Limit = "app", 100
		selected := newSelection("*", "tenant", query)
		if query.After != nil {
			selected.write(" AND ")
			selected.after(query.Sort(), query.After)
		}
		selected.page(query)
		return &selected.statement
	}
	ofUsers := func(query status.Query) *statement {
		query.App, query.Limit = "app", 100
		return &pageOfUsers("tenant", query).statement
	}
	byID := func(descending bool) []status.Order {
		return []status.Order{{Property: status.PropertyID, Descending: descending}, {Property: status.PropertyUserName}}
	}
	one := new(statement)
	one.write("SELECT * FROM statuses")
	one.at(placeOf("tenant", numbered(1)))
	patch := &application{at: placeOf("tenant", numbered(1)), user: "user"}
	patch.set, patch.to = columns.Given(status.Patch{DeviceID: status.Set(status.TextOf("x"))})

	store := filled(t)
	for _, analyzed := range []bool{false, true} {
		if analyzed {
			err := store.pool.read(t.Context(), func(ctx context.Context, c *pgx.Conn) error {
				_, err := c.Exec(ctx, "ANALYZE statuses")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			name      string
			statement *statement
			index     string
			condition string
		}{
			{"a row", one, "statuses_pkey", "(id = "},
			{"a patch", patch.statement(), "statuses_pkey", "(id = "},
			{"a row by its id", list(status.Query{Filter: is(status.PropertyID)}), "statuses_pkey", "(id = "},
			{"all rows", list(status.Query{}), "statuses_pkey", "(app = "},
			{"the rows after one", list(status.Query{After: &status.Cursor{ID: "x"}}), "statuses_pkey", "(id >= "},
			{"the rows after one, by the id", list(status.Query{Order: byID(false), After: &status.Cursor{ID: "x"}}), "Scan using statuses_pkey", "(id >= "},
			{"the rows before one, backwards", list(status.Query{Order: byID(true), After: &status.Cursor{ID: "x"}}), "Backward using statuses_pkey", "(id <= "},
			{"of a user", list(status.Query{User: "user"}), "statuses_user_status", `("left"(user_status, 128) = `},
			{"of a device", list(status.Query{Filter: is(status.PropertyDeviceID)}), "statuses_device_id", `("left"(device_id, 128) = `},
			{"of a name", list(status.Query{Filter: is(status.PropertyUserPrincipalName)}), "statuses_user_principal_name", `("left"(user_principal_name, 128) = `},
			{"of a device with a state", list(status.Query{Filter: status.And{Left: is(status.PropertyInstallState), Right: is(status.PropertyDeviceID)}}), "statuses_device_id", `("left"(device_id, 128) = `},
			{"of some devices", list(status.Query{Filter: status.In{Property: status.PropertyDeviceID, Values: []status.Value{status.TextValue("x"), status.TextValue("y")}}}), "statuses_device_id", `("left"(device_id, 128) = `},
			{"of a device in an order", list(status.Query{Filter: is(status.PropertyDeviceID), Order: []status.Order{{Property: status.PropertyErrorCode}}}), "statuses_device_id", `("left"(device_id, 128) = `},
			{"a user", ofUsers(status.Query{User: "user"}), "statuses_user_status", `("left"(user_status, 128) = `},
			{"users", ofUsers(status.Query{}), "statuses_user_status", `("left"(user_status, 128) >= `},
			{"users after one", ofUsers(status.Query{After: &status.Cursor{ID: "x"}}), "statuses_user_status", `("left"(user_status, 128) >= `},
			{"users after one, by the id", ofUsers(status.Query{Order: byID(false), After: &status.Cursor{ID: "x"}}), "statuses_user_status", `("left"(user_status, 128) >= `},
			{"users before one, backwards", ofUsers(status.Query{Order: byID(true), After: &status.Cursor{ID: "x"}}), "Backward using statuses_user_status", `("left"(user_status, 128) <= `},
			{"users with failures", ofUsers(status.Query{Filter: failed}), "statuses_user_status", `("left"(user_status, 128) >= `},
			{"users by their names", ofUsers(status.Query{Filter: status.In{Property: status.PropertyUserPrincipalName, Values: []status.Value{status.TextValue("x"), status.TextValue("y")}}}), "statuses_user_principal_name", `("left"(user_principal_name, 128) = ANY `},
			{"a user by name", ofUsers(status.Query{Filter: is(status.PropertyUserPrincipalName)}), "statuses_user_principal_name", `("left"(user_principal_name, 128) = `},
		} {
			if !analyzed && c.index != "statuses_pkey" { // until it is analyzed, PostgreSQL takes a table of so few rows for a smaller one
				continue
			}
			plan := planOf(t, store, c.statement)
			if !strings.Contains(plan, c.index) || !strings.Contains(plan, c.condition) {
				t.Errorf("%s, analyzed %t:\n%s", c.name, analyzed, plan)
			}
		}
	}
}
