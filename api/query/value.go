package query

import (
	"cmp"
	"strings"
)

// Value is the value of a property, in a form that compares in the API's order. Strings compare by their bytes, members of
// enumerations by their names, and instants by DateTime.Instant. The zero Value is null.
type Value struct {
	Text   string
	Number int64
	Kind   Kind
}

// Kind tells which field of a Value is in use.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	TextKind
	NumberKind
)

// TextValue returns the Value of a string, of a member of an enumeration or of an instant.
func TextValue(s string) Value { return Value{Text: s, Kind: TextKind} }

// NumberValue returns the Value of a number.
func NumberValue(n int64) Value { return Value{Number: n, Kind: NumberKind} }

// Compare returns -1 if v sorts before w, 0 if they are equal, and 1 otherwise. Null sorts first.
func (v Value) Compare(w Value) int {
	if v.Kind == Null || w.Kind == Null {
		return cmp.Compare(v.Kind, w.Kind)
	}
	if v.Kind == NumberKind {
		return cmp.Compare(v.Number, w.Number)
	}
	return strings.Compare(v.Text, w.Text)
}
