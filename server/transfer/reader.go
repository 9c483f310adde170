package transfer

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"installstatus/api"
)

// reader reads the rows of a file one by one.
type reader struct {
	options Options
	notes   *notes
	open    func() (io.ReadCloser, error) // opens the file again
	format  formatReader
	source  *source
}

// formatReader reads the rows of one file format.
type formatReader interface {
	// next returns io.EOF at the end of the file and a *RowError for an invalid row. Any other error ends reading.
	next() (Row, error)
	// pointer returns the JSON pointer of the row that next has read, or "" if each row has its own lines.
	pointer() string
	// note notes what the format has collected. It is called once, after the last row.
	note(*notes)
}

// maxRow is the maximum size of a row in bytes. The largest valid row in its longest spelling is smaller.
const maxRow = 1 << 20

// rows reads the part from the start. The caller must call close.
func (p part) rows(options Options, notes *notes) (*reader, error) {
	return newReader(p.content.Open, options, notes)
}

// newReader returns a reader of a file, which open opens, and detects its format: CSV with the columns of Intune's report, of an
// export or of entities in PascalCase; or JSON with one object a row, on separate lines, in an array, or in the value of a list's
// answer; or answers of Intune's reporting API. An object may also have Intune's columns.
func newReader(open func() (io.ReadCloser, error), options Options, notes *notes) (*reader, error) {
	opened, err := open()
	if err != nil {
		return nil, err
	}
	r := &reader{options: options, notes: notes, open: open, source: &source{ReadCloser: opened}}
	if err := r.detect(); err != nil {
		return nil, cmp.Or(err, r.close())
	}
	return r, nil
}

// all returns the rows. The error of a row is a *RowError if the row is invalid. Any other error ends reading.
func (r *reader) all() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			row, err := r.next()
			if errors.Is(err, io.EOF) || !yield(row, err) {
				return
			}
			if rowError := (*RowError)(nil); err != nil && !errors.As(err, &rowError) {
				return
			}
		}
	}
}

// next returns the next row. Its errors are as in formatReader.
func (r *reader) next() (Row, error) {
	row, err := r.format.next()
	if err == nil {
		row, err = complete(row, r.options.App)
	}
	if rowError := (*RowError)(nil); errors.As(err, &rowError) {
		rowError.Pointer = r.format.pointer()
	}
	return row, err
}

// bytesRead returns the number of bytes of the file read so far.
func (r *reader) bytesRead() int64 { return r.source.read }

func (r *reader) close() error { return r.source.Close() }

// headSize is the number of bytes that detect looks at.
const headSize = 64 << 10

// detect detects the format from the first bytes.
func (r *reader) detect() error {
	source := bufio.NewReaderSize(r.source, headSize)
	start, _ := source.Peek(len(byteOrderMark))
	marked := string(start) == byteOrderMark
	text := inUTF8(source)
	head, err := text.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) > 0 && head[0] != '{' && head[0] != '[' {
		table, err := newTable(text, r.options)
		if err != nil {
			return fmt.Errorf("reading CSV: %w", err)
		}
		table.forExcel = marked
		r.format = table
		return nil
	}
	entities, err := api.NewEntityReader()
	if err != nil {
		return err
	}
	objects := &objects{entities: entities, options: r.options, notes: r.notes}
	if bytes.HasPrefix(head, []byte("[")) || isCollection(head) {
		r.format = newDocument(text, objects, r.schemas)
	} else { // also an empty file, which is the export of no rows
		r.format = &lines{text: text, objects: objects}
	}
	return nil
}

// schemas reads the schemas in the file, see schemasOf.
func (r *reader) schemas() (_ []*layout, err error) {
	again, err := r.open()
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, again.Close()) }()
	return schemasOf(decoded(again), r.options)
}

// decoded returns the text of a file in UTF-8.
func decoded(from io.Reader) *bufio.Reader { return inUTF8(bufio.NewReaderSize(from, headSize)) }

// isCollection reports whether a text begins with an object that contains an array of rows, or the schema of one.
func isCollection(text []byte) bool {
	tokens := json.NewDecoder(bytes.NewReader(text))
	if _, err := tokens.Token(); err != nil { // the {
		return false
	}
	for tokens.More() {
		name, err := tokens.Token()
		if err != nil {
			return false
		}
		if holdsRows(name) || isNamed(name, schemaMember) {
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

// holdsRows reports whether a member may hold an array of rows: value in Graph's answers, values in Intune's exports.
func holdsRows(name json.Token) bool { return isNamed(name, "value") || isNamed(name, "values") }

// isNamed reports whether a member has a name, in any case.
func isNamed(token json.Token, name string) bool {
	text, isText := token.(string)
	return isText && strings.EqualFold(text, name)
}
