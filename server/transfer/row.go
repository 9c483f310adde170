// Package transfer moves device statuses between files and a store: it reads them in every form people have them in, imports
// them, and exports them. It does not depend on an engine or on the command line.
package transfer

import (
	"fmt"
	"strings"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/transfer/dates"
	"installstatus/server/transfer/intune"
)

// Row is one device status in a file.
type Row struct {
	Line int    // first line of the row, from 1
	App  string // never "", like ID
	status.Imported
	UnknownDetail string // see intune.Row

	fromIntune bool
	appColumn  string // the name of the column that holds the app
	translated string // see intune.Row.Translated
}

// RowError reports that a row cannot be imported. The rows after it can still be read.
type RowError struct {
	Origin   Origin
	Line     int
	Pointer  string // of the row in a JSON document, or "" if each row has its own lines
	Problems []Problem
	NoApp    bool // the only problem is that neither the row nor the caller names an app

	isAnswer bool // the row is an object with an array of rows
}

// Problem describes one problem of a row. It does not repeat the value, which may be personal data.
type Problem struct {
	Column    string // as the file names it; "" for the whole row
	Reason    string
	OtherDate bool // it may be a date in a format that Options.Dates can name
	NoState   bool // the row has no state, which Options.State can give
}

func (e *RowError) Error() string {
	var problems []string
	for _, p := range e.Problems {
		problems = append(problems, strings.TrimPrefix(e.column(p)+": "+p.Reason, ": "))
	}
	return fmt.Sprintf("line %d: %s", e.Line, strings.Join(problems, "; "))
}

func newRowError(line int, column, reason string) *RowError {
	return &RowError{Line: line, Problems: []Problem{newProblem(column, reason)}}
}

// replace replaces the reasons of the problems in a column.
func (e *RowError) replace(column string, by dates.Problem) {
	for i, p := range e.Problems {
		if p.Column == column {
			e.Problems[i] = Problem{Column: column, Reason: OneLine(by.Reason), OtherDate: by.OtherFormat}
		}
	}
}

// column returns the column of a problem, with the pointer of the row if rows can share a line.
func (e *RowError) column(p Problem) string {
	if e.Pointer == "" {
		return p.Column
	}
	return strings.TrimSuffix(e.Pointer+"/"+p.Column, "/")
}

// newProblem escapes control characters and cuts what is too long, since names come from the file and each problem is printed
// on one line.
func newProblem(column, reason string) Problem {
	return Problem{Column: OneLine(clip(column)), Reason: OneLine(clip(reason))}
}

// clip cuts a text that is too long to be read.
func clip(text string) string {
	const longest = 500
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "…"
}

// noState is the problem of a row of a report without a state.
const noState = "no AppInstallState, InstallState or, in English, AppInstallState_loc; one of them is required"

// intuneRow reads a row of a report or an entity. The row still needs complete.
func intuneRow(line int, cells *intune.Cells, options Options) (Row, error) {
	read, problems := intune.Read(cells, intune.Options{Dates: options.Dates, NoBlankState: options.State != ""})
	if err := rowError(line, &read, problems, cells, options); err != nil {
		return Row{}, err
	}
	row := Row{Line: line, App: read.App, UnknownDetail: read.UnknownDetail, fromIntune: true, appColumn: read.AppColumn, translated: read.Translated}
	row.ID, row.User, row.Patch = read.ID, read.User, read.Patch
	if read.NoState {
		row.State = options.State
	}
	return row, nil
}

// rowError returns a *RowError with the problems of a row, or nil.
func rowError(line int, row *intune.Row, problems []intune.Problem, cells *intune.Cells, options Options) error {
	var found []Problem
	for _, p := range problems {
		found = append(found, Problem{Column: p.Column, Reason: p.Reason, OtherDate: p.OtherDate})
	}
	if row.ID != "" && !api.IsID(row.ID) {
		found = append(found, Problem{Column: cells[intune.ID].Name, Reason: notAnID})
	}
	if row.User != nil && *row.User != "" && !api.IsID(*row.User) {
		found = append(found, Problem{Column: cells[intune.UserStatusID].Name, Reason: notAnID})
	}
	if row.NoState && options.State == "" {
		found = append(found, Problem{Reason: noState, NoState: true})
	}
	if found == nil {
		return nil
	}
	return &RowError{Line: line, Problems: found}
}

const notAnID = "not a valid id"

// canonicalApp makes the app canonical. It also changes ids that were derived from the app, as an earlier version exported them, so that
// the row is still the one that an import without ids meets.
func (r *Row) canonicalApp() {
	app := status.CanonicalApp(r.App)
	if app == r.App {
		return
	}
	old := status.Row{Status: r.Patch.To}
	old.ID = r.ID
	if r.User != nil {
		old.User = *r.User
	}
	id, user := status.Moved(old, r.App, app)
	r.App, r.ID, r.Patch.To.ID = app, id, id
	if r.User != nil {
		r.User = &user
	}
}

// complete fills in the row's app and id. If app is not "", it is the app of rows that name none, and rows must not name another.
func complete(row Row, app string) (Row, error) {
	row.canonicalApp()
	app = status.CanonicalApp(app)
	switch {
	case row.App == "" && app == "":
		err := newRowError(row.Line, "", "no app")
		err.NoApp = true
		return Row{}, err
	case row.App == "", row.fromIntune && strings.EqualFold(row.App, app): // Intune's ids are GUIDs
		row.App = app
	case app != "" && row.App != app:
		return Row{}, newRowError(row.Line, row.appColumn, "not the app of this import")
	case !api.IsID(row.App):
		return Row{}, newRowError(row.Line, row.appColumn, notAnID)
	}
	if row.ID == "" {
		device := strings.TrimSpace(row.Patch.To.DeviceID.Value)
		if device == "" {
			return Row{}, newRowError(row.Line, "", "neither id nor deviceId; one of them is required")
		}
		row.ID, row.Derived = status.DeviceStatusID(row.App, device), true
	}
	return row, nil
}
