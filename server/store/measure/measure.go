// Package measure is what storage engines count of their own work, for metrics to tell. It knows no engine, and nothing of how
// metrics are told.
package measure

import (
	"time"

	"installstatus/api/status"
)

// Store is a status.Store that counts what it does.
type Store interface {
	status.Store
	// Stats is what it has counted, and costs nothing until it is asked.
	Stats() Stats
}

// Stats are an engine's own measures, of this process alone.
type Stats struct {
	Used, Idle int           // open connections to the database
	Waits      uint64        // how often a call had to wait for a connection
	Waited     time.Duration // in all
	Grouping   *Grouping     // nil where each write has a transaction of its own
}

// Grouping says how an engine gathers writes that come together into one transaction.
type Grouping struct {
	Waiting int       // writes that no transaction has taken up yet
	Writes  uint64    // whose transaction is committed
	Commits [9]uint64 // transactions of 1 write, of 2, of 3 to 4, of 5 to 8, … of 129 to 256
}
