package odata

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"installstatus/api/contract"
	"installstatus/api/query"
)

// Parser parses query options for the properties of one type. It is safe for concurrent use.
type Parser struct {
	types map[string]propertyType
	names []string
}

// propertyType is the type of a property in the contract.
type propertyType struct {
	edm     string
	name    string            // of an enumeration, such as microsoft.graph.resultantAppState
	members map[string]string // of an enumeration, by folded name
	numbers map[int64]string  // of an enumeration, its members by number
	longest int               // the greatest length of a value as text, in characters; 0 for no bound
}

const (
	edmString   = "Edm.String"
	edmInt32    = "Edm.Int32"
	edmDateTime = "Edm.DateTimeOffset"
	edmEnum     = "an enumeration" // of any name
)

// NewParser returns a parser for a type that has these properties. It returns an error for a property whose type has no literals
// here.
func NewParser(properties []contract.Property) (*Parser, error) {
	p := &Parser{types: make(map[string]propertyType)}
	for _, property := range properties {
		t, err := typeOf(property)
		if err != nil {
			return nil, err
		}
		p.names = append(p.names, property.Name)
		p.types[property.Name] = t
	}
	return p, nil
}

func typeOf(property contract.Property) (propertyType, error) {
	t := propertyType{edm: property.Type}
	switch {
	case property.Members != nil:
		t.edm, t.name, t.members, t.numbers = edmEnum, property.Type, make(map[string]string), make(map[int64]string)
		for _, member := range property.Members {
			t.members[contract.Fold(member)] = member
			t.longest = max(t.longest, len(member))
			if number, there := property.Numbers[member]; there {
				t.numbers[int64(number)] = member
			}
		}
	case property.Type == edmString:
		t.longest = property.MaxLength
	case property.Type == edmDateTime:
		t.longest = query.InstantLength
	case property.Type != edmInt32:
		return t, fmt.Errorf("the property %s is of the type %s, which $filter does not support", property.Name, property.Type)
	}
	return t, nil
}

// isNamed reports whether a name is that of the enumeration: in any case, and with the alias of its namespace or the whole of it.
func (t propertyType) isNamed(name string) bool {
	if t.name == "" {
		return false
	}
	name = contract.Fold(name)
	return name == contract.Fold(t.name) || name == contract.Fold(strings.TrimPrefix(t.name, "microsoft."))
}

// member returns the member of the enumeration with a name, in any case, or a number. It returns "" if there is none.
func (t propertyType) member(text string) string {
	if number, err := strconv.ParseInt(text, 10, 64); err == nil {
		return t.numbers[number]
	}
	return t.members[contract.Fold(text)]
}

// has reports whether a property of the type can be compared with the value. Null can be compared with any property.
func (t propertyType) has(value query.Value) bool {
	switch {
	case value.Kind == query.Null:
		return true
	case t.edm == edmInt32:
		return value.Kind == query.NumberKind && value.Number == int64(int32(value.Number))
	case value.Kind != query.TextKind:
		return false
	case t.edm == edmEnum:
		return t.members[contract.Fold(value.Text)] == value.Text && value.Text != ""
	case t.edm == edmDateTime:
		at, err := query.ParseDateTime(value.Text)
		return err == nil && at.Instant() == value.Text
	}
	return isText(value.Text) && (t.longest == 0 || utf8.RuneCountInString(value.Text) <= t.longest)
}

// isText reports whether the contract allows the text in a string.
func isText(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

// property returns the named property and its type.
func (p *Parser) property(name string) (string, propertyType, error) {
	t, known := p.types[name]
	if known {
		return name, t, nil
	}
	if meant := contract.Nearest(name, p.names); meant != "" {
		return "", t, fmt.Errorf("there is no such property; did you mean %s?", meant)
	}
	return "", t, errors.New("there is no such property")
}
