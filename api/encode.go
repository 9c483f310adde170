package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"installstatus/api/odata"
	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/gen"
)

// The encoders of the entities that have a table of properties.
var (
	deviceStatusJSON = newEncoder(string(gen.MobileAppInstallStatusOdataTypeHashMicrosoftGraphMobileAppInstallStatus), status.Properties[:])
	summaryJSON      = newEncoder(string(gen.MobileAppInstallSummaryOdataTypeHashMicrosoftGraphMobileAppInstallSummary), status.SummaryProperties[:])
	appJSON          = newEncoder(string(gen.MobileAppOdataTypeHashMicrosoftGraphMobileApp), status.AppProperties[:])
	userStatusJSON   = newEncoder(string(gen.UserAppInstallStatusOdataTypeHashMicrosoftGraphUserAppInstallStatus), status.UserProperties[:])
)

// encoder writes entities of one type as the contract answers them.
type encoder[E any] struct {
	properties []status.Property[E]
	odataType  string   // the member @odata.type
	keys       []string // what precedes each property's value: ,"name":
	overhead   int      // bytes of an entity without its values, or a few more
}

func newEncoder[E any](odataType string, properties []status.Property[E]) *encoder[E] {
	c := &encoder[E]{properties: properties, odataType: fmt.Sprintf("%q:%q", "@odata.type", odataType)}
	c.overhead = len(c.odataType) + len("{},")
	for _, p := range properties {
		key := fmt.Sprintf(",%q:", p.Name)
		c.keys = append(c.keys, key)
		c.overhead += len(key) + len("null") + len("-2147483648")
	}
	return c
}

// selection is a set of an encoder's properties. Bit i is the ith of them.
type selection uint64

// everything selects all properties.
const everything = ^selection(0)

// selection returns the set of the named properties and the id; all of them for nil.
func (c *encoder[E]) selection(names []string) (set selection) {
	if names == nil {
		return everything
	}
	for i, p := range c.properties {
		if p.Name == query.ID || slices.Contains(names, p.Name) {
			set |= 1 << i
		}
	}
	return set
}

// selectionIn returns the properties in a $select, which p parses; all of them for nil.
func (c *encoder[E]) selectionIn(p *odata.Parser, text *string) (selection, error) {
	if text == nil {
		return everything, nil
	}
	names, err := p.Select(*text)
	return c.selection(names), err
}

// selectOne is selectionIn for a request that reads one entity.
func (c *encoder[E]) selectOne(p *odata.Parser, text *string) (selection, error) {
	selected, err := c.selectionIn(p, text)
	var wrong badParameters
	wrong.add("$select", err)
	return selected, wrong.err()
}

// write answers a request with an entity.
func (c *encoder[E]) write(w http.ResponseWriter, code int, e *E, selected selection) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer giveBack(buffer)
	buffer.Grow(1024)
	writeBody(w, code, contentType, c.append(buffer.AvailableBuffer(), e, selected))
}

// append appends an entity with its selected properties as a JSON object.
func (c *encoder[E]) append(to []byte, e *E, selected selection) []byte {
	return c.appendMembers(append(to, '{'), e, selected)
}

// appendMembers appends an entity without the opening brace.
func (c *encoder[E]) appendMembers(to []byte, e *E, selected selection) []byte {
	to = append(to, c.odataType...)
	for i := range c.properties {
		if selected&(1<<i) == 0 {
			continue
		}
		p := &c.properties[i]
		switch v := p.Sent(e); {
		case v.Kind == query.TextKind:
			to = appendString(append(to, c.keys[i]...), v.Text)
		case v.Kind == query.NumberKind:
			to = strconv.AppendInt(append(to, c.keys[i]...), v.Number, 10)
		case p.Nullable:
			to = append(append(to, c.keys[i]...), "null"...)
		}
	}
	return append(to, '}')
}

// appendString appends s as a JSON string, exactly as encode does.
func appendString(to []byte, s string) []byte {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == 0xe2: // the last begins U+2028 and U+2029
			return append(to, encode(s)...)
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	if !ascii && !utf8.ValidString(s) {
		return append(to, encode(s)...)
	}
	to = append(to, '"')
	to = append(to, s...)
	return append(to, '"')
}

// encode returns a value as JSON, without the escapes that only HTML needs. It escapes U+2028 and U+2029, as encoding/json does.
func encode(value any) []byte {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Errorf("encoding an answer: %w", err)) // models hold nothing that JSON cannot
	}
	return bytes.TrimSuffix(body.Bytes(), []byte("\n"))
}
