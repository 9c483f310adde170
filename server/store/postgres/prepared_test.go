package postgres

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
)

func TestASessionKeepsFewPreparedStatementsAndNoLongOne(t *testing.T) {
	store := openTest(t, postgrestest.With(t, postgrestest.New(t), "pool_max_conns", "1"))
	for n := range defaultStatements / 2 { // each makes four statements
		values := n + 1
		if n%16 == 0 {
			values += maxPrepared / len("$1, ") // the statements are too long to be kept
		}
		filter := query.In{Property: "errorCode", Values: make([]query.Value, values)}
		for n := range filter.Values {
			filter.Values[n] = query.NumberValue(int64(n))
		}
		q := status.Query{App: "app", Query: query.Query{Limit: 1, Count: true, Filter: filter}}
		if _, err := store.List(t.Context(), "tenant", q); err != nil {
			t.Fatal(err)
		}
		q.Filter = query.In{Property: "failedDeviceCount", Values: filter.Values}
		if _, err := store.ListUsers(t.Context(), "tenant", q); err != nil {
			t.Fatal(err)
		}
	}
	var kept, longest int
	err := store.pool.read(t.Context(), func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, "SELECT count(*), max(length(statement)) FROM pg_prepared_statements").Scan(&kept, &longest)
	})
	if err != nil || kept < 10 || kept > defaultStatements || longest > maxPrepared {
		t.Errorf("%d are kept, of %d bytes at most, %v", kept, longest, err)
	}
}
