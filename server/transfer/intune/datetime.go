package intune

import (
	"strings"

	"installstatus/api/query"
	"installstatus/api/status"
)

// dateTime parses the date formats of Intune's exports: 2021-11-09 10:32:11.0000000, also with a T, with fewer or no fraction
// digits, and with Z or an offset. A date without a zone is in UTC. An empty cell means that the device never synced.
func dateTime(text string) (at query.DateTime, reason string) {
	if text == "" {
		return status.NeverSynced, ""
	}
	if len(text) > len("2021-11-09") && text[len("2021-11-09")] == ' ' {
		text = text[:len("2021-11-09")] + "T" + text[len("2021-11-09 "):]
	}
	text = strings.Replace(text, " ", "", 1) // before the offset
	if at, err := query.ParseDateTime(text); err == nil {
		return at, ""
	}
	if at, err := query.ParseDateTime(text + "Z"); err == nil {
		return at, ""
	}
	return query.DateTime{}, "not a date in Intune's format, such as 2021-11-09 10:32:11.0000000 or 2021-11-09T10:32:11Z; " +
		"a program that saved the file again may have changed it"
}
