// Package csv reads and writes comma-separated values (RFC 4180) so that every text comes back as it was, and an empty cell
// can be told from an empty text: the one is written as nothing, the other as "". That is PostgreSQL's convention for null,
// which encoding/csv can't read.
package csv

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxRecord is how many bytes a record may have, so that a quote that is never closed can't take all of the memory.
const maxRecord = 1 << 20

// Cell is one cell of a record.
type Cell struct {
	Text   string
	Quoted bool // "" is an empty text, nothing is no text
}

// SyntaxError is a record that can't be read. It does not repeat any of it.
type SyntaxError struct {
	Line   int // where the record begins
	Cell   int // from 0
	Reason string
	Fatal  bool // where the next record begins is not known
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, cell %d: %s", e.Line, e.Cell+1, e.Reason)
}

// Reader reads records.
type Reader struct {
	from      *bufio.Reader
	separator byte
	line      int    // the number of lines read
	record    []byte // the lines of the record
	texts     []byte // the texts of its cells, one after the other
	ends      []int  // where each of them ends
	cells     []Cell
}

// NewReader reads records whose cells a separator (an ASCII character) divides.
func NewReader(from *bufio.Reader, separator byte) *Reader {
	return &Reader{from: from, separator: separator}
}

// Read reads the next record, and the number of the line where it begins; lines without a character are no records. The cells
// are good until the next Read. An error is io.EOF at the end, a *SyntaxError, after which the next Read goes on unless it is
// fatal, or what reading the file gave.
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

// readLine adds the next line to the record.
func (r *Reader) readLine() error {
	before := len(r.record)
	for {
		part, err := r.from.ReadSlice('\n')
		r.record = append(r.record, part...)
		switch {
		case len(r.record) > maxRecord:
			return &SyntaxError{Line: r.line + 1, Cell: len(r.ends), Reason: "this is longer than 1 MiB; is a quote not closed, or do lines end in CR alone?", Fatal: true}
		case errors.Is(err, bufio.ErrBufferFull):
		case err == nil, errors.Is(err, io.EOF) && len(r.record) > before:
			r.line++
			return nil
		default:
			return err
		}
	}
}

// split finds the cells of the record, and reads further lines where a quoted cell goes on.
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
			if separator := bytes.IndexByte(text, r.separator); separator >= 0 {
				text = text[:separator]
			}
			r.texts = append(r.texts, text...)
			at += len(text)
		}
		r.cells, r.ends = append(r.cells, Cell{Quoted: quoted}), append(r.ends, len(r.texts))
		if rest := r.record[at:]; len(trimEnd(rest)) == 0 {
			return nil
		} else if rest[0] == '\r' {
			return &SyntaxError{Line: line, Cell: len(r.cells) - 1, Reason: "there is a CR that no LF follows after the closing quote; save the file with lines that end in LF or CR LF"}
		} else if rest[0] != r.separator {
			return &SyntaxError{
				Line: line, Cell: len(r.cells) - 1,
				Reason: `there is something after the closing quote; a quote within quotes is written as ""`,
			}
		}
	}
}

// quoted reads a cell from behind its opening quote, and gives where its closing quote ends.
func (r *Reader) quoted(line, at int) (end int, err error) {
	for {
		quote := bytes.IndexByte(r.record[at:], '"')
		if quote < 0 {
			r.texts = append(r.texts, r.record[at:]...)
			at = len(r.record)
			switch err := r.readLine(); {
			case errors.Is(err, io.EOF):
				return 0, &SyntaxError{Line: line, Cell: len(r.cells), Reason: "its quote is not closed", Fatal: true}
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

// trimEnd is a line without its end.
func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}
