package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"installstatus/api"
)

// document reads rows that are the elements of JSON arrays: of one that is the document, or of one in each of its objects.
type document struct {
	entities *api.EntityReader
	text     *countedText
	tokens   *json.Decoder
	within   []json.Delim // the brackets that are open: an array of rows, or an object with one and then that array
	array    string       // the JSON pointer of the array
	index    int          // of the next row in it
}

func newDocument(from io.Reader, entities *api.EntityReader) *document {
	text := &countedText{from: from, line: 1}
	return &document{entities: entities, text: text, tokens: json.NewDecoder(text)}
}

// Next implements rowReader.
func (d *document) Next() (Row, error) {
	for {
		if err := d.step(); err != nil {
			return Row{}, d.explain(err)
		}
		if !d.inRows() || !d.tokens.More() {
			continue
		}
		var object json.RawMessage
		if err := d.tokens.Decode(&object); err != nil {
			return Row{}, d.explain(err)
		}
		line := d.text.lineAt(d.tokens.InputOffset() - int64(len(object)))
		d.index++
		return rowOfObject(line, object, d.entities)
	}
}

// pointer implements rowReader.
func (d *document) pointer() string { return fmt.Sprintf("%s/%d", d.array, d.index-1) }

func (d *document) inRows() bool {
	return len(d.within) > 0 && d.within[len(d.within)-1] == '['
}

// step goes on to the next row, or a part of the way.
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
		d.within, d.array, d.index = append(d.within, token.(json.Delim)), "", 0
		return nil
	case json.Delim(']'), json.Delim('}'):
		d.within = d.within[:len(d.within)-1]
		return nil
	}
	if len(d.within) == 0 {
		return errors.New("a value that is neither an object nor an array")
	}
	if holdsRows(token) {
		value, err := d.tokens.Token()
		if err == nil && value != json.Delim('[') {
			return errors.New("value is not an array")
		}
		d.within, d.array, d.index = append(d.within, '['), fmt.Sprintf("/%v", token), 0
		return err
	}
	var other json.RawMessage
	return d.tokens.Decode(&other)
}

// explain says where an error is; it repeats nothing of the text but a character.
func (d *document) explain(err error) error {
	offset := d.tokens.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF) && len(d.within) == 0:
		return io.EOF
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	case errors.As(err, &syntax):
		offset = syntax.Offset
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the text ends too early")
	}
	return fmt.Errorf("line %d: %w", d.text.lineAt(offset), err)
}

// countedText tells on which line an offset is, and reads no more than a row ahead of it.
type countedText struct {
	from io.Reader
	read int64
	at   int64   // the last offset that was asked for
	line int     // the line that it is on
	ends []int64 // where that and the lines behind it end
}

func (t *countedText) Read(p []byte) (n int, err error) {
	if t.read-t.at > maxRow+64<<10 { // the decoder's buffer may be this much ahead
		return 0, errors.New("an object that is longer than 1 MiB")
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
