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
)

// Writer writes rows to a file.
type Writer struct {
	to     io.Writer
	format Format
	row    []byte
	cells  []csv.Cell
}

// NewWriter returns a writer. It writes the header, if the format has one.
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

// Write writes one row.
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
