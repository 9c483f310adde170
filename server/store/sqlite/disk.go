package sqlite

import (
	"context"
	"fmt"
	"sync/atomic"

	sqlite3 "modernc.org/sqlite/lib"
)

// disk tracks whether the file takes writes. A file that is full or read-only can still be read.
type disk struct {
	refused atomic.Uint64 // how many writes the disk has refused
	mended  atomic.Uint64 // that number when the disk last took a write again
}

// noted records the error of a write if it is the disk's, and returns it.
func (d *disk) noted(err error) error {
	switch code(err) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY:
		d.refused.Add(1)
	}
	return err
}

// ready reports whether the disk takes writes. After a refused write it tries another one, because a server that is not ready
// gets no writes that would find out.
func (d *disk) ready(ctx context.Context, w *writer) error {
	refused := d.refused.Load()
	if refused == d.mended.Load() {
		return nil
	}
	err := w.Do(ctx, func(ctx context.Context, c *connection) error {
		if err := c.rewriteVersion(ctx); err != nil {
			return failure("trying whether the disk takes writes", err)
		}
		return nil
	})
	if err == nil {
		d.mended.Store(refused)
	}
	return err
}

// checkWritable checks whether the file can be written, without writing it. It does not wait for other processes: SQLite checks
// the permission before it asks for the lock.
func (s *Store) checkWritable(ctx context.Context) error {
	c, err := s.writer.connections.borrow(ctx)
	if err != nil {
		return err
	}
	defer s.writer.connections.giveBack(c)
	if _, err = c.begin.ExecContext(ctx); err == nil {
		err = c.rewriteVersion(ctx)
	}
	c.undo()
	if code(err) == sqlite3.SQLITE_BUSY {
		return nil
	}
	return err
}

// rewriteVersion writes an unused number unchanged, which is the smallest possible write.
func (c *connection) rewriteVersion(ctx context.Context) error {
	var version int
	if err := c.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	_, err := c.ExecContext(ctx, fmt.Sprint("PRAGMA user_version = ", version))
	return err
}
