package query

import "strings"

// Filter is a condition on rows. It follows OData 4.01, 5.1.1: a comparison with null is true or false; a function of null is
// neither; a row for which the filter is neither is not listed.
type Filter interface {
	truth(Row) truth
}

// truth is true, false, or neither.
type truth uint8

const (
	no truth = iota
	neither
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// Matches reports whether the filter is true of the row. The nil Filter is true of every row.
func Matches(f Filter, row Row) bool { return f == nil || f.truth(row) == yes }

// Operator is a comparison operator.
type Operator string

// The operators, in OData's words.
const (
	Equal          Operator = "eq"
	NotEqual       Operator = "ne"
	Greater        Operator = "gt"
	GreaterOrEqual Operator = "ge"
	Less           Operator = "lt"
	LessOrEqual    Operator = "le"
)

// Comparison compares a property with a value. With null, only Equal and NotEqual can be true.
type Comparison struct {
	Property string
	Case     Case // of a string property
	Operator Operator
	Value    Value
}

func (c Comparison) truth(row Row) truth {
	v := c.Case.of(row.Value(c.Property))
	order := v.Compare(c.Value)
	ordered := v.Kind != Null && c.Value.Kind != Null
	switch c.Operator {
	case Equal:
		return truthOf(order == 0)
	case NotEqual:
		return truthOf(order != 0)
	case Greater:
		return truthOf(ordered && order > 0)
	case GreaterOrEqual:
		return truthOf(ordered && order >= 0)
	case Less:
		return truthOf(ordered && order < 0)
	default:
		return truthOf(ordered && order <= 0)
	}
}

// In is true if a property has one of the values.
type In struct {
	Property string
	Case     Case // of a string property
	Values   []Value
}

func (in In) truth(row Row) truth {
	v := in.Case.of(row.Value(in.Property))
	for _, value := range in.Values {
		if v.Compare(value) == 0 {
			return yes
		}
	}
	return no
}

// Function is a condition on a string.
type Function string

// The functions, in OData's words. They compare bytes.
const (
	Contains   Function = "contains"
	EndsWith   Function = "endswith"
	StartsWith Function = "startswith"
)

// Match is true if a string property, in the given case, contains the text, ends with it or starts with it.
type Match struct {
	Function Function
	Property string
	Case     Case
	Text     string
}

func (f Match) truth(row Row) truth {
	v := f.Case.of(row.Value(f.Property))
	switch {
	case v.Kind == Null:
		return neither
	case f.Function == Contains:
		return truthOf(strings.Contains(v.Text, f.Text))
	case f.Function == EndsWith:
		return truthOf(strings.HasSuffix(v.Text, f.Text))
	default:
		return truthOf(strings.HasPrefix(v.Text, f.Text))
	}
}

// Is is true if its filter is Value, and false otherwise, also if its filter is neither true nor false.
type Is struct {
	Of    Filter
	Value bool
}

func (f Is) truth(row Row) truth { return truthOf(f.Of.truth(row) == truthOf(f.Value)) }

// And is true if both filters are true.
type And struct{ Left, Right Filter }

func (f And) truth(row Row) truth { return min(f.Left.truth(row), f.Right.truth(row)) }

// Or is true if at least one of the filters is true.
type Or struct{ Left, Right Filter }

func (f Or) truth(row Row) truth { return max(f.Left.truth(row), f.Right.truth(row)) }

// Not is true if its filter is false.
type Not struct{ Of Filter }

func (f Not) truth(row Row) truth { return yes - f.Of.truth(row) }
