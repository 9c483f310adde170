package transfer

import (
	"io"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/transfer/csv"
)

// Format is a file format of exports. Check reads all of them.
type Format string

const (
	NDJSON Format = "ndjson" // one object a line, as the API answers it, with its app and user status
	CSV    Format = "csv"    // the same in columns
	Excel  Format = "excel"  // CSV for people, in which no spreadsheet runs a formula
)

// Writer writes rows to a file.
type Writer struct {
	to     io.Writer
	format Format
	row    []byte
	cells  []csv.Cell
}

// byteOrderMark tells Excel that a file is in UTF-8.
const byteOrderMark = "\ufeff"

// NewWriter returns a writer. It writes the header, if the format has one.
func NewWriter(to io.Writer, format Format) (*Writer, error) {
	w := &Writer{to: to, format: format}
	if format == NDJSON {
		return w, nil
	}
	if format == Excel {
		w.row = append(w.row, byteOrderMark...)
	}
	for _, c := range columns {
		w.cells = append(w.cells, csv.Cell{Text: c.name})
	}
	w.appendCells()
	_, err := to.Write(w.row)
	return w, err
}

// Write writes one row.
func (w *Writer) Write(app string, row status.Row) error {
	if w.format == NDJSON {
		w.row = append(api.AppendEntity(w.row[:0], app, row), '\n')
	} else {
		for i, c := range columns {
			w.cells[i] = c.cell(app, &row)
			if w.format == Excel && !c.number { // a negative number is no formula
				w.cells[i].Text = csv.Harmless(w.cells[i].Text)
			}
		}
		w.row = w.row[:0]
		w.appendCells()
	}
	_, err := w.to.Write(w.row)
	return err
}

func (w *Writer) appendCells() {
	w.row = csv.Append(w.row, w.cells...)
	if w.format == Excel {
		w.row = append(w.row[:len(w.row)-1], "\r\n"...)
	}
}
