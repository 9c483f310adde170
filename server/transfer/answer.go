package transfer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"installstatus/server/transfer/intune"
)

// The members of an answer of Intune's reporting API, beside Values. Each element of Values is a row; Schema names its columns.
const (
	schemaMember = "Schema"
	totalMember  = "TotalRowCount"
)

// answer is a top-level object with rows.
type answer struct {
	line    int
	hasRows bool
	total   *int    // TotalRowCount
	layout  *layout // of its Schema
	rows    int     // read so far
	more    bool    // it has an @odata.nextLink
	app     string  // of the first row that names one
}

// read counts a row. An invalid row is empty.
func (a *answer) read(row *Row) {
	a.rows++
	if a.app == "" {
		a.app = row.App
	}
}

// answers keeps what the top-level values of a document have in common.
type answers struct {
	begun   int       // number of values that have begun
	schema  []byte    // the last schema
	layout  *layout   // of the last schema
	layouts []*layout // of all values, if they were needed
	ahead   bool      // layouts is complete
}

// begin begins a top-level value.
func (d *document) begin(bracket json.Delim) {
	d.open, d.array, d.index = append(d.open, bracket), "", 0
	d.answers.begun++
	if d.schemas == nil {
		d.answers.layouts = append(d.answers.layouts, nil)
	}
	if bracket == '{' {
		d.answer = &answer{line: d.text.lineAt(d.tokens.InputOffset())}
	}
}

// end ends a top-level value. An object without rows would otherwise be lost in silence.
func (d *document) end() error {
	ended := d.answer
	d.answer = nil
	if ended == nil {
		return nil
	}
	d.objects.notes.page(ended.more)
	if ended.total != nil {
		d.objects.notes.answer(cmp.Or(ended.app, d.objects.options.App), *ended.total, ended.rows)
	}
	if !ended.hasRows {
		d.index = 0
		return newRowError(ended.line, "", "an object without value or Values, an array of rows; put rows and answers into files of their own")
	}
	return nil
}

// member reads the value of a member of a top-level object, or begins to, if it is an array of rows.
func (d *document) member(name json.Token) error {
	if holdsRows(name) {
		value, err := d.tokens.Token()
		d.answer.hasRows = true
		switch {
		case err != nil || value == nil:
			return err
		case value != json.Delim('['):
			return errors.New("value is not an array")
		}
		d.open, d.array, d.index = append(d.open, '['), fmt.Sprintf("/%v", name), 0
		return nil
	}
	var value json.RawMessage
	if err := d.tokens.Decode(&value); err != nil {
		return err
	}
	switch {
	case isNamed(name, schemaMember):
		return d.schema(value)
	case isNamed(name, totalMember) && json.Unmarshal(value, &d.answer.total) != nil:
		return errors.New("/TotalRowCount is not a number of rows")
	case isNamed(name, "@odata.nextLink"), isNamed(name, "@nextLink"):
		d.answer.more = string(value) != "null"
	}
	return nil
}

// schema reads the Schema of an answer. Pages mostly have the same, which is read once.
func (d *document) schema(text []byte) error {
	if d.answers.layout == nil || !bytes.Equal(text, d.answers.schema) {
		names, err := columnsOf(text)
		if err != nil {
			return err
		}
		layout := new(layout)
		if len(names) > 0 { // else there are no rows
			if layout, err = newLayout(names, d.objects.options); err != nil {
				return fmt.Errorf("/Schema: %w", err)
			}
		}
		d.answers.schema, d.answers.layout = bytes.Clone(text), layout
	}
	d.answer.layout = d.answers.layout
	if d.schemas == nil {
		d.answers.layouts[d.answers.begun-1] = d.answer.layout
	}
	return nil
}

// columnsOf returns the names of the columns in a Schema.
func columnsOf(schema []byte) (names []string, err error) {
	var columns []struct{ Column *string } // encoding/json matches names in any case
	if err := json.Unmarshal(schema, &columns); err != nil {
		return nil, errors.New("/Schema is not an array of columns")
	}
	for i, c := range columns {
		if c.Column == nil {
			return nil, fmt.Errorf("/Schema/%d has no Column, which is its name", i)
		}
		names = append(names, *c.Column)
	}
	return names, nil
}

// values reads a row of an answer from its array of values.
func (d *document) values(line int, text []byte) (Row, error) {
	row, err := d.valuesRow(line, text)
	d.answer.read(&row)
	return row, err
}

func (d *document) valuesRow(line int, text []byte) (Row, error) {
	l, err := d.layout()
	if err != nil {
		return Row{}, err
	}
	if l == nil {
		return Row{}, newRowError(line, "", "no Schema, which names the columns of the values")
	}
	decoded, _, err := d.objects.decode(line, text)
	if err != nil {
		return Row{}, err
	}
	values, _ := decoded.([]any)
	if len(values) != len(l.names) {
		return Row{}, newRowError(line, "", fmt.Sprintf("%d values, but Schema has %d columns", len(values), len(l.names)))
	}
	for _, name := range l.ignored {
		d.objects.notes.ignore(name, 1)
	}
	for i, column := range l.columns {
		if column == intune.None {
			continue
		}
		cell, ok := textOf(values[i])
		if !ok {
			return Row{}, newRowError(line, l.names[i], "neither a string nor a number")
		}
		l.cells[column].Text = cell
	}
	return intuneRow(line, &l.cells, d.objects.options)
}

// layout returns the layout of the answer's rows, nil if it has no Schema. It looks ahead if none was read so far.
func (d *document) layout() (*layout, error) {
	if d.answer.layout == nil {
		if !d.answers.ahead {
			layouts, err := d.schemas()
			if err != nil {
				return nil, err
			}
			d.answers.layouts, d.answers.ahead = layouts, true
		}
		if n := d.answers.begun - 1; n < len(d.answers.layouts) {
			d.answer.layout = d.answers.layouts[n]
		}
	}
	return d.answer.layout, nil
}

// schemasOf returns the layouts of all top-level values of a document, nil for one without a Schema.
func schemasOf(text io.Reader, options Options) ([]*layout, error) {
	d := newDocument(text, &objects{options: options, notes: new(notes)}, nil)
	for {
		_, _, err := d.element()
		if errors.Is(err, io.EOF) {
			return d.answers.layouts, nil
		}
		if row := (*RowError)(nil); err != nil && !errors.As(err, &row) {
			return nil, err
		}
	}
}
