package status

import "strings"

// Filter says of a row whether it belongs to a list. It follows OData 4.01, 5.1.1: a comparison with null is true or
// false, a function of null is neither, and what is neither is left out of the list.
type Filter interface {
	truth(Listed) truth
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
func Matches(f Filter, row Listed) bool { return f == nil || f.truth(row) == yes }

// Operator is a comparison.
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

// Comparison compares a property with a value. Of null, only Equal and NotEqual can be true.
type Comparison struct {
	Property Property
	Operator Operator
	Value    Value
}

func (c Comparison) truth(row Listed) truth {
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
	Property Property
	Values   []Value
}

func (in In) truth(row Listed) truth {
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
	Property Property
	Text     string
}

func (f StartsWith) truth(row Listed) truth {
	v := row.Value(f.Property)
	if v.Kind == Null {
		return neither
	}
	return truthOf(strings.HasPrefix(v.Text, f.Text))
}

// Contains is true if a string property has a text in it, byte for byte.
type Contains struct {
	Property Property
	Text     string
}

func (f Contains) truth(row Listed) truth {
	v := row.Value(f.Property)
	if v.Kind == Null {
		return neither
	}
	return truthOf(strings.Contains(v.Text, f.Text))
}

// And is true if both of its filters are.
type And struct{ Left, Right Filter }

func (f And) truth(row Listed) truth { return min(f.Left.truth(row), f.Right.truth(row)) }

// Or is true if one of its filters is.
type Or struct{ Left, Right Filter }

func (f Or) truth(row Listed) truth { return max(f.Left.truth(row), f.Right.truth(row)) }

// Not is true if its filter is false.
type Not struct{ Of Filter }

func (f Not) truth(row Listed) truth { return yes - f.Of.truth(row) }
