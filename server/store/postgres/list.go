package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
)

// pageOf reads a page of an app's rows.
func pageOf(ctx context.Context, c *pgx.Conn, tenant string, query status.Query) (status.Page, error) {
	counted := newSelection("COUNT(*)", tenant, query)
	listed := newSelection(selected(), tenant, query)
	if query.After != nil {
		listed.write(" AND ")
		listed.after(query.Sort(), query.After)
	}
	listed.page(query)
	return readPart(ctx, c, query, counted, listed, func(rows pgx.Rows) (status.Row, error) {
		var found row
		err := rows.Scan(found.scanned()...)
		return *found.kept(), err
	})
}

// readPart reads a part of a list, and how long the list is if the query asks for it, both at one moment.
func readPart[L status.Listed](ctx context.Context, c *pgx.Conn, query status.Query, counted, selected *selection, scan func(pgx.Rows) (L, error)) (part status.Part[L], err error) {
	if !query.Count {
		err = readRows(ctx, c, query, selected, scan, &part)
		return part, err
	}
	moment := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, c, moment, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, counted.text.String(), counted.bound(c)...).Scan(&part.Count); err != nil {
			return failure("counting statuses", err)
		}
		return readRows(ctx, c, query, selected, scan, &part)
	})
	return part, failure("listing statuses", err)
}

func readRows[L status.Listed](ctx context.Context, c *pgx.Conn, query status.Query, selected *selection, scan func(pgx.Rows) (L, error), part *status.Part[L]) error {
	rows, err := c.Query(ctx, selected.text.String(), selected.bound(c)...)
	if err != nil {
		return failure("listing statuses", err)
	}
	defer rows.Close()
	for rows.Next() {
		found, err := scan(rows)
		if err != nil {
			return failure("listing statuses", err)
		}
		if !part.Add(found, query) {
			break
		}
	}
	rows.Close()
	return failure("listing statuses", rows.Err())
}

// appsOf reads the apps that have rows. It goes from one to the next by the primary key.
func appsOf(ctx context.Context, c *pgx.Conn, tenant, after string, limit int) (apps []string, err error) {
	head, _ := split(after)
	rows, err := c.Query(ctx, nextApps, keyOf(tenant), head, after, limit)
	if err != nil {
		return nil, failure("listing apps", err)
	}
	apps, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return apps, failure("listing apps", err)
}

const nextApps = `
WITH RECURSIVE keys AS (
	(SELECT app FROM statuses WHERE tenant = $1 AND app >= $2 ORDER BY app LIMIT 1)
	UNION ALL
	SELECT (SELECT s.app FROM statuses s WHERE s.tenant = $1 AND s.app > keys.app ORDER BY s.app LIMIT 1)
	FROM keys WHERE keys.app IS NOT NULL
), apps AS (
	SELECT left(app, 128) || (SELECT s.app_rest FROM statuses s WHERE s.tenant = $1 AND s.app = keys.app LIMIT 1) AS name
	FROM keys WHERE app IS NOT NULL
)
SELECT name FROM apps WHERE name > $3 ORDER BY name LIMIT $4`

// selection is a SELECT of a list.
type selection struct {
	statement
	operand func(status.Property) operand // what a property is called in it
}

// maxPrepared is how many bytes of text a selection has that a connection keeps prepared. What is longer has a long filter,
// which hardly comes again, and takes the server a hundred times as much memory as its text, or a thousand times.
const maxPrepared = 2 << 10

// bound are the arguments for a connection, and before them, where need be, how it is to take the text.
func (s *selection) bound(c *pgx.Conn) []any {
	if s.text.Len() <= maxPrepared || pooled(c.Config()) {
		return s.arguments
	}
	return append([]any{pgx.QueryExecModeExec}, s.arguments...)
}

// newSelection selects something of the rows of the query's whole list.
func newSelection(something, tenant string, query status.Query) *selection {
	s := &selection{operand: operandOf}
	s.write("SELECT "+something+" FROM statuses WHERE tenant = ? AND app = ?", keyOf(tenant), keyOf(query.App))
	if query.User != "" {
		s.write(" AND ")
		s.equal(userStatus, query.User)
	}
	if query.Filter != nil {
		s.write(" AND ")
		s.filter(query.Filter)
	}
	return s
}

// page puts the selection in order, and cuts it to the query's page and one row more that tells whether another follows.
func (s *selection) page(query status.Query) {
	s.write(" ORDER BY ")
	sort := query.Sort()
	for _, order := range sort[:len(sort)-1] {
		s.write(s.ordered(order))
		if order.Descending {
			s.write(" DESC NULLS LAST, ")
		} else {
			s.write(" NULLS FIRST, ")
		}
	}
	id, direction := s.operand(status.PropertyID), ""
	if sort[len(sort)-1].Descending {
		direction = " DESC"
	}
	s.write(fmt.Sprintf("%s%s, %s%s LIMIT %d", id.head, direction, id.value, direction, query.Limit+1)) // in the text, so that it counts in every plan
	if query.After == nil && query.Skip > 0 {
		s.write(" OFFSET ?", query.Skip)
	}
}

// ordered is what counts of a property in the order.
func (s *selection) ordered(order status.Order) string {
	property := s.operand(order.Property).value
	if order.IsCut() {
		return fmt.Sprintf("left(%s, %d)", property, status.OrderedLength)
	}
	return property
}

// after is true of the rows behind a place in the order. The API puts null before everything.
func (s *selection) after(sort []status.Order, place *status.Cursor) {
	if len(sort) == 1 { // by the id
		s.behind(sort[0], place)
		return
	}
	property, value := s.ordered(sort[0]), place.Values[0]
	null := value.Kind == status.Null
	s.write("(")
	switch {
	case sort[0].Descending && null: // nothing is behind null but further nulls
	case sort[0].Descending:
		s.write("COALESCE("+property+" < "+placeholder(value)+", TRUE) OR ", argument(value))
	case null:
		s.write(property + " IS NOT NULL OR ")
	default:
		s.write("COALESCE("+property+" > "+placeholder(value)+", FALSE) OR ", argument(value))
	}
	if null {
		s.write(property + " IS NULL AND ")
	} else {
		s.write(property+" = "+placeholder(value)+" AND ", argument(value))
	}
	s.after(sort[1:], &status.Cursor{Values: place.Values[1:], ID: place.ID})
	s.write(")")
}

// behind is true of the ids behind that of a place.
func (s *selection) behind(byID status.Order, place *status.Cursor) {
	operator := ">"
	if byID.Descending {
		operator = "<"
	}
	s.compare(s.operand(status.PropertyID), operator, status.TextValue(place.ID))
}

// filter is the condition of a filter, with the same logic of three values: SQL's NULL is what is neither true nor false.
func (s *selection) filter(f status.Filter) {
	s.write("(")
	defer s.write(")")
	switch f := f.(type) {
	case status.Comparison:
		s.comparison(f)
	case status.In:
		for i, value := range f.Values {
			if i > 0 {
				s.write(" OR ")
			}
			s.comparison(status.Comparison{Property: f.Property, Operator: status.Equal, Value: value})
		}
	case status.StartsWith:
		s.write("starts_with("+s.operand(f.Property).value+", ?)", f.Text)
	case status.Contains:
		s.write("strpos("+s.operand(f.Property).value+", ?) > 0", f.Text)
	case status.And:
		s.filter(f.Left)
		s.write(" AND ")
		s.filter(f.Right)
	case status.Or:
		s.filter(f.Left)
		s.write(" OR ")
		s.filter(f.Right)
	case status.Not:
		s.write("NOT ")
		s.filter(f.Of)
	default:
		panic(fmt.Sprintf("a filter that SQL has no words for: %T", f))
	}
}

// operators are the comparisons of what is not null.
var operators = map[status.Operator]string{
	status.Greater: ">", status.GreaterOrEqual: ">=", status.Less: "<", status.LessOrEqual: "<=",
}

func (s *selection) comparison(c status.Comparison) {
	property := s.operand(c.Property)
	null := c.Value.Kind == status.Null
	switch {
	case c.Operator == status.Equal && null:
		s.write(property.value + " IS NULL")
	case c.Operator == status.NotEqual && null:
		s.write(property.value + " IS NOT NULL")
	case null:
		s.write("FALSE")
	case c.Operator == status.NotEqual:
		s.write("("+property.value+" <> "+placeholder(c.Value)+" OR "+property.value+" IS NULL)", argument(c.Value))
	case c.Operator == status.Equal:
		s.compare(property, "=", c.Value)
	default:
		s.compare(property, operators[c.Operator], c.Value)
	}
}

// compare is true or false, and false of null. An index answers it by its head.
func (s *selection) compare(o operand, operator string, value status.Value) {
	s.write("(")
	if o.head != "" {
		head, _ := split(value.Text)
		s.write(o.head+" "+strings.TrimSuffix(operator, "=")+"= ? AND ", head)
	}
	s.write(o.value+" "+operator+" "+placeholder(value)+" AND "+o.there+")", argument(value))
}

func (s *selection) equal(o operand, text string) { s.compare(o, "=", status.TextValue(text)) }

// userStatus is the user status that a row belongs to, "" for none.
var userStatus = operand{value: "user_status", head: "left(user_status, 128)", there: "user_status > ''"}

// placeholder is where the argument of a value goes.
func placeholder(v status.Value) string {
	if v.Kind == status.NumberKind {
		return "?::bigint"
	}
	return "?"
}

// argument is a value that is not null, as pgx binds it.
func argument(v status.Value) any {
	if v.Kind == status.NumberKind {
		return v.Number
	}
	return v.Text
}
