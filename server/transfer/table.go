package transfer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"installstatus/api"
	"installstatus/server/transfer/csv"
	"installstatus/server/transfer/intune"
)

// table reads rows from CSV with the columns of Intune's report, of an export, or of entities in PascalCase.
type table struct {
	records  *csv.Reader
	layout   *layout
	entities *api.EntityReader // nil unless it is an export
	options  Options
	rows     int
	forExcel bool // an export may have apostrophes before what looks like a formula
}

func newTable(text *bufio.Reader, options Options) (*table, error) {
	records, err := newRecords(text)
	if err != nil {
		return nil, err
	}
	cells, line, err := records.Read()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, cell := range cells {
		if !cell.Quoted && strings.Contains(cell.Text, "\r") { // from an old Mac: the whole file would be the header
			return nil, fmt.Errorf("line %d: the header contains a CR without LF; save the file with LF or CR LF line endings", line)
		}
		names = append(names, strings.TrimSpace(cell.Text))
	}
	for len(names) > 0 && names[len(names)-1] == "" { // Excel keeps columns that were used once
		names = names[:len(names)-1]
	}
	t := &table{records: records, options: options}
	if t.layout, err = newLayout(names, options); err != nil {
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	if t.layout.export {
		t.entities, err = api.NewEntityReader()
	}
	return t, err
}

// next implements formatReader.
func (t *table) next() (Row, error) {
	cells, line, err := t.records.Read()
	for err == nil && (isBlank(cells) || t.isHeader(cells)) {
		cells, line, err = t.records.Read()
	}
	if syntax := (*csv.SyntaxError)(nil); errors.As(err, &syntax) && !syntax.Fatal {
		t.rows++
		return Row{}, newRowError(line, t.columnName(syntax.Cell), syntax.Reason)
	}
	if err != nil {
		return Row{}, err
	}
	t.rows++
	if len(cells) < len(t.layout.names) || !isBlank(cells[len(t.layout.names):]) {
		return Row{}, newRowError(line, "", fmt.Sprintf("%d cells, but the header has %d", len(cells), len(t.layout.names)))
	}
	if t.entities != nil {
		return t.entity(line, cells)
	}
	for i, column := range t.layout.columns {
		if column != intune.None {
			t.layout.cells[column].Text = cells[i].Text
		}
	}
	return intuneRow(line, &t.layout.cells, t.options)
}

// note implements formatReader.
func (t *table) note(to *notes) {
	for _, name := range t.layout.ignored {
		to.ignore(name, t.rows)
	}
}

// entity reads a row with the columns of an export.
func (t *table) entity(line int, cells []csv.Cell) (Row, error) {
	members := make(map[string]any, len(t.layout.names))
	for i, name := range t.layout.names {
		if c := columnNamed(name); c != nil {
			if t.forExcel {
				cells[i].Text = csv.Unharmed(cells[i].Text)
			}
			if value, ok := c.read(cells[i]); ok {
				members[name] = value
			}
		}
	}
	return entityRow(line, members, nil, t.entities, t.options.Dates)
}

// isHeader reports whether cells repeat the header, as in files that were joined.
func (t *table) isHeader(cells []csv.Cell) bool {
	if len(cells) < len(t.layout.names) || !isBlank(cells[len(t.layout.names):]) {
		return false
	}
	for i, name := range t.layout.names {
		if strings.TrimSpace(strings.TrimPrefix(cells[i].Text, "\ufeff")) != name {
			return false
		}
	}
	return true
}

// isBlank reports whether cells contain nothing, as in the rows that Excel writes below and beside a table.
func isBlank(cells []csv.Cell) bool {
	return !slices.ContainsFunc(cells, func(c csv.Cell) bool { return strings.TrimSpace(c.Text) != "" })
}

// pointer implements formatReader.
func (*table) pointer() string { return "" }

func (t *table) columnName(cell int) string {
	if cell < len(t.layout.names) {
		return t.layout.names[cell]
	}
	return ""
}

// read returns the value of a cell as contract.Decode would return it. An empty cell is null or, if ok is false, no value at all;
// for a property of an entity, these are the same.
func (c *column) read(cell csv.Cell) (value any, ok bool) {
	switch {
	case cell.Text == "" && !cell.Quoted:
		return nil, c.emptyIsNull
	case c.number && json.Valid([]byte(cell.Text)):
		return json.Number(cell.Text), true
	default:
		return cell.Text, true
	}
}
