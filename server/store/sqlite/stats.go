package sqlite

import (
	"slices"
	"time"

	"installstatus/api/status"
)

var _ status.Measured = (*Store)(nil)

// Stats implements status.Measured.
func (s *Store) Stats() status.Stats {
	stats := status.Stats{Grouping: s.writer.groups.Grouping(len(s.writer.queue))}
	for _, p := range slices.Compact([]*pool{s.writer.connections, s.readers}) {
		idle := len(p.idle)
		stats.Idle += idle
		stats.Used += p.size - idle
		stats.Waits += p.waits.Load()
		stats.Waited += time.Duration(p.waited.Load())
	}
	return stats
}
