package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Decode reads a JSON text that is not the body of a request, such as one line of a file, for CheckBody. It returns no error but
// *SyntaxError.
func (o *Operation) Decode(text []byte) (value any, duplicates []Violation, err error) {
	s := anything
	if o.body != nil {
		s = o.body.shape
	}
	d := newDecoder(text)
	value, err = d.decode(text, s)
	return value, d.found.listed, err
}

// newDecoder returns a decoder that keeps everything.
func newDecoder(text []byte) decoder {
	return decoder{tokens: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true)), text: string(text)}
}

// decode reads one JSON text into maps, slices, strings, json.Numbers, bools and nil, and into a json.RawMessage where s
// wants a value as it was sent. It returns a *SyntaxError if the text is not JSON. Rule 6.
//
// If a name occurs more than once in an object, the first value counts and each later one is a violation. Rule 7.
func (d *decoder) decode(text []byte, s *shape) (value any, err error) {
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		return nil, &SyntaxError{Position: Position{1, 1}, What: "a byte order mark is not allowed"}
	}
	if value, err = d.value(s); err == nil {
		if _, err = d.tokens.ReadToken(); err == nil {
			err = errTrailing
		} else if errors.Is(err, io.EOF) {
			return value, nil
		}
	}
	return nil, d.explain(text, err)
}

var errTrailing = errors.New("unexpected data after the JSON text")

// SyntaxError describes where a text is not JSON. It quotes at most one character of the text.
type SyntaxError struct {
	Position
	What string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("At line %d, column %d: %s.", e.Line, e.Column, e.What)
}

type decoder struct {
	tokens *jsontext.Decoder
	text   string // the whole text; most decoded strings are parts of it
	found  findings
	// frugal leaves out what cannot be valid and need not be listed: the content of an object or an array where the schema allows
	// neither, and unknown names after the first 100, which found counts. A body of many such values takes ten times its size
	// otherwise.
	frugal  bool
	unknown int                   // names kept that their object does not allow
	names   []map[string]struct{} // those of the objects that are being discarded, by depth
}

func (d *decoder) value(s *shape) (any, error) {
	if s.asSent {
		text, err := d.tokens.ReadValue()
		return json.RawMessage(bytes.Clone(text)), err
	}
	if s == unread {
		return nil, d.discard(0)
	}
	switch d.tokens.PeekKind() {
	case '{':
		if d.frugal && !s.isObject() {
			return map[string]any{}, d.discard(0)
		}
		return d.object(s)
	case '[':
		if d.frugal && !s.isArray() {
			return []any{}, d.discard(0)
		}
		return d.array(s)
	case '"':
		quoted, err := d.tokens.ReadValue()
		if err != nil {
			return nil, err
		}
		return d.unquote(quoted)
	case '0':
		number, err := d.tokens.ReadValue()
		return json.Number(d.last(len(number))), err
	default:
		token, err := d.tokens.ReadToken()
		if err != nil || token.Kind() == 'n' {
			return nil, err
		}
		return token.Bool(), nil
	}
}

// unquote returns the value of the string that was read last. A string without escapes is a part of the text.
func (d *decoder) unquote(quoted []byte) (string, error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return strings.Trim(d.last(len(quoted)), `"`), nil
	}
	unquoted, err := jsontext.AppendUnquote(nil, quoted)
	return string(unquoted), err
}

// last returns the last bytes that were read.
func (d *decoder) last(length int) string {
	end := int(d.tokens.InputOffset())
	return d.text[end-length : end]
}

func (d *decoder) object(s *shape) (any, error) {
	if _, err := d.tokens.ReadToken(); err != nil {
		return nil, err
	}
	object := make(map[string]any, len(s.properties))
	for d.tokens.PeekKind() != '}' {
		name, err := d.name(s)
		if err != nil {
			return nil, err
		}
		_, duplicate := object[name]
		if duplicate {
			d.duplicate()
		}
		of := s.of(name)
		if d.frugal && s.closed && of == anything {
			of = unread
		}
		value, err := d.value(of)
		if err != nil {
			return nil, err
		}
		if !duplicate && d.keeps(s, name, len(object)) {
			object[name] = value
		}
	}
	_, err := d.tokens.ReadToken()
	return object, err
}

// keeps reports whether a value of an object is kept that has so many already. It counts the violations that are left out.
func (d *decoder) keeps(s *shape, name string, kept int) bool {
	switch {
	case !d.frugal:
		return true
	case s.maxNames > 0 && kept > s.maxNames: // one more than allowed is enough to report it
		return false
	case !s.closed || s.isKnown(name):
		return true
	}
	if d.unknown++; d.unknown <= maxViolations {
		return true
	}
	d.found.total++
	return false
}

// name reads the name of a property. It does not allocate a name that the schema has.
func (d *decoder) name(s *shape) (string, error) {
	text, err := d.tokens.ReadValue()
	if err != nil {
		return "", err
	}
	if p, named := s.properties[string(text[1:len(text)-1])]; named {
		return p.name, nil
	}
	return d.unquote(text)
}

func (d *decoder) array(s *shape) (any, error) {
	if _, err := d.tokens.ReadToken(); err != nil {
		return nil, err
	}
	array := []any{}
	for d.tokens.PeekKind() != ']' {
		if s.maxItems > 0 && len(array) > s.maxItems { // one more than allowed is enough to report it
			if err := d.tokens.SkipValue(); err != nil {
				return nil, err
			}
			continue
		}
		value, err := d.value(s.item())
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	_, err := d.tokens.ReadToken()
	return array, err
}

// duplicate counts the name that was read last as a duplicate.
func (d *decoder) duplicate() {
	d.found.count(func() Violation { return duplicateProperty(slices.Collect(d.tokens.StackPointer().Tokens())) })
}

// fewNames is how many names a set has at most to be used again: to clear a large one takes long.
const fewNames = 64

// discard reads a value at a depth of what is discarded, and looks only for duplicate names.
func (d *decoder) discard(depth int) error {
	kind := d.tokens.PeekKind()
	if kind != '{' && kind != '[' {
		return d.tokens.SkipValue()
	}
	if _, err := d.tokens.ReadToken(); err != nil {
		return err
	}
	if len(d.names) == depth {
		d.names = append(d.names, nil)
	}
	for d.tokens.PeekKind() != kind+2 { // ] follows [ after one character, and } follows {
		if kind == '{' {
			if err := d.discardName(depth); err != nil {
				return err
			}
		}
		if err := d.discard(depth + 1); err != nil {
			return err
		}
	}
	if len(d.names[depth]) > fewNames {
		d.names[depth] = nil
	}
	clear(d.names[depth])
	_, err := d.tokens.ReadToken()
	return err
}

func (d *decoder) discardName(depth int) error {
	text, err := d.tokens.ReadValue()
	if err != nil {
		return err
	}
	name, err := d.unquote(text)
	if err != nil {
		return err
	}
	if _, twice := d.names[depth][name]; twice {
		d.duplicate()
	}
	if d.names[depth] == nil {
		d.names[depth] = make(map[string]struct{})
	}
	d.names[depth][name] = struct{}{}
	return nil
}

// explain turns an error of the decoder into a line, a column and a reason.
func (d *decoder) explain(text []byte, err error) *SyntaxError {
	offset := d.tokens.InputOffset()
	what := "this is not JSON"
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, errTrailing):
		what = err.Error()
	case errors.Is(err, io.EOF):
		what = "the body is empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		offset, what = int64(len(text)), "unexpected end of the text"
	case errors.As(err, &syntax):
		offset = syntax.ByteOffset
		switch reason := syntax.Err.Error(); {
		case strings.HasPrefix(reason, "invalid character"), strings.HasPrefix(reason, "missing character"):
			what = reason
		case strings.Contains(reason, "depth"):
			what = "the nesting is deeper than 10,000 levels"
		case strings.Contains(reason, "UTF-8"):
			what = "the text is not valid UTF-8"
		case strings.Contains(reason, "escape sequence"), strings.Contains(reason, "surrogate"):
			what = "this escape sequence is not a character (a surrogate needs its pair)"
		}
	}
	return &SyntaxError{Position: positionAt(text, offset), What: what}
}
