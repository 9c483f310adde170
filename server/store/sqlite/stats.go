package sqlite

import (
	"math/bits"
	"slices"
	"sync/atomic"
	"time"

	"installstatus/api/status"
)

var _ status.Measured = (*Store)(nil)

// Stats implements status.Measured.
func (s *Store) Stats() status.Stats {
	var stats status.Stats
	for _, p := range slices.Compact([]*pool{s.writer.connections, s.readers}) {
		idle := len(p.idle)
		stats.Idle += idle
		stats.Used += p.size - idle
		stats.Waits += p.waits.Load()
		stats.Waited += time.Duration(p.waited.Load())
	}
	g := status.Grouping{Waiting: len(s.writer.queue), Writes: s.writer.groups.writes.Load()}
	for i := range g.Commits {
		g.Commits[i] = s.writer.groups.commits[i].Load()
	}
	stats.Grouping = &g
	return stats
}

// groups counts transactions by how many writes they have.
type groups struct {
	writes  atomic.Uint64
	commits [9]atomic.Uint64
}

func (g *groups) add(writes int) {
	g.writes.Add(uint64(writes))
	g.commits[bits.Len(uint(writes-1))].Add(1)
}
