// Package postgres is the engine for many replicas: a status.Store in one PostgreSQL database, 13 or later, which other
// processes use at the same time. It applies the rules of package status and imports no HTTP.
package postgres

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/writes"
)

// Store is a status.Store.
type Store struct {
	pool   *pool
	writer *writer
	close  sync.Once
}

var _ status.Store = (*Store)(nil)

// Get implements status.Store.
func (s *Store) Get(ctx context.Context, tenant string, key status.Key) (found status.Status, err error) {
	if !storable(tenant, key.App, key.User, key.ID) {
		return status.Status{}, status.ErrNotFound
	}
	err = s.pool.read(ctx, func(ctx context.Context, c *pgx.Conn) error {
		row, err := at(c, tenant, key).Find(ctx)
		if err != nil {
			return err
		}
		found, err = status.Find(row, key)
		return err
	})
	return found, err
}

// Update implements status.Store.
func (s *Store) Update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (updated status.Status, created bool, err error) {
	if !storable(tenant, key.App, key.User, key.ID) {
		return status.Status{}, false, status.ErrNotFound
	}
	if unconditional(cond) {
		if updated, done, err := s.writer.apply(ctx, placeOf(tenant, key), key.User, patch); done || err != nil {
			return updated, false, err
		}
	}
	err = s.pool.write(ctx, func(ctx context.Context, c *pgx.Conn) error {
		return settled(ctx, at(c, tenant, key), func(row *versioned) (err error) {
			updated, created, err = writes.Update(ctx, row, key, patch, cond)
			return err
		})
	})
	if err != nil {
		return status.Status{}, false, err
	}
	return updated, created, nil
}

// Delete implements status.Store.
func (s *Store) Delete(ctx context.Context, tenant string, key status.Key, cond status.Cond) error {
	if !storable(tenant, key.App, key.User, key.ID) {
		return status.ErrNotFound
	}
	return s.pool.write(ctx, func(ctx context.Context, c *pgx.Conn) error {
		return settled(ctx, at(c, tenant, key), func(row *versioned) error {
			if unconditional(cond) {
				return row.removeUnread(ctx, key.User)
			}
			return writes.Delete(ctx, row, key, cond)
		})
	})
}

// List implements status.Store.
func (s *Store) List(ctx context.Context, tenant string, query status.Query) (page status.Page, err error) {
	err = s.pool.read(ctx, func(ctx context.Context, c *pgx.Conn) (err error) {
		page, err = pageOf(ctx, c, tenant, query)
		return err
	})
	return page, err
}

// ListUsers implements status.Store.
func (s *Store) ListUsers(ctx context.Context, tenant string, query status.Query) (page status.UserPage, err error) {
	err = s.pool.read(ctx, func(ctx context.Context, c *pgx.Conn) (err error) {
		page, err = usersOf(ctx, c, tenant, query)
		return err
	})
	return page, err
}

// Summarize implements status.Store.
func (s *Store) Summarize(ctx context.Context, tenant, app string) (summary status.Summary, err error) {
	err = s.pool.read(ctx, func(ctx context.Context, c *pgx.Conn) (err error) {
		summary, err = summarize(ctx, c, tenant, app)
		return err
	})
	return summary, err
}

// Apps implements status.Store.
func (s *Store) Apps(ctx context.Context, tenant string, query status.AppQuery) (page status.AppPage, err error) {
	err = s.pool.read(ctx, func(ctx context.Context, c *pgx.Conn) (err error) {
		page, err = appsOf(ctx, c, tenant, query)
		return err
	})
	return page, err
}

// Tenants reads the tenants that have rows, in the byte order of their ids: at most limit after the given one. It is for operators, not
// for the API.
func (s *Store) Tenants(ctx context.Context, after string, limit int) (tenants []string, err error) {
	err = s.pool.read(ctx, func(ctx context.Context, c *pgx.Conn) (err error) {
		tenants, err = texts(ctx, c, nextTenants, after, limit)
		return failure("listing tenants", err)
	})
	return tenants, err
}

// Import implements status.Store.
func (s *Store) Import(ctx context.Context, tenant, app string, rows []status.Imported) (status.Written, error) {
	i := importing{pool: s.pool, tenant: tenant, app: app, rows: rows}
	err := i.all(ctx)
	return i.written, err
}

// Ready implements status.Store. It checks that the database answers, takes writes and makes them durable.
func (s *Store) Ready(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, s.pool.limits.connect)
	defer cancel()
	settling := false
	err := s.pool.read(within, func(ctx context.Context, c *pgx.Conn) error {
		var readOnly string
		if err := c.QueryRow(ctx, "SHOW transaction_read_only").Scan(&readOnly); err != nil {
			return failure("asking the database", err)
		}
		if readOnly != "off" {
			return fmt.Errorf("the database takes no writes: %w", status.ErrUnavailable)
		}
		settling = true
		return settle(ctx, c)
	})
	switch {
	case within.Err() == nil || ctx.Err() != nil:
		return err
	case settling:
		return errUnconfirmed
	default:
		return fmt.Errorf("the database has not answered within %s: %w", s.pool.limits.connect, status.ErrUnavailable)
	}
}

// Close implements status.Store. A second call does nothing.
func (s *Store) Close() error {
	s.close.Do(func() {
		s.writer.close()
		s.pool.Close()
	})
	return nil
}
