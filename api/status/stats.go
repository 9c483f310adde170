package status

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Measured is a Store that counts what it does.
type Measured interface {
	Store
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
	Writes  uint64    // that have had a transaction
	Commits [9]uint64 // transactions of 1 write, of up to 2, 4, 8, … 256 that were more than the one before
}

// Groups counts transactions by how many writes they have.
type Groups struct {
	writes  atomic.Uint64
	commits [9]atomic.Uint64
}

// Add counts a transaction of 1 to 256 writes.
func (g *Groups) Add(writes int) {
	g.writes.Add(uint64(writes))
	g.commits[bits.Len(uint(writes-1))].Add(1)
}

// Grouping is what is counted, beside how many writes are waiting.
func (g *Groups) Grouping(waiting int) *Grouping {
	counted := &Grouping{Waiting: waiting, Writes: g.writes.Load()}
	for i := range g.commits {
		counted.Commits[i] = g.commits[i].Load()
	}
	return counted
}
