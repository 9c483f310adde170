// Package csv reads and writes comma-separated values (RFC 4180). Unlike encoding/csv, it preserves every text exactly and
// distinguishes an empty cell from an empty string, which is written as "". This is PostgreSQL's convention for null.
package csv

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxRecord is the maximum size of a record in bytes. It limits the memory that an unclosed quote can use.
const maxRecord = 1 << 20

// Cell is one cell of a record.
type Cell struct {
	Text   string
	Quoted bool // distinguishes an empty string from an empty cell
}

// SyntaxError reports an invalid record. It does not repeat its text.
type SyntaxError struct {
	Line   int // first line of the record
	Cell   int // from 0
	Reason string
	Fatal  bool // the next record cannot be found
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, cell %d: %s", e.Line, e.Cell+1, e.Reason)
}

// Reader reads records.
type Reader struct {
	Separator byte // between cells, see IsSeparator; a comma unless it is set

	from   *bufio.Reader
	line   int    // number of lines read
	record []byte // lines of the record
	texts  []byte // concatenated texts of its cells
	ends   []int  // end of each text in texts
	cells  []Cell
}

// NewReader returns a reader of records whose cells are separated by commas.
func NewReader(from *bufio.Reader) *Reader { return &Reader{Separator: ',', from: from} }

// IsSeparator reports whether a character can separate cells: any of ASCII but letters, digits, quotes and line endings.
func IsSeparator(c byte) bool {
	isLetter := 'a' <= c|0x20 && c|0x20 <= 'z'
	return c < utf8.RuneSelf && !isLetter && (c < '0' || c > '9') && c != '"' && c != '\r' && c != '\n'
}

// Line returns the number of lines read.
func (r *Reader) Line() int { return r.line }

// SkipLine reads a line that is not part of a record.
func (r *Reader) SkipLine() error {
	r.record = r.record[:0]
	return r.readLine()
}

// Read returns the next record and its first line. It skips empty lines. The cells are valid until the next Read. At the end,
// Read returns io.EOF. After a *SyntaxError that is not fatal, the next Read returns the next record.
func (r *Reader) Read() (cells []Cell, line int, err error) {
	r.cells, r.texts, r.ends = r.cells[:0], r.texts[:0], r.ends[:0]
	for {
		r.record = r.record[:0]
		if err := r.readLine(); err != nil {
			return nil, r.line, err
		}
		line = r.line
		if len(trimEnd(r.record)) > 0 {
			break
		}
	}
	if err := r.split(line); err != nil {
		return nil, line, err
	}
	texts, start := string(r.texts), 0
	for i, end := range r.ends {
		r.cells[i].Text = texts[start:end]
		if !utf8.ValidString(r.cells[i].Text) {
			return nil, line, &SyntaxError{Line: line, Cell: i, Reason: "not UTF-8; save the file as CSV UTF-8"}
		}
		start = end
	}
	return r.cells, line, nil
}

// readLine appends the next line to the record.
func (r *Reader) readLine() error {
	before := len(r.record)
	for {
		part, err := r.from.ReadSlice('\n')
		r.record = append(r.record, part...)
		switch {
		case len(r.record) > maxRecord:
			return &SyntaxError{Line: r.line + 1, Cell: len(r.ends), Reason: "longer than 1 MiB; is a quote not closed, or do lines end in CR only?", Fatal: true}
		case errors.Is(err, bufio.ErrBufferFull):
		case err == nil, errors.Is(err, io.EOF) && len(r.record) > before:
			r.line++
			return nil
		default:
			return err
		}
	}
}

// split splits the record into cells. It reads more lines while a quoted cell continues.
func (r *Reader) split(line int) error {
	for at := 0; ; at++ {
		quoted := at < len(r.record) && r.record[at] == '"'
		if quoted {
			end, err := r.quoted(line, at+1)
			if err != nil {
				return err
			}
			at = end
		} else {
			text := trimEnd(r.record[at:])
			if separator := bytes.IndexByte(text, r.Separator); separator >= 0 {
				text = text[:separator]
			}
			r.texts = append(r.texts, text...)
			at += len(text)
		}
		r.cells, r.ends = append(r.cells, Cell{Quoted: quoted}), append(r.ends, len(r.texts))
		if rest := r.record[at:]; len(trimEnd(rest)) == 0 {
			return nil
		} else if rest[0] == '\r' {
			return &SyntaxError{Line: line, Cell: len(r.cells) - 1, Reason: "CR without LF after the closing quote; save the file with LF or CR LF line endings"}
		} else if rest[0] != r.Separator {
			return &SyntaxError{
				Line: line, Cell: len(r.cells) - 1,
				Reason: `text after the closing quote; write a quote inside quotes as ""`,
			}
		}
	}
}

// quoted reads a quoted cell whose text starts at at. It returns the index after the closing quote.
func (r *Reader) quoted(line, at int) (end int, err error) {
	for {
		quote := bytes.IndexByte(r.record[at:], '"')
		if quote < 0 {
			r.texts = append(r.texts, r.record[at:]...)
			at = len(r.record)
			switch err := r.readLine(); {
			case errors.Is(err, io.EOF):
				return 0, &SyntaxError{Line: line, Cell: len(r.cells), Reason: "the quote is not closed", Fatal: true}
			case err != nil:
				return 0, err
			}
			continue
		}
		r.texts = append(r.texts, r.record[at:at+quote]...)
		at += quote + 1
		if at == len(r.record) || r.record[at] != '"' {
			return at, nil
		}
		r.texts = append(r.texts, '"')
		at++
	}
}

// trimEnd returns a line without its line ending.
func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}
