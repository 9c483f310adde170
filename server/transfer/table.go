package transfer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"installstatus/api"
	"installstatus/server/transfer/csv"
	"installstatus/server/transfer/intune"
)

// table reads rows from CSV with the columns of Intune's report or of an export.
type table struct {
	records  *csv.Reader
	header   []string
	index    map[string]int    // of each column that is read
	entities *api.EntityReader // nil for Intune's columns
	ignored  []string
}

// errNotAReport means that a text is neither JSON nor CSV that can be imported.
var errNotAReport = errors.New("the header has neither DeviceId (Intune's report DeviceInstallStatusByApp) nor id (an export of this program)")

func newTable(text *bufio.Reader) (*table, error) {
	if start, _ := text.Peek(len("#TYPE ")); string(start) == "#TYPE " {
		if _, err := text.ReadSlice('\n'); err != nil { // written by Export-Csv of Windows PowerShell before the header
			return nil, errors.New("no header")
		}
	}
	t := &table{records: csv.NewReader(text, separatorOf(text)), index: make(map[string]int)}
	cells, line, err := t.records.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("no header")
	}
	if err != nil {
		return nil, err
	}
	for _, cell := range cells {
		if !cell.Quoted && strings.Contains(cell.Text, "\r") { // from an old Mac: the whole file would be the header
			return nil, fmt.Errorf("line %d: the header contains a CR without LF; save the file with LF or CR LF line endings", line)
		}
		t.header = append(t.header, strings.TrimSpace(cell.Text))
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

// separatorOf returns the separator that is most frequent in the first line. Excel writes semicolons in some countries, and tabs
// in its format Unicode Text.
func separatorOf(text *bufio.Reader) byte {
	head, _ := text.Peek(text.Buffered())
	line, _, _ := bytes.Cut(head, []byte("\n"))
	separator, most := byte(','), 0
	for _, candidate := range []byte{',', ';', '\t'} {
		if n := bytes.Count(line, []byte{candidate}); n > most {
			separator, most = candidate, n
		}
	}
	return separator
}

// next implements formatReader.
func (t *table) next() (Row, error) {
	cells, line, err := t.records.Read()
	if syntax := (*csv.SyntaxError)(nil); errors.As(err, &syntax) && !syntax.Fatal {
		return Row{}, newRowError(line, t.columnName(syntax.Cell), syntax.Reason)
	}
	if err != nil {
		return Row{}, err
	}
	if len(cells) != len(t.header) {
		return Row{}, newRowError(line, "", fmt.Sprintf("%d cells, but the header has %d", len(cells), len(t.header)))
	}
	if t.entities == nil {
		return intuneRow(line, func(column string) (text string, ok bool) {
			i, ok := t.index[column]
			if ok {
				text = cells[i].Text
			}
			return text, ok
		})
	}
	members := make(map[string]any, len(t.index))
	for name, i := range t.index {
		if value, ok := columnNamed(name).read(cells[i]); ok {
			members[name] = value
		}
	}
	return entityRow(line, members, nil, t.entities)
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
