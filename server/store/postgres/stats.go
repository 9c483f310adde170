package postgres

import "installstatus/api/status"

var _ status.Measured = (*Store)(nil)

// Stats implements status.Measured.
func (s *Store) Stats() status.Stats {
	pool := s.pool.Stat()
	return status.Stats{
		Used:     int(pool.AcquiredConns()),
		Idle:     int(pool.IdleConns()),
		Waits:    uint64(pool.EmptyAcquireCount()),
		Waited:   pool.EmptyAcquireWaitTime(),
		Grouping: s.writer.groups.Grouping(len(s.writer.queue)),
	}
}
