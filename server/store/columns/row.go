package columns

import "installstatus/api/status"

// Row is a status.Row in which each column has a field of its own.
type Row struct {
	status.Row
	lastSyncDateTime string
	lastSyncInstant  string
}

// RowOf is the Row to bind.
func RowOf(r status.Row) *Row {
	return &Row{Row: r, lastSyncDateTime: r.LastSyncDateTime.String(), lastSyncInstant: r.LastSyncDateTime.Instant()}
}

// Kept is the status.Row of a Row whose columns were all scanned, and whose ID the engine has set.
func (r *Row) Kept() *status.Row {
	r.LastSyncDateTime = status.Stored(r.lastSyncDateTime, r.lastSyncInstant)
	return &r.Row
}
