// Package dates reads the dates of reports: as Intune writes them, and as other programs save them.
package dates

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"installstatus/api/query"
)

// Dates says how dates are written. The zero Dates are as Intune writes them, in UTC if they have no zone.
type Dates struct {
	Format Format         // tried first; other dates are still read if they are as Intune writes them
	Zone   *time.Location // of dates without one; nil is UTC
}

// Problem says why a text is not a date. It does not repeat the text.
type Problem struct {
	Reason      string
	OtherFormat bool // the text may be a date in a format that Dates.Format can name
}

const (
	notIntunes = "not a date in Intune's format, such as 2021-11-09 10:32:11.0000000 or 2021-11-09T10:32:11Z"
	skipped    = "clocks in the time zone skip this time; is it the time of another zone?"
	years      = "not within the years 1 to 9999 in UTC"
	digitsLost = "only minutes and seconds are left of the date, as Excel shows it; take the report as Intune exported it"
)

var (
	hasDate    = regexp.MustCompile(`\d{1,4}[\pZ./-]{1,3}(\d{1,2}|\pL{2,9}\.?)[\pZ./-]{1,3}\d{1,4}`)
	excelTime  = regexp.MustCompile(`^\d{1,2}:\d{2}[.,]\d$`)
	sinceEpoch = regexp.MustCompile(`^/Date\((-?\d{1,15})([+-]\d{4})?\)/$`) // of Windows PowerShell's ConvertTo-Json
)

// Read reads a date. The problem is nil if it is one.
func (d Dates) Read(text string) (query.DateTime, *Problem) {
	text = strings.TrimSpace(text)
	if c, reason, ok := d.Format.read(text); ok {
		if reason != "" {
			return query.DateTime{}, &Problem{Reason: reason}
		}
		return moment(c.wall(), c.digits, c.zoneOr(d.Zone))
	}
	if d.Format.isLikeIntunes() {
		return query.DateTime{}, &Problem{Reason: "not a date in the format " + d.Format.text}
	}
	if at, problem, ok := d.intunes(text); ok {
		return at, problem
	}
	return query.DateTime{}, d.problem(text)
}

// problem describes a text that is not a date.
func (d Dates) problem(text string) *Problem {
	switch {
	case excelTime.MatchString(text):
		return &Problem{Reason: digitsLost}
	case d.Format.text != "":
		return &Problem{Reason: "not a date in the format " + d.Format.text + ", nor in Intune's"}
	case hasDate.MatchString(text):
		return &Problem{Reason: notIntunes, OtherFormat: true}
	default:
		return &Problem{Reason: notIntunes + "; a program that saved the file again may have changed it"}
	}
}

// intunes reads a date as Intune and PowerShell write it: 2021-11-09 10:32:11.0000000, also with a T, without seconds, with
// fewer or no fraction digits, and with Z or an offset; or milliseconds since 1970.
func (d Dates) intunes(text string) (at query.DateTime, problem *Problem, ok bool) {
	if strings.HasPrefix(text, "/") {
		return fromPowerShell(text)
	}
	const day = "2021-11-09"
	if len(text) > len(day) && text[len(day)] == ' ' {
		text = text[:len(day)] + "T" + text[len(day)+1:]
	}
	text = strings.Replace(text, " ", "", 1) // before the offset
	if at, err := query.ParseDateTime(text); err == nil {
		return at, nil, true
	}
	if len(text) == len(day)+len("T10:32") {
		text += ":00"
	}
	at, err := query.ParseDateTime(text + "Z")
	if err != nil || d.Zone == nil || d.Zone == time.UTC {
		return at, nil, err == nil
	}
	wall, _ := time.Parse(time.RFC3339, text+"Z") // ParseDateTime has parsed it
	_, digits, _ := strings.Cut(text, ".")
	at, problem = moment(wall.Truncate(time.Second), digits, d.Zone)
	return at, problem, true
}

// fromPowerShell reads milliseconds since 1970.
func fromPowerShell(text string) (at query.DateTime, problem *Problem, ok bool) {
	epoch := sinceEpoch.FindStringSubmatch(text)
	if epoch == nil {
		return at, nil, false
	}
	millis, _ := strconv.ParseInt(epoch[1], 10, 64) // of 15 digits
	wall := time.UnixMilli(millis).UTC()
	at, problem = moment(wall.Truncate(time.Second), strings.TrimPrefix(wall.Format(".000"), "."), time.UTC)
	return at, problem, true
}

// moment returns the instant at which clocks in a zone show what wall shows in UTC, and a fraction of a second.
func moment(wall time.Time, digits string, zone *time.Location) (query.DateTime, *Problem) {
	when, ok := instant(wall, zone)
	if !ok {
		return query.DateTime{}, &Problem{Reason: skipped}
	}
	text := when.UTC().Format("2006-01-02T15:04:05")
	if digits != "" {
		text += "." + digits
	}
	at, err := query.ParseDateTime(text + "Z")
	if err != nil {
		return query.DateTime{}, &Problem{Reason: years}
	}
	return at, nil
}
