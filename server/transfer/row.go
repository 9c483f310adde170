// Package transfer reads device statuses from files, in all the forms that people have them in, and writes them to files. It
// knows no store and no command.
package transfer

import (
	"fmt"
	"strings"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/intune"
	"installstatus/server/oneline"
)

// Row is what a file says of one device status.
type Row struct {
	Line int    // where it begins, from 1
	App  string // never "", nor is ID
	status.Imported
	UnknownDetail string // as in intune.Row

	fromIntune bool
}

// Refused is the error of a row that can't be taken. Those behind it can.
type Refused struct {
	Line     int
	Problems []Problem
	NoApp    bool // the problem is that nothing names the row's app, which whoever reads the file can do for all rows
}

// Problem is one reason. It repeats no value, which may be personal.
type Problem struct {
	Column string // its name in the file, or a JSON pointer where rows share lines; "" for the row as a whole
	Reason string
}

func (e *Refused) Error() string {
	var problems []string
	for _, p := range e.Problems {
		problems = append(problems, strings.TrimPrefix(p.Column+": "+p.Reason, ": "))
	}
	return fmt.Sprintf("line %d: %s", e.Line, strings.Join(problems, "; "))
}

func refuse(line int, column, reason string) *Refused {
	return &Refused{Line: line, Problems: []Problem{problem(column, reason)}}
}

// within puts the JSON pointer of the row before its columns, unless it is "".
func (e *Refused) within(pointer string) {
	if pointer == "" {
		return
	}
	for i, p := range e.Problems {
		e.Problems[i].Column = strings.TrimSuffix(pointer+"/"+p.Column, "/")
	}
}

// problem is one line, whatever the names in the file are.
func problem(column, reason string) Problem {
	return Problem{Column: oneline.Of(column), Reason: oneline.Of(reason)}
}

// rowOfIntune is a row of Intune's report, but for its app and its id, which placed knows how to find.
func rowOfIntune(line int, cell func(column string) (text string, there bool)) (Row, error) {
	read, problems := intune.Read(cell)
	if len(problems) > 0 {
		refused := &Refused{Line: line}
		for _, p := range problems {
			refused.Problems = append(refused.Problems, Problem(p))
		}
		return Row{}, refused
	}
	row := Row{Line: line, App: read.App, UnknownDetail: read.UnknownDetail, fromIntune: true}
	row.Patch = read.Patch
	return row, nil
}

// appColumn is what the app's column is called.
func (r Row) appColumn() string {
	if r.fromIntune {
		return intune.ApplicationID
	}
	return api.MemberApp
}

// placed finds the app and the id of a row. The app is that of the caller, "" for none; a row may name no other.
func placed(row Row, app string) (Row, error) {
	switch {
	case row.App == "" && app == "":
		refused := refuse(row.Line, "", "it names no app")
		refused.NoApp = true
		return Row{}, refused
	case row.App == "", row.fromIntune && strings.EqualFold(row.App, app): // Intune's ids are GUIDs
		row.App = app
	case app != "" && row.App != app:
		return Row{}, refuse(row.Line, row.appColumn(), "another app than the one that was asked for")
	case !api.IsID(row.App):
		return Row{}, refuse(row.Line, row.appColumn(), "not an id")
	}
	if row.ID == "" {
		device := strings.TrimSpace(row.Patch.DeviceID.Value.Value)
		if device == "" {
			return Row{}, refuse(row.Line, "", "it has neither an id nor a deviceId to make one of")
		}
		row.ID = status.DeviceStatusID(row.App, device)
	}
	return row, nil
}
