package transfer

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/transform"

	"installstatus/api"
)

// Reader reads the rows of a file, one after the other.
type Reader struct {
	// Ignored are the columns that are not read, without those that Intune's report is known to have. Control characters in
	// their names are escaped.
	Ignored []string

	app      string
	rows     rowReader
	source   *source
	entities func() (*api.EntityReader, error)
}

// rowReader reads the rows of one form of file.
type rowReader interface {
	// Next gives io.EOF at the end, a *Refused for a row that can't be taken, and any other error if there is no going on.
	Next() (Row, error)
	// pointer is the JSON pointer of the row that Next has read, "" where a row has lines of its own.
	pointer() string
}

// maxRow is how many bytes a row may have in a file. A row of the greatest lengths in the longest spelling has less.
const maxRow = 1 << 20

// Rows reads the file from the start: CSV with the columns of Intune's report, or with those that Writer writes; JSON, one
// object a row, on lines of their own, in an array, or in the value of a list's answer, where each object may have Intune's
// columns too. The app is that of the rows that name none, and the only one that they may name; "" for any. The
// caller must call Close.
func (f *File) Rows(app string) (*Reader, error) {
	opened, err := f.open()
	if err != nil {
		return nil, err
	}
	r := &Reader{app: app, source: opened, entities: f.entities}
	if err := r.detect(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Next reads the next row. An error is io.EOF at the end, a *Refused for a row that can't be taken, or says why there is no
// going on.
func (r *Reader) Next() (Row, error) {
	row, err := r.rows.Next()
	if err == nil {
		row, err = placed(row, r.app)
	}
	if refused := (*Refused)(nil); errors.As(err, &refused) {
		refused.within(r.rows.pointer())
	}
	return row, err
}

// BytesRead is how much of the file has been read.
func (r *Reader) BytesRead() int64 { return r.source.read }

// Close ends reading.
func (r *Reader) Close() error { return r.source.Close() }

// enough is how many bytes tell what a file is.
const enough = 64 << 10

// detect finds out by the first bytes what the file is.
func (r *Reader) detect() error {
	text := bufio.NewReaderSize(r.source, enough)
	switch mark, _ := text.Peek(3); {
	case bytes.Equal(mark, []byte("\xef\xbb\xbf")):
		_, _ = text.Discard(len(mark)) // which are buffered
	case bytes.HasPrefix(mark, []byte("\xff\xfe")): // as Windows PowerShell and Excel write
		text = inUTF16(text, binary.LittleEndian)
	case bytes.HasPrefix(mark, []byte("\xfe\xff")):
		text = inUTF16(text, binary.BigEndian)
	}
	head, err := text.Peek(enough)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) > 0 && head[0] != '{' && head[0] != '[' {
		table, err := newTable(text, r.entities)
		if err != nil {
			return fmt.Errorf("reading it as CSV: %w", err)
		}
		r.rows, r.Ignored = table, table.ignored
		return nil
	}
	entities, err := r.entities()
	if err != nil {
		return err
	}
	if bytes.HasPrefix(head, []byte("[")) || isCollection(head) {
		r.rows = newDocument(text, entities)
	} else { // or nothing, as what has no rows is exported
		r.rows = &lines{text: text, entities: entities}
	}
	return nil
}

// inUTF16 reads a text behind its byte order mark.
func inUTF16(text *bufio.Reader, order binary.ByteOrder) *bufio.Reader {
	_, _ = text.Discard(2) // which are buffered
	return bufio.NewReaderSize(transform.NewReader(text, fromUTF16{order: order}), enough)
}

// isCollection reports whether a text begins with an object that has an array of rows in it.
func isCollection(text []byte) bool {
	tokens := json.NewDecoder(bytes.NewReader(text))
	if _, err := tokens.Token(); err != nil { // its {
		return false
	}
	for tokens.More() {
		name, err := tokens.Token()
		if err != nil {
			return false
		}
		if holdsRows(name) {
			value, err := tokens.Token()
			return err == nil && value == json.Delim('[')
		}
		var other json.RawMessage
		if err := tokens.Decode(&other); err != nil {
			return false
		}
	}
	return false
}

// holdsRows reports whether a member's name is that of an array of rows: value in an answer, values in Intune's exports.
func holdsRows(name json.Token) bool { return name == "value" || name == "values" }
