package sqlite

import (
	"slices"
	"time"

	"installstatus/server/store/measure"
)

var _ measure.Store = (*Store)(nil)

// Stats implements measure.Store.
func (s *Store) Stats() measure.Stats {
	stats := measure.Stats{Grouping: s.writer.Grouping()}
	for _, p := range slices.Compact([]*pool{s.writer.connections, s.readers}) {
		idle := len(p.idle)
		stats.Idle += idle
		stats.Used += p.size - idle
		stats.Most += p.size
		stats.Waits += p.waits.Load()
		stats.Waited += time.Duration(p.waited.Load())
	}
	return stats
}
