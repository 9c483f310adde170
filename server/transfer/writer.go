package transfer

import (
	"io"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/csv"
)

// Format is a form in which rows are written, all of which Rows reads.
type Format string

// The formats.
const (
	NDJSON Format = "ndjson" // an object a line, as the API answers it, with its app and its user status
	CSV    Format = "csv"    // the same in columns
)

// Writer writes rows.
type Writer struct {
	to     io.Writer
	format Format
	row    []byte
	cells  []csv.Cell
}

// NewWriter writes what comes before the first row.
func NewWriter(to io.Writer, format Format) (*Writer, error) {
	w := &Writer{to: to, format: format}
	if format == CSV {
		for _, c := range columns {
			w.cells = append(w.cells, csv.Cell{Text: c.name})
		}
		if _, err := to.Write(csv.Append(nil, w.cells...)); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Write writes a row of an app.
func (w *Writer) Write(app string, row status.Row) error {
	if w.format == CSV {
		for i, c := range columns {
			w.cells[i] = c.cell(app, &row)
		}
		w.row = csv.Append(w.row[:0], w.cells...)
	} else {
		w.row = append(api.AppendEntity(w.row[:0], app, row), '\n')
	}
	_, err := w.to.Write(w.row)
	return err
}
