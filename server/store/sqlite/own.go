package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

var errForeign = errors.New("it is not a database of installstatus; name another file")

// querier is a database, or a connection to one.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// contents says whose tables a database has: own where those are there that every version of this program makes, empty where
// there are none, or that alone with which migrating begins. Where it is neither, they are another program's.
func contents(ctx context.Context, of querier) (own, empty bool, err error) {
	err = of.QueryRowContext(ctx, `
SELECT count(*) FILTER (WHERE name IN ('goose_db_version', 'apps', 'statuses')) = 3,
	count(*) FILTER (WHERE name <> 'goose_db_version' AND name NOT LIKE 'sqlite!_%' ESCAPE '!') = 0
FROM sqlite_schema WHERE type = 'table'`).Scan(&own, &empty)
	return own, empty, err
}

// take makes sure that a database is this program's, or nobody's yet, before anything in its file is changed; then it turns
// the write-ahead log on, which stays on.
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
