// Package bodies splits a file into request bodies: one, several after each other (such as NDJSON, one a line), or an array of
// them. It finds where each begins and ends, even if some are not valid JSON, and holds one of them in memory at a time.
package bodies

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// Body is a part of a file.
type Body struct {
	Text         []byte // without white space around it; it may be invalid JSON
	Index        int    // from 0
	Line, Column int    // of its first character, from 1
	TooLong      bool   // Text is missing: the body has more bytes than allowed
	Problem      string // if not "", this is no body, but what is wrong between bodies
}

// Reader reads the bodies of a file.
type Reader struct {
	in           *bufio.Reader
	longest      int
	line, column int // of the next character
	index        int // of the next body
	found        bool
	array        arrayState
}

// arrayState is where the reader is in an array of bodies.
type arrayState int

const (
	outside    arrayState = iota
	atStart               // a body or the end must follow
	afterBody             // a comma or the end must follow
	afterComma            // a body must follow
)

// NewReader returns a reader of bodies of at most longest bytes.
func NewReader(from io.Reader, longest int) *Reader {
	return &Reader{in: bufio.NewReaderSize(from, 64<<10), longest: longest, line: 1, column: 1}
}

const end rune = -1

// peek returns the next character, end after the last one.
func (r *Reader) peek() (rune, error) {
	c, _, err := r.in.ReadRune()
	if errors.Is(err, io.EOF) {
		return end, nil
	}
	if err != nil {
		return end, err
	}
	return c, r.in.UnreadRune()
}

// take reads the next character, and appends it to text if there is room.
func (r *Reader) take(text *text) error {
	c, size, err := r.in.ReadRune()
	if err != nil {
		return err
	}
	if c == '\n' {
		r.line, r.column = r.line+1, 1
	} else {
		r.column++
	}
	if c == utf8.RuneError && size == 1 { // not UTF-8
		if err := r.in.UnreadRune(); err != nil {
			return err
		}
		b, err := r.in.ReadByte()
		text.add(b)
		return err
	}
	var encoded [utf8.UTFMax]byte
	text.add(encoded[:utf8.EncodeRune(encoded[:], c)]...)
	return nil
}

// text collects at most longest bytes.
type text struct {
	bytes   []byte
	longest int
	tooLong bool
}

func (t *text) add(b ...byte) {
	if t.tooLong = t.tooLong || len(t.bytes)+len(b) > t.longest; !t.tooLong {
		t.bytes = append(t.bytes, b...)
	} else {
		t.bytes = nil
	}
}

// Next returns the next body, or io.EOF. A file without one has an empty body at its beginning.
func (r *Reader) Next() (Body, error) {
	for {
		c, err := r.skipSpace()
		if err != nil {
			return Body{}, err
		}
		switch {
		case c == '\ufeff' && r.line == 1 && r.column == 1 && !r.found:
			r.found = true
			_, _, err := r.in.ReadRune()
			return r.problem("a byte order mark is not allowed"), err
		case c == end && r.array != outside:
			r.array = outside
			return r.problem("the array of bodies is not closed"), nil
		case c == end && r.found:
			return Body{}, io.EOF
		case c == end:
			r.found = true
			return Body{Text: []byte{}, Line: 1, Column: 1}, nil
		case c == '[' && r.array == outside:
			r.array = atStart
		case c == ',' && r.array == afterBody:
			r.array = afterComma
		case c == ']' && r.array == afterComma:
			r.array = outside
			return r.problem("a body must follow the comma"), r.take(new(text))
		case c == ',' && r.array != outside:
			return r.problem("a body must precede the comma"), r.take(new(text))
		case c == ']' && r.array != outside:
			r.array = outside
		case r.array == afterBody:
			r.array = afterComma
			return r.problem("a comma is missing before this body"), nil
		default:
			return r.body()
		}
		r.found = true
		if err := r.take(new(text)); err != nil {
			return Body{}, err
		}
	}
}

func (r *Reader) problem(what string) Body {
	return Body{Line: r.line, Column: r.column, Index: r.index, Problem: what}
}

func (r *Reader) skipSpace() (rune, error) {
	for {
		c, err := r.peek()
		if err != nil || !isSpace(c) {
			return c, err
		}
		if err := r.take(new(text)); err != nil {
			return end, err
		}
	}
}

// isSpace reports whether a character is JSON's white space.
func isSpace(c rune) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// body reads the body that begins here.
func (r *Reader) body() (Body, error) {
	b := Body{Line: r.line, Column: r.column, Index: r.index}
	s := scan{text: text{longest: r.longest}, inArray: r.array != outside}
	r.found = true
	r.index++
	for {
		c, err := r.peek()
		if err != nil {
			return b, err
		}
		if c == end || s.endsBefore(c) {
			break
		}
		if err := r.take(&s.text); err != nil {
			return b, err
		}
		if s.endsWith(c) {
			break
		}
	}
	if s.inArray {
		r.array = afterBody
	}
	b.Text, b.TooLong = bytes.TrimRight(s.bytes, " \t\r\n"), s.tooLong
	return b, nil
}
