package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/columns"
)

// Each statement here is a transaction of its own. What is decided on a row that was read is written only while that
// version of the row stands.

// errRaced says that another has written the row meanwhile, and that nothing was written here.
var errRaced = errors.New("the row has been written meanwhile")

// update does what status.Decide says.
func update(ctx context.Context, c *pgx.Conn, tenant string, key status.Key, patch status.Patch, cond status.Cond) (s status.Status, created bool, err error) {
	at := placeOf(tenant, key)
	found, version, err := find(ctx, c, at)
	if err != nil {
		return status.Status{}, false, err
	}
	next, created, err := status.Decide(found, key, patch, cond)
	switch {
	case err != nil:
		return status.Status{}, false, err
	case created:
		err = add(ctx, c, at, key.App, rowOf(next))
	default:
		err = change(ctx, c, at, version, rowOf(*found), rowOf(next))
	}
	return next.Status, created, err
}

// unconditional reports whether any row that is there may be written.
func unconditional(cond status.Cond) bool {
	return (cond.IfMatch == nil || slices.Contains(cond.IfMatch, "*")) && len(cond.IfNoneMatch) == 0
}

// remove does what status.Check says.
func remove(ctx context.Context, c *pgx.Conn, tenant string, key status.Key, cond status.Cond) error {
	at := placeOf(tenant, key)
	removal := new(statement)
	removal.write("DELETE FROM statuses")
	removal.at(at)
	if unconditional(cond) {
		if key.User != "" {
			removal.of(key.User)
		}
		return removal.once(ctx, c, "deleting a status", status.ErrNotFound)
	}
	found, version, err := find(ctx, c, at)
	if err != nil {
		return err
	}
	if err := status.Check(found, key, cond); err != nil {
		return err
	}
	removal.write(" AND xmin::text = ?", version)
	return removal.once(ctx, c, "deleting a status", errRaced)
}

// find reads the row at a place, whatever its user status, and which version of it stands; nil for none.
func find(ctx context.Context, c *pgx.Conn, at place) (found *status.Row, version string, err error) {
	reading := new(statement)
	reading.write("SELECT xmin::text, " + selected() + " FROM statuses")
	reading.at(at)
	var r row
	err = c.QueryRow(ctx, reading.text.String(), reading.arguments...).Scan(append([]any{&version}, r.scanned()...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", failure("reading a status", err)
	}
	return r.kept(), version, nil
}

// add makes a row where there is none.
func add(ctx context.Context, c *pgx.Conn, at place, app string, r *row) error {
	insert := insertRow(at, app, r)
	insert.write(" ON CONFLICT DO NOTHING")
	return insert.once(ctx, c, "adding a status", errRaced)
}

// change writes the columns in which the rows differ, and nothing if there is none.
func change(ctx context.Context, c *pgx.Conn, at place, version string, from, to *row) error {
	set := columns.Changed(&from.Row, &to.Row)
	if set == 0 {
		return nil
	}
	update := updateRow(at, set, &to.Row)
	update.write(" AND xmin::text = ?", version)
	return update.once(ctx, c, "changing a status", errRaced)
}

func insertRow(at place, app string, r *row) *statement {
	_, rest := split(app)
	insert := new(statement)
	insert.write("INSERT INTO statuses (tenant, app, app_rest, id, id_digest, id_rest, " + strings.Join(columns.All.Names(), ", ") + ") VALUES (")
	insert.list(append([]any{at.tenant, at.app, rest, r.idHead, r.idDigest, r.idRest}, columns.All.Fields(&r.Row)...))
	insert.write(")")
	return insert
}

func updateRow(at place, set columns.Set, to *columns.Row) *statement {
	update := new(statement)
	update.write("UPDATE statuses SET ")
	update.assign(set, to)
	update.at(at)
	return update
}

// statement is a statement in the making. What a caller sent is an argument, never text.
type statement struct {
	text      strings.Builder
	arguments []any
}

// write adds text, in which a ? stands for each argument.
func (s *statement) write(text string, arguments ...any) {
	for _, argument := range arguments {
		before, after, _ := strings.Cut(text, "?")
		s.arguments = append(s.arguments, argument)
		fmt.Fprintf(&s.text, "%s$%d", before, len(s.arguments))
		text = after
	}
	s.text.WriteString(text)
}

func (s *statement) list(arguments []any) {
	s.write(strings.Repeat("?, ", len(arguments)-1)+"?", arguments...)
}

func (s *statement) assign(set columns.Set, to *columns.Row) {
	s.write(strings.Join(set.Names(), " = ?, ")+" = ?", set.Fields(to)...)
}

// at leads to the row at a place.
func (s *statement) at(at place) {
	s.write(" WHERE tenant = ? AND app = ? AND id = ? AND id_digest = ?", at.tenant, at.app, at.id, at.digest)
}

// of leaves out a row of another user status, without leading to the index on it: the key has found the row.
func (s *statement) of(user string) { s.write(" AND user_status || '' = ?", user) }

// once carries out a statement that writes one row. If it finds none, the error is otherwise.
func (s *statement) once(ctx context.Context, c *pgx.Conn, doing string, otherwise error) error {
	tag, err := c.Exec(ctx, s.text.String(), s.arguments...)
	switch {
	case err != nil:
		return failure(doing, err)
	case tag.RowsAffected() == 0:
		return otherwise
	}
	return nil
}
