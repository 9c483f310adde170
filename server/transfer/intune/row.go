// Package intune translates rows of Intune's report DeviceInstallStatusByApp into the API's terms. It does no I/O.
package intune

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"installstatus/api/status"
	"installstatus/server/transfer/dates"
)

// The columns that are read. Columns that end in _loc contain translated texts and are never read. ApplicationId, InstallState,
// InstallStateDetail and ErrorCode are not documented, but exported if no columns are selected. InstallState and
// InstallStateDetail always contain codes. AppInstallState and AppInstallStateDetails contain the same codes, or texts if the
// export used localizationType ReplaceLocalizableValues.
const (
	DeviceID               = "DeviceId"
	ApplicationID          = "ApplicationId"
	deviceName             = "DeviceName"
	userName               = "UserName"
	userPrincipalName      = "UserPrincipalName"
	platform               = "Platform"
	appVersion             = "AppVersion"
	lastModifiedDateTime   = "LastModifiedDateTime"
	installState           = "InstallState"
	appInstallState        = "AppInstallState"
	installStateDetail     = "InstallStateDetail"
	appInstallStateDetails = "AppInstallStateDetails"
	hexErrorCode           = "HexErrorCode"
	errorCode              = "ErrorCode"
)

// Reads reports whether a column is read. Names are case-sensitive.
func Reads(column string) bool {
	switch column {
	case DeviceID, ApplicationID, deviceName, userName, userPrincipalName, platform, appVersion, lastModifiedDateTime,
		installState, appInstallState, installStateDetail, appInstallStateDetails, hexErrorCode, errorCode:
		return true
	}
	return false
}

// Skips reports whether a column is known from Intune's report but has no counterpart in a status.
func Skips(column string) bool {
	return strings.HasSuffix(column, "_loc") || column == "AssignmentFilterIdsExist" || column == "UserId"
}

// Row is a row of the report.
type Row struct {
	App   string       // "" if the report has no ApplicationId
	Patch status.Patch // sets the properties in the columns and keeps the others; its DeviceID is never blank
	// UnknownDetail is the code of an install state detail that the API does not define, or "". The row is imported without a
	// detail, since such codes are common in exports (-1 for each app that is not applicable).
	UnknownDetail string
}

// Problem describes why a row is invalid. It does not repeat the cell, which may be personal data.
type Problem struct {
	Column, Reason string
	OtherDate      bool // it may be a date in a format that dates.Dates can name
}

// Read reads a row. cell returns the text in a column and whether the file has the column. The row is valid if there are no
// problems.
func Read(cell func(column string) (text string, ok bool), dates dates.Dates) (Row, []Problem) {
	r := reader{cell: cell}
	var row Row
	if _, device, _ := r.first(DeviceID); device == "" {
		r.problem(DeviceID, "missing; each row needs a device")
	}
	if _, app, ok := r.first(ApplicationID); ok {
		row.App = app
	}
	to := new(status.Status)
	r.text(&to.DeviceID, "deviceId", DeviceID)
	r.text(&to.DeviceName, "deviceName", deviceName)
	r.text(&to.UserName, "userName", userName)
	r.text(&to.UserPrincipalName, "userPrincipalName", userPrincipalName)
	r.text(&to.OSDescription, "osDescription", platform)
	r.text(&to.DisplayVersion, "displayVersion", appVersion)
	r.date(&to.LastSyncDateTime, dates)
	if read(&r, &to.InstallState, "installState", parseState, installState, appInstallState) {
		to.MobileAppInstallStatusValue = to.InstallState
		r.given = append(r.given, "mobileAppInstallStatusValue")
	}
	read(&r, &to.ErrorCode, "errorCode", parseErrorCode, hexErrorCode, errorCode)
	var known detail
	read(&r, &known, "installStateDetail", parseDetail, installStateDetail, appInstallStateDetails)
	to.InstallStateDetail, row.UnknownDetail = known.member, known.unknown
	row.Patch = status.PatchOf(*to, r.given...)
	return row, r.problems
}

// reader reads the cells of one row.
type reader struct {
	cell     func(string) (string, bool)
	given    []string // the properties that the row sets
	problems []Problem
}

func (r *reader) problem(column, reason string) {
	r.problems = append(r.problems, Problem{Column: column, Reason: reason})
}

// text reads a string property. An empty cell is null.
func (r *reader) text(to *status.Text, property, column string) {
	text, ok := r.cell(column)
	if !ok {
		return
	}
	r.given = append(r.given, property)
	if text != "" {
		*to = status.TextOf(text)
	}
	switch {
	case strings.IndexByte(text, 0) >= 0:
		r.problem(column, "contains U+0000, which is not allowed")
	case len(text) > status.MaxText && utf8.RuneCountInString(text) > status.MaxText:
		r.problem(column, fmt.Sprintf("longer than %d characters", status.MaxText))
	}
}

// first returns the first cell with a text. If there is none, it returns the first of the columns that the file has.
func (r *reader) first(columns ...string) (column, text string, ok bool) {
	for _, c := range columns {
		if found, has := r.cell(c); has {
			if found = strings.TrimSpace(found); found != "" || !ok {
				column, text, ok = c, found, true
			}
			if found != "" {
				break
			}
		}
	}
	return column, text, ok
}

// read parses the first of the columns that the file has into a property, and reports whether it has one. parse also handles an
// empty cell.
func read[T any](r *reader, to *T, property string, parse func(string) (T, string), columns ...string) bool {
	column, text, ok := r.first(columns...)
	if !ok {
		return false
	}
	r.given = append(r.given, property)
	value, reason := parse(text)
	if reason != "" {
		r.problem(column, reason)
	}
	*to = value
	return true
}
