package postgres

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
	"installstatus/server/store/sqlgen"
)

// planOf returns the plan of a statement.
func planOf(t *testing.T, store *Store, s *sqlgen.Statement) (plan string) {
	t.Helper()
	err := store.pool.read(t.Context(), func(ctx context.Context, c *pgx.Conn) error {
		rows, err := c.Query(ctx, "EXPLAIN (COSTS OFF) "+s.Text(), s.Arguments()...)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", s.Text(), err)
	}
	return plan
}

// filled returns a store with an app of 20,000 rows. Each device and each user has ten of them.
func filled(t *testing.T) *Store {
	t.Helper()
	address := postgrestest.New(t)
	store := openTest(t, address)
	if _, _, err := store.Update(t.Context(), "tenant", numbered(0), status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
		t.Fatal(err)
	}
	postgrestest.Run(t, address, `
INSERT INTO statuses (tenant, app, app_rest, id, id_digest, id_rest, user_status, device_id, user_principal_name,
	last_sync_date_time, last_sync_instant, mobile_app_install_status_value, install_state, install_state_detail, error_code)
SELECT tenant, app, app_rest, 'id ' || lpad(n::text, 6, '0'), '', '', md5((n/10)::text), 'device ' || n/10, 'user' || n/10 || '@contoso.example',
	last_sync_date_time, last_sync_instant, mobile_app_install_status_value, install_state, install_state_detail, error_code
FROM statuses, generate_series(1, 19999) AS n`)
	return store
}

func TestStatementsUseTheIndexOfTheirRows(t *testing.T) {
	is := func(p string) query.Filter {
		return query.Comparison{Property: p, Operator: query.Equal, Value: query.TextValue("x")}
	}
	failed := query.Comparison{Property: "failedDeviceCount", Operator: query.Greater, Value: query.NumberValue(0)}
	list := func(q status.Query) *sqlgen.Statement {
		q.App, q.Limit = "app", 100
		listed := selectRows("*", "tenant", q)
		listed.WriteAfter(q.Query)
		listed.WritePage(q.Query)
		return &listed.Statement
	}
	ofUsers := func(q status.Query) *sqlgen.Statement {
		q.App, q.Limit = "app", 100
		return &users.Page("tenant", q).Statement
	}
	byID := func(descending bool) []query.Order {
		return []query.Order{{Property: query.ID, Descending: descending}, {Property: "userName"}}
	}
	one := newStatement("SELECT * FROM statuses")
	one.at(placeOf("tenant", numbered(1)))
	patch := &application{at: placeOf("tenant", numbered(1)), user: "user", patch: status.PatchOf(status.Status{DeviceID: status.TextOf("x")}, "deviceId")}

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
			statement *sqlgen.Statement
			index     string
			condition string
		}{
			{"a row", one.Statement, "statuses_pkey", "(id = "},
			{"a patch", patch.statement().Statement, "statuses_pkey", "(id = "},
			{"a row by its id", list(status.Query{Query: query.Query{Filter: is(query.ID)}}), "statuses_pkey", "(id = "},
			{"all rows", list(status.Query{}), "statuses_pkey", "(app = "},
			{"the rows after one", list(status.Query{Query: query.Query{After: &query.Cursor{ID: "x"}}}), "statuses_pkey", "(id >= "},
			{"the rows after one, by the id", list(status.Query{Query: query.Query{Order: byID(false), After: &query.Cursor{ID: "x"}}}), "Scan using statuses_pkey", "(id >= "},
			{"the rows before one, backwards", list(status.Query{Query: query.Query{Order: byID(true), After: &query.Cursor{ID: "x"}}}), "Backward using statuses_pkey", "(id <= "},
			{"of a user", list(status.Query{User: "user"}), "statuses_user_status", `("left"(user_status, 128) = `},
			{"of a device", list(status.Query{Query: query.Query{Filter: is("deviceId")}}), "statuses_device_id", `("left"(device_id, 128) = `},
			{"of a name", list(status.Query{Query: query.Query{Filter: is("userPrincipalName")}}), "statuses_user_principal_name", `("left"(user_principal_name, 128) = `},
			{"of a device with a state", list(status.Query{Query: query.Query{Filter: query.And{Left: is("installState"), Right: is("deviceId")}}}), "statuses_device_id", `("left"(device_id, 128) = `},
			{"of some devices", list(status.Query{Query: query.Query{Filter: query.In{Property: "deviceId", Values: []query.Value{query.TextValue("x"), query.TextValue("y")}}}}), "statuses_device_id", `("left"(device_id, 128) = `},
			{"of a device in an order", list(status.Query{Query: query.Query{Filter: is("deviceId"), Order: []query.Order{{Property: "errorCode"}}}}), "statuses_device_id", `("left"(device_id, 128) = `},
			{"a user", ofUsers(status.Query{User: "user"}), "statuses_user_status", `("left"(user_status, 128) = `},
			{"users", ofUsers(status.Query{}), "statuses_user_status", `("left"(user_status, 128) >= `},
			{"users after one", ofUsers(status.Query{Query: query.Query{After: &query.Cursor{ID: "x"}}}), "statuses_user_status", `("left"(user_status, 128) >= `},
			{"users after one, by the id", ofUsers(status.Query{Query: query.Query{Order: byID(false), After: &query.Cursor{ID: "x"}}}), "statuses_user_status", `("left"(user_status, 128) >= `},
			{"users before one, backwards", ofUsers(status.Query{Query: query.Query{Order: byID(true), After: &query.Cursor{ID: "x"}}}), "Backward using statuses_user_status", `("left"(user_status, 128) <= `},
			{"users with failures", ofUsers(status.Query{Query: query.Query{Filter: failed}}), "statuses_user_status", `("left"(user_status, 128) >= `},
			{"users by their names", ofUsers(status.Query{Query: query.Query{Filter: query.In{Property: "userPrincipalName", Values: []query.Value{query.TextValue("x"), query.TextValue("y")}}}}), "statuses_user_principal_name", `("left"(user_principal_name, 128) = ANY `},
			{"a user by name", ofUsers(status.Query{Query: query.Query{Filter: is("userPrincipalName")}}), "statuses_user_principal_name", `("left"(user_principal_name, 128) = `},
		} {
			if !analyzed && c.index != "statuses_pkey" { // before ANALYZE, PostgreSQL underestimates a table of so few rows
				continue
			}
			plan := planOf(t, store, c.statement)
			if !strings.Contains(plan, c.index) || !strings.Contains(plan, c.condition) {
				t.Errorf("%s, analyzed %t:\n%s", c.name, analyzed, plan)
			}
		}
	}
}
