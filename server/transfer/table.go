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
	"installstatus/server/csv"
	"installstatus/server/intune"
	"installstatus/server/oneline"
)

// table reads rows of CSV. Its header says whose columns they are: Intune's, or those that Writer writes.
type table struct {
	records  *csv.Reader
	header   []string
	at       map[string]int    // where a column that is read is
	entities *api.EntityReader // nil for Intune's columns
	ignored  []string
}

func newTable(text *bufio.Reader, entities func() (*api.EntityReader, error)) (*table, error) {
	if start, _ := text.Peek(len("#TYPE ")); string(start) == "#TYPE " {
		if _, err := text.ReadSlice('\n'); err != nil { // Export-Csv of Windows PowerShell writes such a line before the header
			return nil, errors.New("it has no header")
		}
	}
	t := &table{records: csv.NewReader(text, separatorOf(text)), at: make(map[string]int)}
	cells, line, err := t.records.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it has no header")
	}
	if err != nil {
		return nil, err
	}
	for _, cell := range cells {
		if !cell.Quoted && strings.Contains(cell.Text, "\r") { // old Macs end lines so: all of the file would be the header
			return nil, fmt.Errorf("line %d: the header has a CR that no LF follows; save the file with lines that end in LF or CR LF", line)
		}
		t.header = append(t.header, strings.TrimSpace(cell.Text))
	}
	reads := intune.Reads
	if !slices.Contains(t.header, intune.DeviceID) {
		if !slices.Contains(t.header, "id") {
			return nil, fmt.Errorf("line %d: the header has neither DeviceId, as Intune's report DeviceInstallStatusByApp has, "+
				"nor id, as an export of this program", line)
		}
		reads = func(column string) bool { return columnNamed(column) != nil }
		if t.entities, err = entities(); err != nil {
			return nil, err
		}
	}
	for i, name := range t.header {
		if !reads(name) {
			if !intune.Skips(name) {
				t.ignored = append(t.ignored, oneline.Of(name))
			}
			continue
		}
		if _, twice := t.at[name]; twice {
			return nil, fmt.Errorf("line %d: the header has the column %s twice", line, name)
		}
		t.at[name] = i
	}
	return t, nil
}

// separatorOf is the separator of the first line: a comma, or what Excel writes in some countries or as Unicode text.
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

// Next implements rowReader.
func (t *table) Next() (Row, error) {
	cells, line, err := t.records.Read()
	if syntax := (*csv.SyntaxError)(nil); errors.As(err, &syntax) && !syntax.Fatal {
		return Row{}, refuse(line, t.nameOf(syntax.Cell), syntax.Reason)
	}
	if err != nil {
		return Row{}, err
	}
	if len(cells) != len(t.header) {
		return Row{}, refuse(line, "", fmt.Sprintf("%d cells, where the header has %d", len(cells), len(t.header)))
	}
	if t.entities == nil {
		return rowOfIntune(line, func(column string) (text string, there bool) {
			i, there := t.at[column]
			if there {
				text = cells[i].Text
			}
			return text, there
		})
	}
	members := make(map[string]any, len(t.at))
	for name, i := range t.at {
		if value, given := columnNamed(name).read(cells[i]); given {
			members[name] = value
		}
	}
	return rowOfEntity(line, members, nil, t.entities)
}

// pointer implements rowReader.
func (*table) pointer() string { return "" }

func (t *table) nameOf(cell int) string {
	if cell < len(t.header) {
		return t.header[cell]
	}
	return ""
}

// read is the value of a cell as contract.Decode would give it; an empty cell gives none, or null. For a property of an entity
// both are the same.
func (c *column) read(cell csv.Cell) (value any, given bool) {
	switch {
	case cell.Text == "" && !cell.Quoted:
		return nil, c.emptyIsNull
	case c.number && json.Valid([]byte(cell.Text)):
		return json.Number(cell.Text), true
	default:
		return cell.Text, true
	}
}
