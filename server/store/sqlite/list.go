package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// page reads a page of an app's rows.
func (c *connection) page(ctx context.Context, tenant string, q status.Query) (status.Page, error) {
	selected := selectRows("id, "+strings.Join(sqlgen.RowNames(), ", "), tenant, q)
	selected.WriteAfter(q.Query)
	selected.WritePage(q.Query)
	var found status.Row
	fields := sqlgen.AppendRowFields([]any{&found.ID}, &found)
	return readPage(ctx, c, q.Query, selectRows("COUNT(*)", tenant, q), selected, fields, func() status.Row { return found })
}

// readPage reads a page, and counts the list if the query asks for it, both in one snapshot.
func readPage[R query.Row](ctx context.Context, c *connection, q query.Query, counted, selected *sqlgen.Select, fields []any, row func() R) (page query.Page[R], err error) {
	if q.Count {
		defer c.undo() // even if ctx ended just after BEGIN
		if _, err := c.ExecContext(ctx, "BEGIN"); err != nil {
			return page, failure("listing statuses", err)
		}
		if err := c.QueryRowContext(ctx, counted.Text(), counted.Arguments()...).Scan(&page.Count); err != nil {
			return page, failure("counting statuses", err)
		}
	}
	rows, err := c.query(ctx, selected.Text(), selected.Arguments()...)
	if err != nil {
		return page, failure("listing statuses", err)
	}
	defer rows.Close()
	if err := errors.Join(sqlgen.ReadPage(&page, q, rows, fields, row), rows.Err()); err != nil {
		return query.Page[R]{}, failure("listing statuses", err)
	}
	return page, nil
}

// dialect is SQLite's SQL. It sorts nulls first, as the API does.
var dialect = sqlgen.Dialect{
	Number: "?",
	Left:   "substr(%s, 1, %d)",
	Lower:  "lower(%s)", Upper: "upper(%s)", // of ASCII letters
	StartsWith: func(s *sqlgen.Select, o sqlgen.Operand, text string) {
		s.Write("substr("+o.Value+", 1, length(?)) = ?", text, text)
	},
	EndsWith: func(s *sqlgen.Select, o sqlgen.Operand, text string) {
		s.Write("substr("+o.Value+", length("+o.Value+") - length(?) + 1) = ?", text, text)
	},
	Contains: func(s *sqlgen.Select, o sqlgen.Operand, text string) { s.Write("instr("+o.Value+", ?) > 0", text) },
	Compare:  compare,
	After: func(s *sqlgen.Select, id sqlgen.Operand, operator, after string) {
		s.Write(id.Value+" "+operator+" ?", after)
	},
}

// compare lets SQLite use an index for equality, and for bounds of ids. It uses only one bound of ids on each side, so one that
// points the same way as the page's place, which is the closer bound, is hidden from it by COALESCE. Bounds of other
// properties are hidden too, since SQLite would use their indexes, and read and sort all rows within the bounds for each page.
func compare(s *sqlgen.Select, o sqlgen.Operand, operator string, v query.Value) {
	switch {
	case operator == "=":
		s.Write(o.Value+" IS ?", sqlgen.Argument(v))
	case o.Value == "id" && (s.Seeks == "" || !strings.HasPrefix(operator, s.Seeks)):
		s.Write(o.Value+" "+operator+" ?", sqlgen.Argument(v))
	default:
		s.Write("COALESCE("+o.Value+" "+operator+" ?, FALSE)", sqlgen.Argument(v))
	}
}

func property(name string) sqlgen.Operand {
	if name == query.ID {
		return sqlgen.Operand{Value: "id"}
	}
	return sqlgen.Property(name)
}

// selectRows selects something from the rows of the query's whole list.
func selectRows(something, tenant string, q status.Query) *sqlgen.Select {
	s := sqlgen.NewSelect(&dialect, property, q.Query)
	s.Write("SELECT "+something+" FROM statuses WHERE app = "+numberOfApp, tenant, q.App)
	ofUser(s, q.User)
	s.WriteFilter(q.Filter)
	return s
}

func ofUser(s *sqlgen.Select, user string) {
	if user != "" {
		s.Write(" AND user_status = ?", user)
	}
}

var _ sqlgen.Rows = (*sql.Rows)(nil)
