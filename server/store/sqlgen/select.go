package sqlgen

import (
	"fmt"
	"strings"

	"installstatus/api/query"
)

// Operand is a property in SQL.
type Operand struct {
	Value   string   // its value
	NotNull []string // what it is ordered by if not by Value; none is ever null
	Long    bool     // a string whose first query.OrderedLength characters count in an order
	Head    string   // what an index has of it; "" if there is none, or if the index has all of it
	Present string   // true if it has a value, in the words of the index's condition
}

// Dialect is where engines differ.
type Dialect struct {
	Numbered              bool   // parameters are $1, $2, …; otherwise ?
	Number                string // the parameter of a number
	Left                  string // format of the first characters of a string: the string, their number
	NullsFirst, NullsLast string // follows an order in which nulls are the first or the last, "" if they are anyway
	LimitInText           bool   // LIMIT is no parameter, so that every plan takes it into account

	// Lower and Upper are formats of a string with its ASCII letters in that case.
	Lower, Upper string
	// StartsWith, EndsWith and Contains are a string's conditions; null if the operand is.
	StartsWith, EndsWith, Contains func(s *Select, o Operand, text string)
	// Compare is a comparison with a value, which is not null: = < <= > or >=. It is true or false, and false if the operand
	// is null.
	Compare func(s *Select, o Operand, operator string, v query.Value)
	// After is true for the ids after the given one: operator is > or <.
	After func(s *Select, id Operand, operator, after string)
}

// Select is a SELECT of a list under construction.
type Select struct {
	Statement
	Dialect  *Dialect
	Property func(name string) Operand
	Seeks    string // the operator of the condition on the id at which the page begins, "" if it begins elsewhere
}

// NewSelect returns an empty selection for a query.
func NewSelect(d *Dialect, property func(string) Operand, q query.Query) *Select {
	s := &Select{Statement: Statement{numbered: d.Numbered}, Dialect: d, Property: property}
	if q.After != nil && ByID(q) {
		s.Seeks = Onward(q.Sort()[0])
	}
	return s
}

// ByID reports whether a list is ordered by the id alone.
func ByID(q query.Query) bool { return len(q.Sort()) == 1 }

// Onward returns the operator that compares what comes later in an order with what comes before it.
func Onward(o query.Order) string {
	if o.Descending {
		return "<"
	}
	return ">"
}

// WriteFilter appends the condition of a filter, if there is one, after AND. It has the filter's three-valued logic: NULL is neither
// true nor false.
func (s *Select) WriteFilter(f query.Filter) {
	if f != nil {
		s.Write(" AND ")
		s.filter(f)
	}
}

func (s *Select) filter(f query.Filter) {
	s.Write("(")
	defer s.Write(")")
	switch f := f.(type) {
	case query.Comparison:
		s.comparison(f)
	case query.In:
		for i, v := range f.Values {
			if i > 0 {
				s.Write(" OR ")
			}
			s.comparison(query.Comparison{Property: f.Property, Case: f.Case, Operator: query.Equal, Value: v})
		}
	case query.Match:
		s.match(f)
	case query.Is:
		s.filter(f.Of)
		if f.Value {
			s.Write(" IS TRUE")
		} else {
			s.Write(" IS FALSE")
		}
	case query.And:
		s.filter(f.Left)
		s.Write(" AND ")
		s.filter(f.Right)
	case query.Or:
		s.filter(f.Left)
		s.Write(" OR ")
		s.filter(f.Right)
	case query.Not:
		s.Write("NOT ")
		s.filter(f.Of)
	default:
		panic(fmt.Sprintf("no SQL for a filter of type %T", f))
	}
}

func (s *Select) match(f query.Match) {
	o := s.inCase(f.Property, f.Case)
	switch f.Function {
	case query.StartsWith:
		s.Dialect.StartsWith(s, o, f.Text)
	case query.EndsWith:
		s.Dialect.EndsWith(s, o, f.Text)
	case query.Contains:
		s.Dialect.Contains(s, o, f.Text)
	default:
		panic("no SQL for the function " + f.Function)
	}
}

// inCase returns a property in a case. No index has it in another case than its own.
func (s *Select) inCase(property string, c query.Case) Operand {
	o := s.Property(property)
	switch c {
	case query.Lower:
		return Operand{Value: fmt.Sprintf(s.Dialect.Lower, o.Value), Present: o.Present}
	case query.Upper:
		return Operand{Value: fmt.Sprintf(s.Dialect.Upper, o.Value), Present: o.Present}
	}
	return o
}

// operators are the comparisons that are never true of null.
var operators = map[query.Operator]string{
	query.Equal: "=", query.Greater: ">", query.GreaterOrEqual: ">=", query.Less: "<", query.LessOrEqual: "<=",
}

func (s *Select) comparison(c query.Comparison) {
	o := s.inCase(c.Property, c.Case)
	null := c.Value.Kind == query.Null
	switch {
	case null && c.Operator == query.Equal:
		s.Write(o.Value + " IS NULL")
	case null && c.Operator == query.NotEqual:
		s.Write(o.Value + " IS NOT NULL")
	case null:
		s.Write("FALSE")
	case c.Operator == query.NotEqual:
		s.Write("("+o.Value+" <> "+s.Parameter(c.Value)+" OR "+o.Value+" IS NULL)", Argument(c.Value))
	default:
		s.Dialect.Compare(s, o, operators[c.Operator], c.Value)
	}
}

// Parameter returns the parameter of a value.
func (s *Select) Parameter(v query.Value) string {
	if v.Kind == query.NumberKind {
		return s.Dialect.Number
	}
	return "?"
}

// Argument returns a value as drivers bind it.
func Argument(v query.Value) any {
	switch v.Kind {
	case query.TextKind:
		return v.Text
	case query.NumberKind:
		return v.Number
	default:
		return nil
	}
}

// WritePage appends the order and the limit of the query's page. The limit is one row more than the query's, which tells whether
// another page follows.
func (s *Select) WritePage(q query.Query) {
	s.Write(" ORDER BY ")
	for i, order := range q.Sort() {
		if i > 0 {
			s.Write(", ")
		}
		s.order(order)
	}
	if s.Dialect.LimitInText {
		s.Write(fmt.Sprintf(" LIMIT %d", q.Limit+1))
	} else {
		s.Write(" LIMIT ?", q.Limit+1)
	}
	if q.After == nil && q.Skip > 0 {
		s.Write(" OFFSET ?", q.Skip)
	}
}

func (s *Select) order(order query.Order) {
	direction, nulls := "", s.Dialect.NullsFirst
	if order.Descending {
		direction, nulls = " DESC", s.Dialect.NullsLast
	}
	expressions := s.Property(order.Property).NotNull
	if expressions == nil {
		expressions, direction = []string{s.ordered(order)}, direction+nulls
	}
	s.Write(strings.Join(expressions, direction+", ") + direction)
}

// ordered returns what counts of a property in an order.
func (s *Select) ordered(order query.Order) string {
	o := s.Property(order.Property)
	if o.Long {
		return fmt.Sprintf(s.Dialect.Left, o.Value, query.OrderedLength)
	}
	return o.Value
}

// WriteAfter appends the condition that a row comes after the query's place, if there is one, after AND. In the API's order null
// precedes everything.
func (s *Select) WriteAfter(q query.Query) {
	if q.After != nil {
		s.Write(" AND ")
		s.after(q.Sort(), q.After.Values, q.After.ID)
	}
}

func (s *Select) after(sort []query.Order, values []query.Value, id string) {
	if len(sort) == 1 {
		s.Dialect.After(s, s.Property(query.ID), Onward(sort[0]), id)
		return
	}
	property, value, null := s.ordered(sort[0]), values[0], values[0].Kind == query.Null
	s.Write("(")
	switch {
	case sort[0].Descending && null: // only further nulls follow
	case sort[0].Descending:
		s.Write("COALESCE("+property+" < "+s.Parameter(value)+", TRUE) OR ", Argument(value))
	case null:
		s.Write(property + " IS NOT NULL OR ")
	default:
		s.Write("COALESCE("+property+" > "+s.Parameter(value)+", FALSE) OR ", Argument(value))
	}
	if null {
		s.Write(property + " IS NULL AND ")
	} else {
		s.Write(property+" = "+s.Parameter(value)+" AND ", Argument(value))
	}
	s.after(sort[1:], values[1:], id)
	s.Write(")")
}
