package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// pageOf reads a page of an app's rows.
func pageOf(ctx context.Context, c *pgx.Conn, tenant string, q status.Query) (status.Page, error) {
	listed := selectRows(selected(), tenant, q)
	listed.WriteAfter(q.Query)
	listed.WritePage(q.Query)
	var found row
	return readPage(ctx, c, q.Query, selectRows("COUNT(*)", tenant, q), listed, found.fields(), func() status.Row { return *found.whole() })
}

// readPage reads a page, and counts the list if the query asks for it, both in one snapshot.
func readPage[R query.Row](ctx context.Context, c *pgx.Conn, q query.Query, counted, listed *sqlgen.Select, fields []any, row func() R) (page query.Page[R], err error) {
	if !q.Count {
		return page, readRows(ctx, c, q, listed, fields, row, &page)
	}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, c, snapshot, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, counted.Text(), bound(c, counted)...).Scan(&page.Count); err != nil {
			return failure("counting statuses", err)
		}
		return readRows(ctx, c, q, listed, fields, row, &page)
	})
	return page, failure("listing statuses", err)
}

func readRows[R query.Row](ctx context.Context, c *pgx.Conn, q query.Query, listed *sqlgen.Select, fields []any, row func() R, page *query.Page[R]) error {
	rows, err := c.Query(ctx, listed.Text(), bound(c, listed)...)
	if err == nil {
		err = sqlgen.ReadPage(page, q, rows, fields, row)
		rows.Close()
	}
	if err == nil {
		err = rows.Err() // which is complete only after Close
	}
	return failure("listing statuses", err)
}

// maxPrepared is how many bytes of text a selection has at most if a connection keeps it prepared. A longer one has a long filter,
// which is unlikely to be repeated, and takes the server a hundred or a thousand times as much memory as its text.
const maxPrepared = 2 << 10

// bound returns the arguments of a selection. If its text must not stay prepared, an option for pgx precedes them.
func bound(c *pgx.Conn, s *sqlgen.Select) []any {
	if s.Len() <= maxPrepared || pooled(c.Config()) {
		return s.Arguments()
	}
	return append([]any{pgx.QueryExecModeExec}, s.Arguments()...)
}

// dialect is PostgreSQL's SQL.
var dialect = sqlgen.Dialect{
	Numbered: true, Number: "?::bigint",
	Left:  "left(%s, %d)",
	Lower: `lower(%s COLLATE "C")`, Upper: `upper(%s COLLATE "C")`, // of ASCII letters
	NullsFirst: " NULLS FIRST", NullsLast: " NULLS LAST",
	LimitInText: true,
	StartsWith: func(s *sqlgen.Select, o sqlgen.Operand, text string) {
		s.Write("starts_with("+o.Value+", ?)", text)
	},
	EndsWith: func(s *sqlgen.Select, o sqlgen.Operand, text string) {
		s.Write("right("+o.Value+", length(?::text)) = ?", text, text)
	},
	Contains: func(s *sqlgen.Select, o sqlgen.Operand, text string) {
		s.Write("strpos("+o.Value+", ?) > 0", text)
	},
	Compare: compare,
	After: func(s *sqlgen.Select, id sqlgen.Operand, operator, after string) {
		compare(s, id, operator, query.TextValue(after))
	},
}

// compare lets PostgreSQL use the index that has the operand's head.
func compare(s *sqlgen.Select, o sqlgen.Operand, operator string, v query.Value) {
	s.Write("(")
	if o.Head != "" {
		head, _ := split(v.Text)
		s.Write(o.Head+" "+strings.TrimSuffix(operator, "=")+"= ? AND ", head)
	}
	s.Write(o.Value+" "+operator+" "+s.Parameter(v)+" AND "+o.Present+")", sqlgen.Argument(v))
}

// selectRows selects something from the rows of the query's whole list.
func selectRows(something, tenant string, q status.Query) *sqlgen.Select {
	s := sqlgen.NewSelect(&dialect, property, q.Query)
	s.Write("SELECT "+something+" FROM statuses WHERE tenant = ? AND app = ?", keyOf(tenant), keyOf(q.App))
	ofUser(s, "=", q.User)
	s.WriteFilter(q.Filter)
	return s
}

// ofUser leaves out rows by the user status that they belong to; "=" and "" is any.
func ofUser(s *sqlgen.Select, operator, user string) {
	if operator != "=" || user != "" {
		s.Write(" AND ")
		compare(s, userStatus, operator, query.TextValue(user))
	}
}

// userStatus is the user status that a row belongs to, "" for none.
var userStatus = sqlgen.Operand{
	Value: sqlgen.UserColumn, Head: "left(user_status, 128)", Present: "user_status > ''",
	NotNull: []string{"left(user_status, 128)", sqlgen.UserColumn},
}
