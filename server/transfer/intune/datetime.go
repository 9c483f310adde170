package intune

import (
	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/transfer/dates"
)

// date reads when the device last synced. An empty cell means that it never did.
func (r *reader) date(to *query.DateTime, dates dates.Dates) {
	column, text, ok := r.first(lastModifiedDateTime)
	if !ok {
		return
	}
	r.given = append(r.given, "lastSyncDateTime")
	*to = status.NeverSynced
	if text == "" {
		return
	}
	at, problem := dates.Read(text)
	if problem != nil {
		r.problems = append(r.problems, Problem{Column: column, Reason: problem.Reason, OtherDate: problem.OtherFormat})
		return
	}
	*to = at
}
