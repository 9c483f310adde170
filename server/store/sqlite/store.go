// Package sqlite is the embedded engine: a status.Store in one SQLite file, which other processes may have open too. It
// applies the rules of package status and imports no HTTP.
package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"installstatus/api/status"
	"installstatus/server/store/writes"
)

// Store is a status.Store. One connection writes. Several others read, and never wait for it.
type Store struct {
	db      *sql.DB
	writer  *writer
	readers *pool // for an in-memory database the writer's pool, since no other connection would see the data
	others  others
	disk    disk
	closing chan struct{}
	close   sync.Once
}

var _ status.Store = (*Store)(nil)

// Get implements status.Store.
func (s *Store) Get(ctx context.Context, tenant string, key status.Key) (status.Status, error) {
	c, err := s.readers.borrow(ctx)
	if err != nil {
		return status.Status{}, err
	}
	defer s.readers.giveBack(c)
	app, err := c.appNumber(ctx, tenant, key.App)
	if err != nil {
		return status.Status{}, err
	}
	found, err := c.row(ctx, app, key.ID)
	if err != nil {
		return status.Status{}, err
	}
	return status.Find(found, key)
}

// Update implements status.Store.
func (s *Store) Update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (updated status.Status, created bool, err error) {
	err = s.writer.Do(ctx, func(ctx context.Context, c *connection) (err error) {
		updated, created, err = writes.Update(ctx, c.at(tenant, key), key, patch, cond)
		return err
	})
	if err != nil {
		return status.Status{}, false, s.disk.noted(err)
	}
	return updated, created, nil
}

// Delete implements status.Store.
func (s *Store) Delete(ctx context.Context, tenant string, key status.Key, cond status.Cond) error {
	err := s.writer.Do(ctx, func(ctx context.Context, c *connection) error {
		return writes.Delete(ctx, c.at(tenant, key), key, cond)
	})
	return s.disk.noted(err)
}

// List implements status.Store.
func (s *Store) List(ctx context.Context, tenant string, query status.Query) (status.Page, error) {
	c, err := s.readers.borrow(ctx)
	if err != nil {
		return status.Page{}, err
	}
	defer s.readers.giveBack(c)
	return c.page(ctx, tenant, query)
}

// ListUsers implements status.Store.
func (s *Store) ListUsers(ctx context.Context, tenant string, query status.Query) (status.UserPage, error) {
	c, err := s.readers.borrow(ctx)
	if err != nil {
		return status.UserPage{}, err
	}
	defer s.readers.giveBack(c)
	return c.users(ctx, tenant, query)
}

// Summarize implements status.Store.
func (s *Store) Summarize(ctx context.Context, tenant, app string) (status.Summary, error) {
	c, err := s.readers.borrow(ctx)
	if err != nil {
		return status.Summary{}, err
	}
	defer s.readers.giveBack(c)
	return c.summary(ctx, tenant, app)
}

// Apps implements status.Store.
func (s *Store) Apps(ctx context.Context, tenant string, query status.AppQuery) (status.AppPage, error) {
	c, err := s.readers.borrow(ctx)
	if err != nil {
		return status.AppPage{}, err
	}
	defer s.readers.giveBack(c)
	return c.apps(ctx, tenant, query)
}

// Tenants reads the tenants that have rows, in the byte order of their ids: at most limit after the given one. It is for operators, not
// for the API.
func (s *Store) Tenants(ctx context.Context, after string, limit int) ([]string, error) {
	c, err := s.readers.borrow(ctx)
	if err != nil {
		return nil, err
	}
	defer s.readers.giveBack(c)
	return c.tenants(ctx, after, limit)
}

// Import implements status.Store.
func (s *Store) Import(ctx context.Context, tenant, app string, rows []status.Imported) (status.Written, error) {
	i := importing{connections: s.writer.connections, others: &s.others, tenant: tenant, app: app, rows: rows}
	err := s.disk.noted(i.all(ctx))
	return i.written, err
}

// Ready implements status.Store. It checks that the database can be read and that the disk takes writes.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.read(ctx); err != nil {
		return err
	}
	return s.disk.ready(ctx, s.writer)
}

func (s *Store) read(ctx context.Context) error {
	c, err := s.readers.borrow(ctx)
	if err != nil {
		return err
	}
	defer s.readers.giveBack(c)
	var found bool
	if err := c.anyApp.QueryRowContext(ctx).Scan(&found); err != nil {
		return failure("reading from the database", err)
	}
	return nil
}

// Close implements status.Store. It moves the rest of the write-ahead log into the file, unless another process has the file
// open. A second call does nothing.
func (s *Store) Close() (err error) {
	s.close.Do(func() {
		close(s.closing)
		<-s.writer.stopped
		for _, p := range slices.Compact([]*pool{s.writer.connections, s.readers}) {
			p.drain()
		}
		if err = s.db.Close(); err != nil {
			err = fmt.Errorf("closing the database: %w", err)
		}
		s.others.file.close()
	})
	return err
}
