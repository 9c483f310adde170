package postgres

import "installstatus/server/store/measure"

var _ measure.Store = (*Store)(nil)

// Stats implements measure.Store.
func (s *Store) Stats() measure.Stats {
	pool := s.pool.Stat()
	return measure.Stats{
		Used:     int(pool.AcquiredConns()),
		Idle:     int(pool.IdleConns()),
		Most:     int(pool.MaxConns()),
		Waits:    uint64(pool.EmptyAcquireCount()),
		Waited:   pool.EmptyAcquireWaitTime(),
		Grouping: s.writer.Grouping(),
	}
}
