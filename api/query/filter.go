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
	Operator Operator
	Value    Value
}

func (c Comparison) truth(row Row) truth {
	v := row.Value(c.Property)
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
	Values   []Value
}

func (in In) truth(row Row) truth {
	v := row.Value(in.Property)
	for _, value := range in.Values {
		if v.Compare(value) == 0 {
			return yes
		}
	}
	return no
}

// StartsWith is true if a string property begins with a text, byte for byte.
type StartsWith struct {
	Property string
	Text     string
}

func (f StartsWith) truth(row Row) truth {
	v := row.Value(f.Property)
	if v.Kind == Null {
		return neither
	}
	return truthOf(strings.HasPrefix(v.Text, f.Text))
}

// Contains is true if a string property contains a text, byte for byte.
type Contains struct {
	Property string
	Text     string
}

func (f Contains) truth(row Row) truth {
	v := row.Value(f.Property)
	if v.Kind == Null {
		return neither
	}
	return truthOf(strings.Contains(v.Text, f.Text))
}

// And is true if both filters are true.
type And struct{ Left, Right Filter }

func (f And) truth(row Row) truth { return min(f.Left.truth(row), f.Right.truth(row)) }

// Or is true if at least one of the filters is true.
type Or struct{ Left, Right Filter }

func (f Or) truth(row Row) truth { return max(f.Left.truth(row), f.Right.truth(row)) }

// Not is true if its filter is false.
type Not struct{ Of Filter }

func (f Not) truth(row Row) truth { return yes - f.Of.truth(row) }
