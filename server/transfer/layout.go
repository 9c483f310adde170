package transfer

import (
	"errors"
	"fmt"

	"installstatus/server/transfer/intune"
)

// layout says what the columns of a table mean, from their names.
type layout struct {
	names   []string
	columns []intune.Column // by place
	ignored []string        // names of columns that are not read
	export  bool            // of an export, which is read as the API reads entities

	cells intune.Cells // of one row after the other; the names stay
}

var (
	// errNotAReport means that a text is neither JSON nor CSV that can be imported.
	errNotAReport = errors.New("the header has neither DeviceId (Intune's report DeviceInstallStatusByApp) nor id (an export of this program)")
	// ErrNoState means that a table of devices has no column with the state, and that Options.State is not set.
	ErrNoState = errors.New("the header has DeviceId but no column with the state: AppInstallState or InstallState with codes or English texts, or AppInstallState_loc in English")
)

// newLayout returns the layout of a table. Names are matched as intune.ColumnOf does. A row is an entity if the table has a column
// that only entities have. It is read as the API reads it if all columns are spelled as the API spells them.
func newLayout(names []string, options Options) (*layout, error) {
	l := &layout{names: names, columns: make([]intune.Column, len(names)), export: true}
	hasState := false
	first := make(map[string]bool, len(names))
	for i, name := range names {
		column := intune.ColumnOf(name)
		l.columns[i] = column
		if isExported := columnNamed(name) != nil; column == intune.None && !isExported {
			continue
		} else if first[name] || column != intune.None && l.cells[column].Name != "" {
			return nil, duplicateName(name, column, &l.cells)
		} else if first[name] = true; !isExported {
			l.export = false
		}
		if column != intune.None {
			l.cells[column].Name = OneLine(name)
			hasState = hasState || column.GivesState()
		}
	}
	hasDevice := l.cells[intune.DeviceID].Name != ""
	switch {
	case !hasDevice && l.cells[intune.ID].Name == "":
		return nil, errNotAReport
	case hasDevice && !hasState && options.State == "":
		return nil, ErrNoState
	}
	l.export = l.export && l.cells.IsEntity() && (hasState || !hasDevice)
	for i, name := range names {
		if l.columns[i] != intune.None || l.export && columnNamed(name) != nil || l.cells.Repeat(name) {
			continue
		}
		if name == "" {
			name = fmt.Sprintf("the one without a name (number %d)", i+1)
		}
		l.ignored = append(l.ignored, name)
	}
	return l, nil
}

func duplicateName(name string, column intune.Column, cells *intune.Cells) error {
	name = OneLine(name)
	if column == intune.None || cells[column].Name == name {
		return fmt.Errorf("the header has the column %s twice", name)
	}
	return fmt.Errorf("the header has the column %s twice, also as %s", cells[column].Name, name)
}
