package status

import (
	"cmp"
	"strings"
)

// Value is what a property holds, in a form that compares as the API orders it: a string by its bytes, a member of an
// enumeration by its name, a number, or an instant (as DateTime.Instant). The zero Value is null.
type Value struct {
	Text   string
	Number int64
	Kind   Kind
}

// Kind says which part of a Value counts.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	TextKind
	NumberKind
)

// TextValue and NumberValue are values that are not null.
func TextValue(s string) Value  { return Value{Text: s, Kind: TextKind} }
func NumberValue(n int64) Value { return Value{Number: n, Kind: NumberKind} }

func (t Text) value() Value {
	if !t.Valid {
		return Value{}
	}
	return TextValue(t.Value)
}

// Compare is -1, 0 or 1 as v comes before, with or after w. Null comes before everything.
func (v Value) Compare(w Value) int {
	if v.Kind == Null || w.Kind == Null {
		return cmp.Compare(v.Kind, w.Kind)
	}
	if v.Kind == NumberKind {
		return cmp.Compare(v.Number, w.Number)
	}
	return strings.Compare(v.Text, w.Text)
}
