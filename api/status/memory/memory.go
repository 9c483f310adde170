// Package memory is a status.Store that keeps rows in a map, for tests and benchmarks of the layers above, and as the model that engines
// are compared with.
package memory

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"installstatus/api/status"
)

// Store is a status.Store. The zero Store is empty.
type Store struct {
	mutex  sync.RWMutex
	rows   map[place]status.Row
	closed bool
}

type place struct{ tenant, app, id string }

var _ status.Store = (*Store)(nil)

// Get implements status.Store.
func (s *Store) Get(ctx context.Context, tenant string, key status.Key) (status.Status, error) {
	if err := s.usable(ctx); err != nil {
		return status.Status{}, err
	}
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return status.Find(s.find(tenant, key), key)
}

// Update implements status.Store.
func (s *Store) Update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (status.Status, bool, error) {
	if err := s.usable(ctx); err != nil {
		return status.Status{}, false, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	next, created, err := status.Decide(s.find(tenant, key), key, patch, cond)
	if err != nil {
		return status.Status{}, false, err
	}
	s.put(place{tenant, key.App, key.ID}, next)
	return next.Status, created, nil
}

// Delete implements status.Store.
func (s *Store) Delete(ctx context.Context, tenant string, key status.Key, cond status.Cond) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err := status.Check(s.find(tenant, key), key, cond); err != nil {
		return err
	}
	delete(s.rows, place{tenant, key.App, key.ID})
	return nil
}

// List implements status.Store. It looks at every row.
func (s *Store) List(ctx context.Context, tenant string, query status.Query) (status.Page, error) {
	rows, err := s.of(ctx, tenant, query.App)
	if err != nil {
		return status.Page{}, err
	}
	return query.PageOf(rows), nil
}

// ListUsers implements status.Store. It looks at every row.
func (s *Store) ListUsers(ctx context.Context, tenant string, query status.Query) (status.UserPage, error) {
	rows, err := s.of(ctx, tenant, query.App)
	if err != nil {
		return status.UserPage{}, err
	}
	return query.UserPageOf(rows), nil
}

// Summarize implements status.Store. It looks at every row.
func (s *Store) Summarize(ctx context.Context, tenant, app string) (status.Summary, error) {
	rows, err := s.of(ctx, tenant, app)
	if err != nil {
		return status.Summary{}, err
	}
	return status.SummaryOf(app, rows), nil
}

// Apps implements status.Store. It looks at every row.
func (s *Store) Apps(ctx context.Context, tenant string, query status.AppQuery) (status.AppPage, error) {
	if err := s.usable(ctx); err != nil {
		return status.AppPage{}, err
	}
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	rows := make(map[string][]status.Row)
	for at, row := range s.rows {
		if at.tenant == tenant {
			rows[at.app] = append(rows[at.app], row)
		}
	}
	return query.PageOf(rows), nil
}

// Import implements status.Store.
func (s *Store) Import(ctx context.Context, tenant, app string, rows []status.Imported) (status.Written, error) {
	if err := s.usable(ctx); err != nil {
		return status.Written{}, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	m := status.NewImporting(app)
	if slices.ContainsFunc(rows, func(i status.Imported) bool { return i.Derived }) {
		for at, row := range s.rows {
			if at.tenant == tenant && at.app == app {
				m.Stored(&row)
			}
		}
	}
	for i := range rows {
		ids, _ := m.Seeks(&rows[i])
		for _, id := range ids {
			if found := s.find(tenant, status.Key{App: app, ID: id}); found != nil {
				m.Stored(found)
			}
		}
	}
	for i := range rows {
		m.Import(&rows[i])
	}
	for _, change := range m.Changes() {
		if change.To == nil {
			delete(s.rows, place{tenant, app, change.ID})
		} else {
			s.put(place{tenant, app, change.ID}, *change.To)
		}
	}
	return m.Written, nil
}

// Ready implements status.Store.
func (s *Store) Ready(ctx context.Context) error { return s.usable(ctx) }

// Close implements status.Store.
func (s *Store) Close() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.closed = true
	return nil
}

func (s *Store) usable(ctx context.Context) error {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	if s.closed {
		return fmt.Errorf("the store is closed: %w", status.ErrUnavailable)
	}
	return ctx.Err()
}

// of returns all rows of an app.
func (s *Store) of(ctx context.Context, tenant, app string) (rows []status.Row, err error) {
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	for at, row := range s.rows {
		if at.tenant == tenant && at.app == app {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (s *Store) put(at place, row status.Row) {
	if s.rows == nil {
		s.rows = make(map[place]status.Row)
	}
	s.rows[at] = row
}

func (s *Store) find(tenant string, key status.Key) *status.Row {
	row, ok := s.rows[place{tenant, key.App, key.ID}]
	if !ok {
		return nil
	}
	return &row
}
