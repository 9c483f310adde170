// Package intune knows how Intune writes device install statuses into the files of its report DeviceInstallStatusByApp, and
// what that means in the API's terms. It is pure: it knows no file and no store.
package intune

import (
	"strings"
	"unicode/utf8"

	"installstatus/api/status"
)

// The columns that are read. Those that end in _loc hold texts in the language of whoever exported, and are never read.
// ApplicationId, InstallState, InstallStateDetail and ErrorCode are not documented, but exported where nobody selected
// columns. InstallState and InstallStateDetail always hold codes; AppInstallState and AppInstallStateDetails hold the same
// ones, or texts if the export asked for localizationType ReplaceLocalizableValues.
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

// Reads reports whether a column is read. Names are Intune's, in its case.
func Reads(column string) bool {
	switch column {
	case DeviceID, ApplicationID, deviceName, userName, userPrincipalName, platform, appVersion, lastModifiedDateTime,
		installState, appInstallState, installStateDetail, appInstallStateDetails, hexErrorCode, errorCode:
		return true
	}
	return false
}

// Skips reports whether a column is one of Intune's that hold nothing that a status has.
func Skips(column string) bool {
	return strings.HasSuffix(column, "_loc") || column == "AssignmentFilterIdsExist" || column == "UserId"
}

// Row is what a row of the report says.
type Row struct {
	App   string       // "" where the report has no ApplicationId
	Patch status.Patch // sets what the columns say, and keeps what has none; its DeviceID is never blank
	// UnknownDetail is a code of the install state detail that Intune uses and the API has no member for, else "". It sets
	// no detail, since such codes are met in every other export (-1 for each app that is not applicable).
	UnknownDetail string
}

// Problem is why a row can't be taken. It repeats no cell, which may be personal.
type Problem struct{ Column, Reason string }

// Read reads a row. cell gives the text under a column, and whether the file has the column. The row is good if there are no
// problems.
func Read(cell func(column string) (text string, there bool)) (Row, []Problem) {
	r := reader{cell: cell}
	var row Row
	if _, device, _ := r.first(DeviceID); device == "" {
		r.problem(DeviceID, "missing; the device is what a row is about")
	}
	if _, app, there := r.first(ApplicationID); there {
		row.App = app
	}
	p := &row.Patch
	p.DeviceID = r.text(DeviceID)
	p.DeviceName = r.text(deviceName)
	p.UserName = r.text(userName)
	p.UserPrincipalName = r.text(userPrincipalName)
	p.OSDescription = r.text(platform)
	p.DisplayVersion = r.text(appVersion)
	p.LastSyncDateTime = read(&r, dateTime, lastModifiedDateTime)
	p.InstallState = read(&r, parseState, installState, appInstallState)
	p.MobileAppInstallStatusValue = p.InstallState
	p.ErrorCode = read(&r, parseErrorCode, hexErrorCode, errorCode)
	detail := read(&r, parseDetail, installStateDetail, appInstallStateDetails)
	row.UnknownDetail = detail.Value.unknown
	p.InstallStateDetail = status.Field[status.InstallStateDetail]{Value: detail.Value.member, Given: detail.Given}
	return row, r.problems
}

// reader reads the cells of one row.
type reader struct {
	cell     func(string) (string, bool)
	problems []Problem
}

func (r *reader) problem(column, reason string) {
	r.problems = append(r.problems, Problem{Column: column, Reason: reason})
}

// maxText is how many characters the API's strings may have.
const maxText = 8192

// text is a cell as a string property: an empty one is null.
func (r *reader) text(column string) status.Field[status.Text] {
	text, there := r.cell(column)
	switch {
	case !there:
		return status.Field[status.Text]{}
	case text == "":
		return status.Set(status.Text{})
	case strings.IndexByte(text, 0) >= 0:
		r.problem(column, "holds U+0000, which no string here may hold")
	case len(text) > maxText && utf8.RuneCountInString(text) > maxText:
		r.problem(column, "longer than 8192 characters")
	}
	return status.Set(status.TextOf(text))
}

// first is the cell of the first column in which there is something, of several that say the same; else of the first that is
// there.
func (r *reader) first(columns ...string) (column, text string, there bool) {
	for _, c := range columns {
		if found, has := r.cell(c); has {
			if found = strings.TrimSpace(found); found != "" || !there {
				column, text, there = c, found, true
			}
			if found != "" {
				break
			}
		}
	}
	return column, text, there
}

// read reads a property that has a meaning beside its text. parse is also asked what an empty cell means.
func read[T any](r *reader, parse func(string) (T, string), columns ...string) status.Field[T] {
	column, text, there := r.first(columns...)
	if !there {
		return status.Field[T]{}
	}
	value, reason := parse(text)
	if reason != "" {
		r.problem(column, reason)
	}
	return status.Set(value)
}
