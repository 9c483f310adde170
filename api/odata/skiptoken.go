// Package odata parses and writes OData's query options. It imports neither a store nor an entity.
package odata

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"installstatus/api/query"
)

// List identifies a list. A skip token is valid for one list only.
type List struct {
	Schema            string // of its entities, in the contract
	Tenant, App, User string
	Filter, OrderBy   string // as sent
}

// checkLength is the number of bytes of a skip token that bind it to its list.
const checkLength = 9

// SkipToken returns the $skiptoken that continues the list after a place. It has only letters, digits, - and _.
func SkipToken(list List, after *query.Cursor) string {
	var place []byte
	for _, value := range after.Values {
		place = append(place, byte(value.Kind))
		switch value.Kind {
		case query.Null:
		case query.NumberKind:
			place = binary.AppendVarint(place, value.Number)
		case query.TextKind:
			place = appendText(place, value.Text)
		}
	}
	place = appendText(place, after.ID)
	return base64.RawURLEncoding.EncodeToString(append(list.check(place), place...))
}

// LongestSkipToken returns the greatest length of a SkipToken of a list with this order.
func (p *Parser) LongestSkipToken(sort []query.Order) int {
	bytes := checkLength + longestText(p.types[query.ID].longest)
	for _, order := range sort[:len(sort)-1] {
		characters := p.types[order.Property].longest
		if p.types[order.Property].edm == edmString {
			characters = query.OrderedLength
		}
		bytes += 1 + longestText(characters)
	}
	return base64.RawURLEncoding.EncodedLen(bytes)
}

// longestText returns how many bytes appendText appends at most.
func longestText(characters int) int {
	return binary.MaxVarintLen32 + utf8.UTFMax*characters
}

func appendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// check binds a place to the list. It is not a signature: a forged token reaches nothing that the list would not show to its
// caller anyway.
func (l List) check(place []byte) []byte {
	hash := sha256.Sum256(fmt.Appendf(nil, "1 %q %q %q %q %q %q %q", l.Schema, l.Tenant, l.App, l.User, l.Filter, l.OrderBy, place))
	return hash[:checkLength]
}

var errSkipToken = errors.New("it does not belong to this list; follow an @odata.nextLink unchanged, or leave it out")

// ParseSkipToken returns the place after which the list continues. It has as many values as the list's Cursors, and each is one that
// its property can have, so engines can use it even if a client has forged the token.
// Rule 4.
func (p *Parser) ParseSkipToken(list List, sort []query.Order, token string) (*query.Cursor, error) {
	decoded, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(decoded) < checkLength {
		return nil, errSkipToken
	}
	place := placeReader{rest: decoded[checkLength:]}
	after := new(query.Cursor)
	for _, order := range sort[:len(sort)-1] {
		value := place.value()
		after.Values = append(after.Values, value)
		place.broken = place.broken || !p.types[order.Property].has(value) || query.Ordered(value) != value
	}
	after.ID = place.text()
	if place.broken || after.ID == "" || !p.types[query.ID].has(query.TextValue(after.ID)) || SkipToken(list, after) != token {
		return nil, errSkipToken
	}
	return after, nil
}

// placeReader reads what SkipToken writes.
type placeReader struct {
	rest   []byte
	broken bool
}

func (r *placeReader) value() (value query.Value) {
	if len(r.rest) == 0 {
		r.broken = true
		return value
	}
	value.Kind = query.Kind(r.rest[0])
	r.rest = r.rest[1:]
	switch value.Kind {
	case query.Null:
	case query.TextKind:
		value.Text = r.text()
	case query.NumberKind:
		number, n := binary.Varint(r.rest)
		if r.broken = r.broken || n <= 0; !r.broken {
			value.Number, r.rest = number, r.rest[n:]
		}
	default:
		r.broken = true
	}
	return value
}

func (r *placeReader) text() string {
	length, n := binary.Uvarint(r.rest)
	if n <= 0 || length > uint64(len(r.rest)-n) {
		r.broken = true
		return ""
	}
	text := string(r.rest[n : n+int(length)])
	r.rest = r.rest[n+int(length):]
	return text
}
