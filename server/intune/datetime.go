package intune

import (
	"strings"

	"installstatus/api/status"
)

// dateTime reads the date forms of Intune's exports: 2021-11-09 10:32:11.0000000, and the same with a T, fewer digits or none,
// and Z or an offset. Without a zone it is UTC. An empty cell is a device that never synced.
func dateTime(text string) (at status.DateTime, reason string) {
	if text == "" {
		return status.NeverSynced, ""
	}
	if len(text) > len("2021-11-09") && text[len("2021-11-09")] == ' ' {
		text = text[:len("2021-11-09")] + "T" + text[len("2021-11-09 "):]
	}
	text = strings.Replace(text, " ", "", 1) // before the offset
	if at, err := status.ParseDateTime(text); err == nil {
		return at, ""
	}
	if at, err := status.ParseDateTime(text + "Z"); err == nil {
		return at, ""
	}
	return status.DateTime{}, "not a date as Intune writes it, such as 2021-11-09 10:32:11.0000000 or 2021-11-09T10:32:11Z; " +
		"a program that saved the file again may have changed it"
}
