package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

var errForeign = errors.New("it is not a database of installstatus; name another file")

// querier is a database or a connection to one.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// contents reports what a database contains. own is true if it has the tables that every version of this program creates, empty
// if it has no tables, or only the one that a migration creates first. If neither is true, it belongs to another program.
func contents(ctx context.Context, of querier) (own, empty bool, err error) {
	err = of.QueryRowContext(ctx, `
SELECT count(*) FILTER (WHERE name IN ('goose_db_version', 'apps', 'statuses')) = 3,
	count(*) FILTER (WHERE name <> 'goose_db_version' AND name NOT LIKE 'sqlite!_%' ESCAPE '!') = 0
FROM sqlite_schema WHERE type = 'table'`).Scan(&own, &empty)
	return own, empty, err
}

// take checks that a database belongs to this program, or is empty, before anything changes its file. Then it enables the
// write-ahead log, which stays enabled.
func take(ctx context.Context, db *sql.DB) error {
	own, empty, err := contents(ctx, db)
	if err != nil {
		return err
	}
	if !own && !empty {
		return errForeign
	}
	_, err = db.ExecContext(ctx, "PRAGMA journal_mode = WAL")
	return err
}
