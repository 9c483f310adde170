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
	return decode(text, s)
}

// decode reads one JSON text into maps, slices, strings, json.Numbers, bools and nil, and into a json.RawMessage where s
// wants a value as it was sent. It returns a *SyntaxError if the text is not JSON. Rule 6.
//
// If a name occurs more than once in an object, the first value counts and each later one is a violation. Rule 7.
func decode(text []byte, s *shape) (value any, duplicates []Violation, err error) {
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		return nil, nil, &SyntaxError{Position: Position{1, 1}, What: "a byte order mark is not allowed"}
	}
	d := decoder{tokens: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true)), text: string(text)}
	if value, err = d.value(s); err == nil {
		if _, err = d.tokens.ReadToken(); err == nil {
			err = errTrailing
		} else if errors.Is(err, io.EOF) {
			return value, d.duplicates, nil
		}
	}
	return nil, nil, d.explain(text, err)
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
	tokens     *jsontext.Decoder
	text       string // the whole text; most decoded strings are parts of it
	duplicates []Violation
}

func (d *decoder) value(s *shape) (any, error) {
	if s.asSent {
		text, err := d.tokens.ReadValue()
		return json.RawMessage(bytes.Clone(text)), err
	}
	switch kind := d.tokens.PeekKind(); {
	case kind == '{':
		return d.object(s)
	case kind == '[':
		return d.array(s)
	case s == unread:
		return nil, d.tokens.SkipValue()
	case kind == '"':
		quoted, err := d.tokens.ReadValue()
		if err != nil {
			return nil, err
		}
		return d.unquote(quoted)
	case kind == '0':
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
			d.duplicates = append(d.duplicates, duplicateProperty(slices.Collect(d.tokens.StackPointer().Tokens())))
		}
		value, err := d.value(s.of(name))
		if err != nil {
			return nil, err
		}
		if !duplicate {
			object[name] = value
		}
	}
	_, err := d.tokens.ReadToken()
	return object, err
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
		if s != unread {
			array = append(array, value)
		}
	}
	_, err := d.tokens.ReadToken()
	return array, err
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
