package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// connection is a connection with its prepared statements. One goroutine uses it at a time.
type connection struct {
	*sql.Conn
	findApp, find, anyApp   *sql.Stmt
	begin, commit, rollback *sql.Stmt
	addApp, insert, remove  *sql.Stmt
	prepared                []*sql.Stmt          // those above
	others                  map[string]*sql.Stmt // by their text, some of those used recently
	othersText              int                  // the total length of their texts in bytes
	numbers                 map[appKey]int64     // of some apps
	patience                time.Duration        // how long lock waits
	checkpointsLater        bool                 // see checkpointLater
}

func newConnection(ctx context.Context, db *sql.DB) (*connection, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	c := &connection{Conn: conn, others: make(map[string]*sql.Stmt), numbers: make(map[appKey]int64), patience: lockPatience}
	for _, statement := range []struct {
		place **sql.Stmt
		text  string
	}{
		{&c.findApp, "SELECT number FROM apps WHERE tenant = ? AND app = ?"},
		{&c.find, findRow()},
		{&c.anyApp, "SELECT EXISTS (SELECT 1 FROM apps)"},
		{&c.begin, "BEGIN IMMEDIATE"},
		{&c.commit, "COMMIT"},
		{&c.rollback, "ROLLBACK"},
		{&c.addApp, "INSERT INTO apps (tenant, app) VALUES (?, ?) ON CONFLICT DO NOTHING"},
		{&c.insert, insertRow()},
		{&c.remove, "DELETE FROM statuses" + rowPlace},
	} {
		prepared, err := conn.PrepareContext(ctx, statement.text)
		if err != nil {
			c.close()
			return nil, fmt.Errorf("preparing %s: %w", statement.text, err)
		}
		*statement.place = prepared
		c.prepared = append(c.prepared, prepared)
	}
	return c, nil
}

// close also closes the statements, since SQLite keeps the file open while a statement is open.
func (c *connection) close() {
	for _, statement := range slices.AppendSeq(c.prepared, maps.Values(c.others)) {
		statement.Close()
	}
	c.Close()
}

// row returns the row of an app, by the app's number, with an id. It returns nil if there is none.
func (c *connection) row(ctx context.Context, app int64, id string) (*status.Row, error) {
	found := &status.Row{Status: status.Status{ID: id}}
	err := c.find.QueryRowContext(ctx, app, id).Scan(sqlgen.AppendRowFields(make([]any, 0, sqlgen.RowWidth), found)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, failure("reading a status", err)
	}
	return found, nil
}

// appKey identifies an app.
type appKey struct{ tenant, app string }

// maxApps is how many apps' numbers a connection caches.
const maxApps = 1024

// appNumber returns the number that an app keeps forever. It returns 0, which no app has, if the app has never had a row.
func (c *connection) appNumber(ctx context.Context, tenant, app string) (number int64, err error) {
	key := appKey{tenant, app}
	if number, ok := c.numbers[key]; ok {
		return number, nil
	}
	err = c.findApp.QueryRowContext(ctx, tenant, app).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, failure("looking for an app", err)
	}
	if len(c.numbers) == maxApps {
		clear(c.numbers)
	}
	c.numbers[key] = number
	return number, nil
}

// Bounds of the cache of prepared statements. Callers patch the same few sets of columns and use the same few filters again and again.
// SQLite needs about a hundred times as much memory for a statement as its text has.
const (
	maxOthers     = 128       // statements
	maxOthersText = 256 << 10 // bytes of their texts
	maxOther      = 4 << 10   // bytes of the text of one; a longer one is unlikely to be repeated
)

// statement returns a prepared statement from the cache, which owns it.
func (c *connection) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if prepared, ok := c.others[text]; ok {
		return prepared, nil
	}
	prepared, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, failure("preparing a statement", err)
	}
	for some, old := range c.others {
		if len(c.others) < maxOthers && c.othersText+len(text) <= maxOthersText {
			break
		}
		old.Close()
		delete(c.others, some)
		c.othersText -= len(some)
	}
	c.others[text] = prepared
	c.othersText += len(text)
	return prepared, nil
}

// query reads rows. It caches the statement unless its text is long.
func (c *connection) query(ctx context.Context, text string, arguments ...any) (*sql.Rows, error) {
	if len(text) > maxOther {
		return c.QueryContext(ctx, text, arguments...)
	}
	statement, err := c.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, arguments...)
}

// numberOfApp is the number of an app. Its parameters are the tenant and the app.
const numberOfApp = "(SELECT number FROM apps WHERE tenant = ? AND app = ?)"

// rowPlace selects one row of the table statuses. Its parameters are the app's number and the id.
const rowPlace = " WHERE app = ? AND id = ?"

func findRow() string {
	return "SELECT " + strings.Join(sqlgen.RowNames(), ", ") + " FROM statuses" + rowPlace
}

// insertRow takes the app's number, the id, then the fields of all columns.
func insertRow() string {
	names := sqlgen.RowNames()
	return "INSERT INTO statuses (app, id, " + strings.Join(names, ", ") + ") VALUES (?, ?" +
		strings.Repeat(", ?", len(names)) + ")"
}

// updateRow takes the fields of the changed columns, then what rowPlace takes.
func updateRow(changed sqlgen.Columns) string {
	return "UPDATE statuses SET " + strings.Join(changed.Names(), " = ?, ") + " = ?" + rowPlace
}
