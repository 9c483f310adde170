package measure

import (
	"math/bits"
	"sync/atomic"
)

// Groups counts committed transactions by how many writes they have.
type Groups struct {
	writes  atomic.Uint64
	commits [9]atomic.Uint64
}

// Add counts a transaction of 1 to 256 writes.
func (g *Groups) Add(writes int) {
	g.writes.Add(uint64(writes))
	g.commits[bits.Len(uint(writes-1))].Add(1)
}

// Grouping returns the counts, with the number of writes that wait.
func (g *Groups) Grouping(waiting int) *Grouping {
	counted := &Grouping{Waiting: waiting, Writes: g.writes.Load()}
	for i := range g.commits {
		counted.Commits[i] = g.commits[i].Load()
	}
	return counted
}
