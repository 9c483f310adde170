package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"installstatus/api"
	"installstatus/server/transfer/dates"
)

// document reads rows that are elements of JSON arrays. An array is a top-level value or a member of a top-level object.
type document struct {
	entities *api.EntityReader
	dates    dates.Dates
	text     *countedText
	tokens   *json.Decoder
	open     []json.Delim // open brackets: [ of an array of rows, { of an object, or { and [ of an array in an object
	array    string       // JSON pointer of the array
	index    int          // of the next row in the array
}

func newDocument(from io.Reader, entities *api.EntityReader, dates dates.Dates) *document {
	text := &countedText{from: from, line: 1}
	return &document{entities: entities, dates: dates, text: text, tokens: json.NewDecoder(text)}
}

// next implements formatReader.
func (d *document) next() (Row, error) {
	for {
		if err := d.step(); err != nil {
			return Row{}, d.located(err)
		}
		if !d.inRows() || !d.tokens.More() {
			continue
		}
		var object json.RawMessage
		if err := d.tokens.Decode(&object); err != nil {
			return Row{}, d.located(err)
		}
		line := d.text.lineAt(d.tokens.InputOffset() - int64(len(object)))
		d.index++
		return objectRow(line, object, d.entities, d.dates)
	}
}

// pointer implements formatReader.
func (d *document) pointer() string { return fmt.Sprintf("%s/%d", d.array, d.index-1) }

func (d *document) inRows() bool {
	return len(d.open) > 0 && d.open[len(d.open)-1] == '['
}

// step moves one token or value towards the next row.
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
		d.open, d.array, d.index = append(d.open, token.(json.Delim)), "", 0
		return nil
	case json.Delim(']'), json.Delim('}'):
		d.open = d.open[:len(d.open)-1]
		return nil
	}
	if len(d.open) == 0 {
		return errors.New("a value is neither an object nor an array")
	}
	if holdsRows(token) {
		value, err := d.tokens.Token()
		if err == nil && value != json.Delim('[') {
			return errors.New("value is not an array")
		}
		d.open, d.array, d.index = append(d.open, '['), fmt.Sprintf("/%v", token), 0
		return err
	}
	var other json.RawMessage
	return d.tokens.Decode(&other)
}

// located adds the line to an error. The error repeats at most one character of the text.
func (d *document) located(err error) error {
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
