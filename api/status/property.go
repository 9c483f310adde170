package status

import (
	"encoding/binary"
	"fmt"

	"installstatus/api/query"
)

// Property is one property of an entity E. Code that treats all properties alike ranges over the entity's table of them, so that
// a new property needs no other line of Go.
type Property[E any] struct {
	Name     string // in the API
	Column   string // in the table of an engine; "" if engines keep it in their own way
	Nullable bool   // null is answered as null; a property that is null but not nullable is left out of the answer

	Value func(*E) query.Value // in a filter or an order
	Sent  func(*E) query.Value // in an answer; differs from Value for an instant
	Field func(*E) any         // points to the field: a *string, *int32, *Text or *query.DateTime
	Same  func(a, b *E) bool   // reports whether the fields are equal

	parse func(*E, query.Value) error
	copy  func(to, from *E)
	hash  func(to []byte, e *E) []byte
}

// kind is what all properties of one Go type have in common.
type kind[T any] struct {
	nullable bool
	value    func(T) query.Value
	sent     func(T) query.Value // value if nil
	parse    func(query.Value) (t T, ok bool)
	hash     func(to []byte, t T) []byte
}

// The kinds of properties.
var (
	text = kind[Text]{
		nullable: true,
		value:    Text.value,
		parse: func(v query.Value) (Text, bool) {
			return Text{Value: v.Text, Valid: v.Kind != query.Null}, v.Kind != query.NumberKind
		},
		hash: appendText,
	}
	instant = kind[query.DateTime]{
		value: func(d query.DateTime) query.Value { return query.TextValue(d.Instant()) },
		sent:  func(d query.DateTime) query.Value { return query.TextValue(d.String()) },
		parse: func(v query.Value) (query.DateTime, bool) {
			d, err := query.ParseDateTime(v.Text)
			return d, err == nil && v.Kind == query.TextKind
		},
		hash: func(to []byte, d query.DateTime) []byte { return appendString(to, d.String()) },
	}
	// enum is an enumeration that always has a value. Its members are in the contract.
	enum = kind[string]{
		value: query.TextValue,
		parse: func(v query.Value) (string, bool) { return v.Text, v.Kind == query.TextKind },
		hash:  appendString,
	}
	// optionalEnum is an enumeration in which "" means that there is no value.
	optionalEnum = kind[string]{
		value: func(s string) query.Value { return Text{Value: s, Valid: s != ""}.value() },
		parse: enum.parse,
		hash:  appendString,
	}
	number = kind[int32]{
		value: func(n int32) query.Value { return query.NumberValue(int64(n)) },
		parse: func(v query.Value) (int32, bool) {
			return int32(v.Number), v.Kind == query.NumberKind && v.Number == int64(int32(v.Number))
		},
		hash: func(to []byte, n int32) []byte { return binary.AppendVarint(to, int64(n)) },
	}
	// key is the id, which no patch sets.
	key = kind[string]{
		value: query.TextValue,
		parse: func(query.Value) (string, bool) { return "", false },
		hash:  appendString,
	}
)

// of returns the property that is kept in a field.
func of[E any, T comparable](name, column string, k kind[T], field func(*E) *T) Property[E] {
	if k.sent == nil {
		k.sent = k.value
	}
	return Property[E]{
		Name:     name,
		Column:   column,
		Nullable: k.nullable,
		Value:    func(e *E) query.Value { return k.value(*field(e)) },
		Sent:     func(e *E) query.Value { return k.sent(*field(e)) },
		Field:    func(e *E) any { return field(e) },
		Same:     func(a, b *E) bool { return *field(a) == *field(b) },
		parse: func(e *E, v query.Value) error {
			parsed, ok := k.parse(v)
			if !ok {
				return fmt.Errorf("%s cannot be set to that value", name)
			}
			*field(e) = parsed
			return nil
		},
		copy: func(to, from *E) { *field(to) = *field(from) },
		hash: func(to []byte, e *E) []byte { return k.hash(to, *field(e)) },
	}
}

// valueOf returns the value of the named property; null if there is none.
func valueOf[E any](properties []Property[E], e *E, name string) query.Value {
	for i := range properties {
		if properties[i].Name == name {
			return properties[i].Value(e)
		}
	}
	return query.Value{}
}

// sizeOf returns about how many bytes the values of e have in an answer.
func sizeOf[E any](properties []Property[E], e *E) (size int) {
	for i := range properties {
		size += escapedLength(properties[i].Sent(e).Text)
	}
	return size
}

// escapedLength returns how many bytes a string has in JSON, or a little more.
func escapedLength(s string) (length int) {
	for i := range len(s) {
		switch b := s[i]; {
		case b < ' ':
			length += len(`\u0000`)
		case b == '"' || b == '\\':
			length += len(`\"`)
		case b == 0xe2: // begins U+2028 and U+2029, which are escaped
			length += len(`\u2028`) - 2
		default:
			length++
		}
	}
	return length
}
