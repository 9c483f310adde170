package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"installstatus/api/status"
	"installstatus/server/store/columns"
)

// page reads a page of an app's rows.
func (c *connection) page(ctx context.Context, tenant string, query status.Query) (status.Page, error) {
	counted := newSelection("COUNT(*)", tenant, query)
	selected := newSelection("id, "+strings.Join(columns.All.Names(), ", "), tenant, query)
	if query.After != nil {
		selected.write(" AND ")
		selected.after(query.Sort(), query.After)
	}
	selected.page(query)
	return readPart(ctx, c, query, counted, selected, func(rows *sql.Rows) (status.Row, error) {
		var found columns.Row
		err := rows.Scan(append([]any{&found.ID}, columns.All.Fields(&found)...)...)
		return *found.Kept(), err
	})
}

// readPart reads a part of a list, and how long the list is if the query asks for it, both at one moment.
func readPart[L status.Listed](ctx context.Context, c *connection, query status.Query, counted, selected *selection, scan func(*sql.Rows) (L, error)) (part status.Part[L], err error) {
	if query.Count {
		defer c.undo() // also where ctx ended just after the transaction began
		if _, err := c.ExecContext(ctx, "BEGIN"); err != nil {
			return part, failure("listing statuses", err)
		}
		if err := c.QueryRowContext(ctx, counted.text.String(), counted.arguments...).Scan(&part.Count); err != nil {
			return part, failure("counting statuses", err)
		}
	}
	rows, err := c.query(ctx, selected.text.String(), selected.arguments...)
	if err != nil {
		return part, failure("listing statuses", err)
	}
	defer rows.Close()
	for rows.Next() {
		found, err := scan(rows)
		if err != nil {
			return part, failure("listing statuses", err)
		}
		if !part.Add(found, query) {
			break
		}
	}
	if err := rows.Err(); err != nil {
		return status.Part[L]{}, failure("listing statuses", err)
	}
	return part, nil
}

// apps reads the apps that have rows; those that had some keep their number.
func (c *connection) apps(ctx context.Context, tenant, after string, limit int) (apps []string, err error) {
	rows, err := c.query(ctx, "SELECT app FROM apps WHERE tenant = ? AND app > ?"+
		" AND EXISTS (SELECT 1 FROM statuses WHERE statuses.app = apps.number) ORDER BY app LIMIT ?", tenant, after, limit)
	if err != nil {
		return nil, failure("listing apps", err)
	}
	defer rows.Close()
	for rows.Next() {
		var app string
		if err := rows.Scan(&app); err != nil {
			return nil, failure("listing apps", err)
		}
		apps = append(apps, app)
	}
	if err := rows.Err(); err != nil {
		return nil, failure("listing apps", err)
	}
	return apps, nil
}

// selection is a SELECT in the making. What a caller sent is an argument, never text.
type selection struct {
	text       strings.Builder
	arguments  []any
	expression func(status.Property) string // what a property is called in it
	onward     string                       // how ids compare with the one behind which it begins, "" where it begins with none
}

// newSelection selects something of the rows of the query's whole list.
func newSelection(something, tenant string, query status.Query) *selection {
	s := &selection{expression: expression}
	if query.After != nil && byID(query) {
		s.onward = onward(query.Sort()[0])
	}
	s.write("SELECT "+something+" FROM statuses WHERE app = "+numberOfApp, tenant, query.App)
	if query.User != "" {
		s.write(" AND user_status = ?", query.User)
	}
	if query.Filter != nil {
		s.write(" AND ")
		s.filter(query.Filter)
	}
	return s
}

func (s *selection) write(text string, arguments ...any) {
	s.text.WriteString(text)
	s.arguments = append(s.arguments, arguments...)
}

// page puts the selection in order, and cuts it to the query's page and one row more that tells whether another follows.
func (s *selection) page(query status.Query) {
	s.write(" ORDER BY ")
	for i, order := range query.Sort() {
		if i > 0 {
			s.write(", ")
		}
		s.write(s.ordered(order))
		if order.Descending {
			s.write(" DESC")
		}
	}
	s.write(" LIMIT ?", query.Limit+1)
	if query.After == nil && query.Skip > 0 {
		s.write(" OFFSET ?", query.Skip)
	}
}

// ordered is what counts of a property in the order.
func (s *selection) ordered(order status.Order) string {
	property := s.expression(order.Property)
	if order.IsCut() {
		return fmt.Sprintf("substr(%s, 1, %d)", property, status.OrderedLength)
	}
	return property
}

// after is true of the rows behind a place in the order. SQLite, as the API, puts null before everything.
func (s *selection) after(sort []status.Order, place *status.Cursor) {
	if len(sort) == 1 { // by the id
		s.write(s.expression(status.PropertyID)+" "+onward(sort[0])+" ?", place.ID)
		return
	}
	property, value := s.ordered(sort[0]), argument(place.Values[0])
	s.write("(")
	switch {
	case sort[0].Descending && value == nil: // nothing is behind null but further nulls
	case sort[0].Descending:
		s.write("COALESCE("+property+" < ?, TRUE) OR ", value)
	case value == nil:
		s.write(property + " IS NOT NULL OR ")
	default:
		s.write("COALESCE("+property+" > ?, FALSE) OR ", value)
	}
	s.write(property+" IS ? AND ", value)
	s.after(sort[1:], &status.Cursor{Values: place.Values[1:], ID: place.ID})
	s.write(")")
}

// onward is how what comes later in an order compares with what comes before it.
func onward(order status.Order) string {
	if order.Descending {
		return "<"
	}
	return ">"
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
			s.write(s.expression(f.Property)+" IS ?", argument(value))
		}
	case status.StartsWith:
		s.write("substr("+s.expression(f.Property)+", 1, length(?)) = ?", f.Text, f.Text)
	case status.Contains:
		s.write("instr("+s.expression(f.Property)+", ?) > 0", f.Text)
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

func (s *selection) comparison(c status.Comparison) {
	property, value := s.expression(c.Property), argument(c.Value)
	switch c.Operator {
	case status.Equal:
		s.write(property+" IS ?", value)
	case status.NotEqual:
		s.write(property+" IS NOT ?", value)
	default:
		s.bound(c.Property, operators[c.Operator], value)
	}
}

// operators are the comparisons of what is not null.
var operators = map[status.Operator]string{
	status.Greater: ">", status.GreaterOrEqual: ">=", status.Less: "<", status.LessOrEqual: "<=",
}

// bound is true or false, and false of null. A bound of ids leads to where rows begin or end, unless the page's place does, which
// is the closer one: SQLite would go by one of the two alone. COALESCE hides the others, for by an index it would read and sort
// for each page whatever lies within them.
func (s *selection) bound(p status.Property, operator string, value any) {
	property := s.expression(p)
	if property == "id" && value != nil && (s.onward == "" || !strings.HasPrefix(operator, s.onward)) {
		s.write(property+" "+operator+" ?", value)
		return
	}
	s.write("COALESCE("+property+" "+operator+" ?, FALSE)", value)
}

// expression is what a property of a row is called in SQL.
func expression(p status.Property) string {
	if p == status.PropertyID {
		return "id"
	}
	return columns.Expression(p)
}

// argument is a value as database/sql binds it.
func argument(v status.Value) any {
	switch v.Kind {
	case status.TextKind:
		return v.Text
	case status.NumberKind:
		return v.Number
	default:
		return nil
	}
}
