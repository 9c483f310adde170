package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	sqlite "modernc.org/sqlite"
)

// ErrThere means that a copy would replace a file, or would find the leftovers of another database.
var ErrThere = errors.New("it already exists")

// pagesAtOnce is 1 MiB. The copy can be cancelled after each such part.
const pagesAtOnce = 256

// syncedAtOnce is 16 MiB. A disk that has to write the whole file at the end delays the commits of others.
const syncedAtOnce = 16 * pagesAtOnce

// Copy copies the database in one file to another, which must not exist. The copy is a snapshot. Others can read and write the
// database meanwhile, and never wait for the copy. The copy gets its name only after it has been checked and is on disk. It is
// one file, which only this user can read. Copy calls told with the number of pages copied and their total. An error is one
// line.
func Copy(ctx context.Context, from, to string, told func(done, total int64)) error {
	if err := absent(to); err != nil {
		return err
	}
	source, err := openToCopy(ctx, from)
	if err != nil {
		return fmt.Errorf("reading the database %s: %w", from, err)
	}
	defer source.close()
	unnamed, err := os.CreateTemp(filepath.Dir(to), filepath.Base(to)+".*.partial")
	if err != nil {
		return fmt.Errorf("creating a copy at %s: %w", to, errors.Unwrap(err))
	}
	defer func() {
		unnamed.Close()
		os.Remove(unnamed.Name())
	}()
	if err := source.copy(ctx, unnamed, told); err != nil {
		return fmt.Errorf("copying %s to %s: %w%s", from, to, err, advice(err))
	}
	if err := check(ctx, unnamed.Name()); err != nil {
		return fmt.Errorf("checking the copy of %s: %w", from, err)
	}
	if err := errors.Join(unnamed.Sync(), absent(to)); err != nil {
		return err
	}
	if err := os.Rename(unnamed.Name(), to); err != nil {
		return fmt.Errorf("naming the copy: %w", err)
	}
	return syncDirectory(filepath.Dir(to))
}

// absent returns nil if there is no file at the path, and none that a database of that name has beside it: SQLite would apply a
// leftover write-ahead log to the copy.
func absent(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if _, err := os.Lstat(path + suffix); err == nil {
			return fmt.Errorf("%s: %w", path+suffix, ErrThere)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// copying is a connection to a snapshot of a database.
type copying struct {
	db   *sql.DB
	conn *sql.Conn
}

func openToCopy(ctx context.Context, path string) (*copying, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, errors.Unwrap(err)
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	address, err := uri(path, url.Values{"mode": {"rw"}, "_busy_timeout": {"5000"}, "_error_rc": {"true"}})
	if err != nil {
		return nil, err
	}
	c := new(copying)
	if c.db, err = sql.Open("sqlite", address); err != nil {
		return nil, err
	}
	if c.conn, err = c.db.Conn(ctx); err != nil {
		c.db.Close()
		return nil, err
	}
	if err := c.hold(ctx); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// hold begins a read transaction. The copy is the database as it is now.
func (c *copying) hold(ctx context.Context) error {
	if _, err := c.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	own, _, err := contents(ctx, c.conn)
	if err == nil && !own {
		err = errForeign
	}
	return err
}

func (c *copying) copy(ctx context.Context, to *os.File, told func(done, total int64)) error {
	address, err := uri(to.Name(), nil)
	if err != nil {
		return err
	}
	return c.conn.Raw(func(raw any) error {
		source, ok := raw.(interface {
			NewBackup(string) (*sqlite.Backup, error)
		})
		if !ok {
			return fmt.Errorf("a %T cannot copy databases", raw)
		}
		backup, err := source.NewBackup(address)
		if err != nil {
			return err
		}
		return errors.Join(steps(ctx, backup, to, told), backup.Finish())
	})
}

func steps(ctx context.Context, backup *sqlite.Backup, to *os.File, told func(done, total int64)) error {
	for more, synced := true, 0; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if more, err = backup.Step(pagesAtOnce); err != nil {
			return err
		}
		done := backup.PageCount() - backup.Remaining()
		told(int64(done), int64(backup.PageCount()))
		if done-synced >= syncedAtOnce {
			synced = done
			if err := to.Sync(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *copying) close() {
	_, _ = c.conn.ExecContext(context.Background(), "ROLLBACK")
	c.conn.Close()
	c.db.Close()
}

// check verifies that a copy is intact, and makes it one file without a write-ahead log.
func check(ctx context.Context, path string) error {
	address, err := uri(path, url.Values{"mode": {"rw"}, "_journal_mode": {"DELETE"}, "_error_rc": {"true"}})
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", address)
	if err != nil {
		return err
	}
	defer db.Close()
	var says string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&says); err != nil {
		return err
	}
	if says != "ok" {
		return fmt.Errorf("the database is damaged: %s", strings.Join(strings.Fields(says), " "))
	}
	return nil
}

// syncDirectory makes the name of a new file durable. Windows has no such call.
func syncDirectory(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	defer directory.Close()
	return directory.Sync()
}
