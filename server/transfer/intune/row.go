// Package intune translates rows of Intune's reports, and entities as PowerShell writes them, into the API's terms. It does no I/O.
package intune

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/transfer/dates"
)

// Row is a row of a report, or an entity.
type Row struct {
	App       string       // "" if the row names none
	AppColumn string       // the name of the column with the app
	ID        string       // "" unless it is an entity with one
	User      *string      // see status.Imported
	Patch     status.Patch // of a report, sets the properties in the columns and keeps the others; of an entity, sets all
	NoState   bool         // the row has a device and says no state; Patch keeps the stored one
	// Translated is the name of the column with English texts that gave the state, since none has its code, or "".
	Translated string
	// UnknownDetail is the code of an install state detail that the API does not define, or "". The row is imported without a
	// detail, since such codes are common in exports (-1 for each app that is not applicable).
	UnknownDetail string
}

// Problem describes why a row is invalid. It does not repeat the cell, which may be personal data.
type Problem struct {
	Column, Reason string
	OtherDate      bool // it may be a date in a format that dates.Dates can name
}

// Options say how rows are read.
type Options struct {
	Dates        dates.Dates
	NoBlankState bool // a row of a report whose state is blank says no state; else it says that the state is unknown
}

// Read reads a row. It is valid if there are no problems. Of several columns for the same property, those with a text must agree.
func Read(cells *Cells, options Options) (Row, []Problem) {
	r := reader{cells: cells, given: make([]string, 0, len(status.Properties))}
	var row Row
	isEntity := cells.IsEntity()
	if cells.has(ID) {
		row.ID = cells[ID].Text
	}
	if device := strings.TrimSpace(cells[DeviceID].Text); device == "" && !isEntity {
		r.problem(r.nameOf(DeviceID), "missing; each row needs a device")
	}
	r.app(&row)
	if cells.has(UserStatusID) {
		user := cells[UserStatusID].Text
		row.User = &user
	}
	to := new(status.Status)
	r.text(&to.DeviceID, DeviceID)
	r.text(&to.DeviceName, DeviceName)
	r.text(&to.UserName, UserName)
	r.text(&to.UserPrincipalName, UserPrincipalName)
	r.text(&to.OSVersion, OSVersion)
	r.text(&to.OSDescription, OSDescription, Platform)
	r.text(&to.DisplayVersion, DisplayVersion, AppVersion)
	r.date(&to.LastSyncDateTime, options.Dates)
	if isEntity {
		r.entityStates(to, &row.Translated)
		row.NoState = cells.has(DeviceID) && !cells.giveState()
	} else {
		row.NoState = !r.reportState(to, options.NoBlankState, &row.Translated)
	}
	read(&r, &to.ErrorCode, "errorCode", parseErrorCode, same[int32], HexErrorCode, ErrorCode)
	var known detail
	read(&r, &known, "installStateDetail", parseDetail, same[detail], InstallStateDetail, AppInstallStateDetails)
	to.InstallStateDetail, row.UnknownDetail = known.member, known.unknown
	row.Patch = status.PatchOf(*to, r.given...)
	if isEntity {
		row.Patch = row.Patch.Apply(status.New(row.ID)).Whole()
		if row.NoState {
			row.Patch.Given &^= states
		}
	}
	return row, r.problems
}

// states are the properties with the state.
var states = status.PatchOf(status.Status{}, "installState", mobileAppInstallStatusValue).Given

// reader reads the cells of one row.
type reader struct {
	cells    *Cells
	given    []string // the properties that the row sets
	problems []Problem
}

func (r *reader) problem(column, reason string) {
	r.problems = append(r.problems, Problem{Column: column, Reason: reason})
}

// nameOf returns the name of a column, which the row may lack.
func (r *reader) nameOf(column Column) string {
	if name := r.cells[column].Name; name != "" {
		return name
	}
	return column.String()
}

// app reads the app that the row names. Case does not matter, since Intune's ids are GUIDs.
func (r *reader) app(row *Row) {
	for _, column := range [...]Column{ApplicationID, MobileAppID} {
		switch app := strings.TrimSpace(r.cells[column].Text); {
		case app == "":
		case row.App == "":
			row.App, row.AppColumn = app, r.cells[column].Name
		case !strings.EqualFold(row.App, app):
			r.disagree(r.cells[column].Name, row.AppColumn)
		}
	}
}

func (r *reader) disagree(column, with string) {
	r.problem(column, "contradicts "+with+", which gives the same property; remove one of the two columns")
}

// text reads a string property. An empty cell is null.
func (r *reader) text(to *status.Text, columns ...Column) {
	var from string
	for _, column := range columns {
		if !r.cells.has(column) {
			continue
		}
		if from == "" {
			r.given = append(r.given, columns[0].Member())
			from = r.cells[column].Name
		}
		text := r.cells[column].Text
		switch {
		case text == "":
			continue
		case strings.IndexByte(text, 0) >= 0:
			r.problem(r.cells[column].Name, "contains U+0000, which is not allowed")
		case len(text) > status.MaxText && utf8.RuneCountInString(text) > status.MaxText:
			r.problem(r.cells[column].Name, fmt.Sprintf("longer than %d characters", status.MaxText))
		case *to != status.Text{} && to.Value != text:
			r.disagree(r.cells[column].Name, from)
		default:
			*to, from = status.TextOf(text), r.cells[column].Name
		}
	}
}

// read reads a property from the columns that the row has, and reports whether it has one. Those with a text must agree. parse
// also handles an empty cell.
func read[T any](r *reader, to *T, property string, parse func(string) (T, string), same func(T, T) bool, columns ...Column) (found bool) {
	var from string // the name of the column that gave the value
	for _, column := range columns {
		if !r.cells.has(column) {
			continue
		}
		if !found {
			found = true
			r.given = append(r.given, property)
			*to, _ = parse("")
		}
		text := strings.TrimSpace(r.cells[column].Text)
		if text == "" {
			continue
		}
		switch value, reason := parse(text); {
		case reason == translated && from != "": // beside a column with the code
		case reason != "":
			r.problem(r.cells[column].Name, reason)
		case from != "" && !same(*to, value):
			r.disagree(r.cells[column].Name, from)
		case from == "":
			*to, from = value, r.cells[column].Name
		}
	}
	return found
}

func same[T comparable](a, b T) bool { return a == b }

// date reads when the device last synced. An empty cell means that it never did.
func (r *reader) date(to *query.DateTime, dates dates.Dates) {
	var other bool
	before := len(r.problems)
	read(r, to, "lastSyncDateTime", func(text string) (query.DateTime, string) {
		if text == "" {
			return status.NeverSynced, ""
		}
		at, problem := dates.Read(text)
		if problem == nil {
			return at, ""
		}
		other = problem.OtherFormat
		return at, problem.Reason
	}, func(a, b query.DateTime) bool { return a.Instant() == b.Instant() }, LastSyncDateTime, LastModifiedDateTime)
	for i := range r.problems[before:] {
		r.problems[before+i].OtherDate = other
	}
}
