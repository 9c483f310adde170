// Package measure defines what storage engines count about themselves for metrics. It imports no engine and no metrics library.
package measure

import (
	"time"

	"installstatus/api/status"
)

// Store is a status.Store that counts what it does.
type Store interface {
	status.Store
	// Stats returns the counts. Counting costs nothing until Stats is called.
	Stats() Stats
}

// Stats are an engine's counts in this process.
type Stats struct {
	Used, Idle int           // open connections to the database
	Most       int           // connections that it opens at most
	Waits      uint64        // how often a call had to wait for a connection
	Waited     time.Duration // in total
	Grouping   *Grouping     // nil if each write has its own transaction
}

// Grouping describes how an engine groups concurrent writes into transactions.
type Grouping struct {
	Waiting int       // writes that are in no transaction yet
	Writes  uint64    // writes in committed transactions
	Commits [9]uint64 // transactions of 1 write, of 2, of 3 to 4, of 5 to 8, … of 129 to 256
}
