package transfer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"installstatus/api"
	"installstatus/api/query"
	"installstatus/server/transfer/csv"
	"installstatus/server/transfer/dates"
	"installstatus/server/transfer/intune"
)

// table reads rows from CSV with the columns of Intune's report or of an export.
type table struct {
	records  *csv.Reader
	header   []string
	index    map[string]int    // of each column that is read
	entities *api.EntityReader // nil for Intune's columns
	dates    dates.Dates
	ignored  []string
}

// errNotAReport means that a text is neither JSON nor CSV that can be imported.
var errNotAReport = errors.New("the header has neither DeviceId (Intune's report DeviceInstallStatusByApp) nor id (an export of this program)")

func newTable(text *bufio.Reader, dates dates.Dates) (*table, error) {
	records, err := newRecords(text)
	if err != nil {
		return nil, err
	}
	t := &table{records: records, dates: dates, index: make(map[string]int)}
	cells, line, err := t.records.Read()
	if err != nil {
		return nil, err
	}
	for _, cell := range cells {
		if !cell.Quoted && strings.Contains(cell.Text, "\r") { // from an old Mac: the whole file would be the header
			return nil, fmt.Errorf("line %d: the header contains a CR without LF; save the file with LF or CR LF line endings", line)
		}
		t.header = append(t.header, strings.TrimSpace(cell.Text))
	}
	for len(t.header) > 0 && t.header[len(t.header)-1] == "" { // Excel keeps columns that were used once
		t.header = t.header[:len(t.header)-1]
	}
	reads := intune.Reads
	if !slices.Contains(t.header, intune.DeviceID) {
		if !slices.Contains(t.header, "id") {
			return nil, fmt.Errorf("line %d: %w", line, errNotAReport)
		}
		reads = func(column string) bool { return columnNamed(column) != nil }
		if t.entities, err = api.NewEntityReader(); err != nil {
			return nil, err
		}
	}
	for i, name := range t.header {
		if !reads(name) {
			if name == "" {
				name = fmt.Sprintf("the one without a name (number %d)", i+1)
			}
			if !intune.Skips(name) {
				t.ignored = append(t.ignored, OneLine(name))
			}
			continue
		}
		if _, twice := t.index[name]; twice {
			return nil, fmt.Errorf("line %d: the header has the column %s twice", line, name)
		}
		t.index[name] = i
	}
	return t, nil
}

// next implements formatReader.
func (t *table) next() (Row, error) {
	cells, line, err := t.records.Read()
	for err == nil && isBlank(cells) {
		cells, line, err = t.records.Read()
	}
	if syntax := (*csv.SyntaxError)(nil); errors.As(err, &syntax) && !syntax.Fatal {
		return Row{}, newRowError(line, t.columnName(syntax.Cell), syntax.Reason)
	}
	if err != nil {
		return Row{}, err
	}
	if len(cells) < len(t.header) || !isBlank(cells[len(t.header):]) {
		return Row{}, newRowError(line, "", fmt.Sprintf("%d cells, but the header has %d", len(cells), len(t.header)))
	}
	if t.entities == nil {
		return intuneRow(line, func(column string) (text string, ok bool) {
			i, ok := t.index[column]
			if ok {
				text = cells[i].Text
			}
			return text, ok
		}, t.dates)
	}
	return t.entity(line, cells)
}

// entity reads a row with the columns of an export.
func (t *table) entity(line int, cells []csv.Cell) (Row, error) {
	members := make(map[string]any, len(t.index))
	for name, i := range t.index {
		if value, ok := columnNamed(name).read(cells[i]); ok {
			members[name] = value
		}
	}
	problem := t.readDate(members)
	row, err := entityRow(line, members, nil, t.entities)
	if rowError := (*RowError)(nil); problem != nil && errors.As(err, &rowError) {
		rowError.replace(dateColumn, *problem)
	}
	return row, err
}

// dateColumn is the column of an export that contains dates.
const dateColumn = "lastSyncDateTime"

// readDate reads the date of a row that another program has saved again. One in an export stays as it is.
func (t *table) readDate(members map[string]any) *dates.Problem {
	text, isText := members[dateColumn].(string)
	if !isText || query.CheckDateTime(text) == nil {
		return nil
	}
	at, problem := t.dates.Read(text)
	if problem == nil {
		members[dateColumn] = at.String()
	}
	return problem
}

// isBlank reports whether cells contain nothing, as in the rows that Excel writes below and beside a table.
func isBlank(cells []csv.Cell) bool {
	return !slices.ContainsFunc(cells, func(c csv.Cell) bool { return strings.TrimSpace(c.Text) != "" })
}

// pointer implements formatReader.
func (*table) pointer() string { return "" }

func (t *table) columnName(cell int) string {
	if cell < len(t.header) {
		return t.header[cell]
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
