package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// document reads rows that are elements of JSON arrays. An array is a top-level value or a member of a top-level object, which may
// be an answer of Intune's reporting API.
type document struct {
	objects *objects
	schemas func() ([]*layout, error) // see schemasOf
	text    *countedText
	tokens  *json.Decoder
	open    []json.Delim // open brackets: [ of an array of rows, { of an object, or { and [ of an array in an object
	array   string       // JSON pointer of the array
	index   int          // of the next row in the array
	answer  *answer      // the top-level object that is read
	answers answers
	inner   *document // of an answer that is an element of an array, as when pages are collected
	isInner bool
}

func newDocument(from io.Reader, objects *objects, schemas func() ([]*layout, error)) *document {
	text := &countedText{from: from, line: 1}
	return &document{objects: objects, schemas: schemas, text: text, tokens: json.NewDecoder(text)}
}

// next implements formatReader.
func (d *document) next() (Row, error) {
	for {
		if d.inner != nil {
			if row, err := d.inner.next(); !errors.Is(err, io.EOF) {
				return row, err
			}
			d.inner = nil
		}
		element, line, err := d.element()
		if err != nil {
			return Row{}, err
		}
		if element[0] == '[' && d.answer != nil {
			return d.values(line, element)
		}
		row, err := d.objects.row(line, element)
		if no := (*RowError)(nil); errors.As(err, &no) && no.isAnswer && !d.isInner {
			d.inner = d.newInner(line, element)
			continue
		}
		if d.answer != nil {
			d.answer.read(&row)
		}
		return row, err
	}
}

// newInner returns a reader of an answer that is an element on the given line.
func (d *document) newInner(line int, element []byte) *document {
	inner := newDocument(bytes.NewReader(element), d.objects, func() ([]*layout, error) {
		return schemasOf(bytes.NewReader(element), d.objects.options)
	})
	inner.text.line, inner.isInner = line, true
	return inner
}

// element returns the next element of an array of rows, and its line.
func (d *document) element() (element json.RawMessage, line int, err error) {
	for {
		if err := d.step(); err != nil {
			return nil, 0, d.located(err)
		}
		if !d.inRows() || !d.tokens.More() {
			continue
		}
		if err := d.tokens.Decode(&element); err != nil {
			return nil, 0, d.located(err)
		}
		d.index++
		return element, d.text.lineAt(d.tokens.InputOffset() - int64(len(element))), nil
	}
}

// pointer implements formatReader.
func (d *document) pointer() string {
	if d.index == 0 {
		return ""
	}
	pointer := fmt.Sprintf("%s/%d", d.array, d.index-1)
	if d.inner != nil {
		pointer += d.inner.pointer()
	}
	return pointer
}

// note implements formatReader.
func (*document) note(*notes) {}

func (d *document) inRows() bool {
	return len(d.open) > 0 && d.open[len(d.open)-1] == '['
}

// step moves one token or value towards the next row. A *RowError is that of an object without rows.
func (d *document) step() error {
	d.text.lineAt(d.tokens.InputOffset())
	if d.inRows() && d.tokens.More() {
		return nil
	}
	token, err := d.tokens.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['), json.Delim('{'):
		d.begin(token.(json.Delim))
		return nil
	case json.Delim(']'), json.Delim('}'):
		d.open = d.open[:len(d.open)-1]
		if len(d.open) == 0 {
			return d.end()
		}
		return nil
	}
	if len(d.open) == 0 {
		return errors.New("a value is neither an object nor an array")
	}
	return d.member(token)
}

// located adds the line to an error. The error repeats at most one character of the text.
func (d *document) located(err error) error {
	if row := (*RowError)(nil); errors.As(err, &row) {
		return err
	}
	offset := d.tokens.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF) && len(d.open) == 0:
		return io.EOF
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	case errors.As(err, &syntax):
		offset = syntax.Offset
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("unexpected end of the file")
	}
	return fmt.Errorf("line %d: %w", d.text.lineAt(offset), err)
}

// countedText finds the line of an offset. It reads at most one row ahead of the last offset.
type countedText struct {
	from io.Reader
	read int64
	at   int64   // the last offset passed to lineAt
	line int     // the line of this offset
	ends []int64 // offsets at which this line and the lines after it end
}

func (t *countedText) Read(p []byte) (n int, err error) {
	if t.read-t.at > maxRow+64<<10 { // a row and the decoder's buffer
		return 0, errors.New("the object is longer than 1 MiB")
	}
	n, err = t.from.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			t.ends = append(t.ends, t.read+int64(i))
		}
	}
	t.read += int64(n)
	return n, err
}

func (t *countedText) lineAt(offset int64) int {
	passed := 0
	for passed < len(t.ends) && t.ends[passed] < offset {
		passed++
	}
	t.line += passed
	t.ends = append(t.ends[:0], t.ends[passed:]...)
	t.at = offset
	return t.line
}
