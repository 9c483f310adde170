package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
	"installstatus/server/store/writes"
)

// Each statement here is its own transaction. What was decided on a row that was read is written only if the row still has the
// version that was read.

// errRaced means that another call has written the row meanwhile, and that nothing was written here.
var errRaced = errors.New("the row has been written meanwhile")

// versioned is a writes.Place.
type versioned struct {
	place
	conn    *pgx.Conn
	app     string // place has its key
	version string // of the row that was found
	wrote   bool   // a statement has committed a change
}

var _ writes.Place = (*versioned)(nil)

func at(c *pgx.Conn, tenant string, key status.Key) *versioned {
	return &versioned{place: placeOf(tenant, key), conn: c, app: key.App}
}

// Find implements writes.Place. It finds the row whatever its user status is.
func (v *versioned) Find(ctx context.Context) (*status.Row, error) {
	reading := newStatement("SELECT xmin::text, " + selected() + " FROM statuses")
	reading.at(v.place)
	var r row
	err := v.conn.QueryRow(ctx, reading.Text(), reading.Arguments()...).Scan(append([]any{&v.version}, r.fields()...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, failure("reading a status", err)
	}
	return r.whole(), nil
}

// Insert implements writes.Place.
func (v *versioned) Insert(ctx context.Context, r *status.Row) error {
	insert := insertRow(v.place, v.app, r)
	insert.Write(" ON CONFLICT DO NOTHING")
	return v.once(ctx, insert, "adding a status", errRaced)
}

// Change implements writes.Place.
func (v *versioned) Change(ctx context.Context, changed sqlgen.Columns, next *status.Row) error {
	update := updateRow(v.place, changed, &next.Status)
	update.Write(" AND xmin::text = ?", v.version)
	return v.once(ctx, update, "changing a status", errRaced)
}

// Remove implements writes.Place.
func (v *versioned) Remove(ctx context.Context) error {
	removal := deleteRow(v.place)
	removal.Write(" AND xmin::text = ?", v.version)
	return v.once(ctx, removal, "deleting a status", errRaced)
}

// removeUnread deletes the row of a user, "" for any, without reading it first.
func (v *versioned) removeUnread(ctx context.Context, user string) error {
	removal := deleteRow(v.place)
	removal.of(user)
	return v.once(ctx, removal, "deleting a status", status.ErrNotFound)
}

// once runs a statement that writes one row. If there is no such row, it returns the error otherwise.
func (v *versioned) once(ctx context.Context, s *statement, doing string, otherwise error) error {
	tag, err := v.conn.Exec(ctx, s.Text(), s.Arguments()...)
	switch {
	case err != nil:
		return failure(doing, err)
	case tag.RowsAffected() == 0:
		return otherwise
	}
	v.wrote = true
	return nil
}

// unconditional reports whether the condition lets any row that exists be written.
func unconditional(cond status.Cond) bool {
	return (cond.IfMatch == nil || slices.Contains(cond.IfMatch, "*")) && len(cond.IfNoneMatch) == 0
}

func insertRow(at place, app string, r *status.Row) *statement {
	_, rest := split(app)
	idHead, idRest := split(r.ID)
	insert := newStatement("INSERT INTO statuses (tenant, app, app_rest, id, id_digest, id_rest, " + strings.Join(sqlgen.RowNames(), ", ") + ") VALUES (")
	insert.WriteList(sqlgen.AppendRowFields([]any{at.tenant, at.app, rest, idHead, digest(r.ID), idRest}, r))
	insert.Write(")")
	return insert
}

func updateRow(at place, changed sqlgen.Columns, to *status.Status) *statement {
	update := newStatement("UPDATE statuses SET ")
	update.Write(strings.Join(changed.Names(), " = ?, ")+" = ?", changed.AppendFields(nil, to)...)
	update.at(at)
	return update
}

func deleteRow(at place) *statement {
	removal := newStatement("DELETE FROM statuses")
	removal.at(at)
	return removal
}

// statement writes or reads one row.
type statement struct{ *sqlgen.Statement }

func newStatement(text string) *statement {
	s := &statement{sqlgen.NewStatement(true)}
	s.Write(text)
	return s
}

// at limits the statement to the row at a place.
func (s *statement) at(at place) {
	s.Write(" WHERE tenant = ? AND app = ? AND id = ? AND id_digest = ?", at.tenant, at.app, at.id, at.digest)
}

// of leaves out the row if it belongs to another user status; "" is any. It avoids the index on the user status, since the key finds
// the row.
func (s *statement) of(user string) {
	if user != "" {
		s.Write(" AND user_status || '' = ?", user)
	}
}
