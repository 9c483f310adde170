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
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// InMemory is the path of a database that is in memory and is lost when its Store is closed.
const InMemory = ":memory:"

// Open opens the database in the file at path and brings its schema up to date. If there is no file, Open creates one that only
// this user can read, since it will hold personal names; its directory must exist. Open refuses the database of another program
// and changes nothing in its file. An error is one line that says what to do.
func Open(ctx context.Context, path string) (*Store, error) {
	s, err := OpenToRead(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := s.checkWritable(ctx); err != nil {
		s.Close()
		return nil, openingFailed(path, err)
	}
	return s, nil
}

// OpenToRead is Open for a caller that does not write: the file may be read-only if its schema is up to date.
func OpenToRead(ctx context.Context, path string) (*Store, error) {
	s, err := open(ctx, path)
	if err != nil {
		return nil, openingFailed(path, err)
	}
	return s, nil
}

func openingFailed(path string, err error) error {
	return fmt.Errorf("opening the database %s: %w%s", path, err, advice(err))
}

func open(ctx context.Context, path string) (*Store, error) {
	readers := max(4, runtime.GOMAXPROCS(0))
	if path == InMemory {
		readers = 0
	} else if err := makeFile(path); err != nil {
		return nil, err
	}
	source, err := dataSource(path)
	if err != nil {
		return nil, err
	}
	// fdatasync is as durable as fsync, which also waits for the times of the file. Some systems have only fsync.
	_, _ = sqlite.Fdatasync(true)
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1 + readers)
	db.SetMaxIdleConns(1 + readers)
	s, err := start(ctx, db, readers)
	for began := time.Now(); code(err) == sqlite3.SQLITE_BUSY && time.Since(began) < patience; s, err = start(ctx, db, readers) {
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	s.others.file = openFile(path)
	return s, nil
}

// patience is how long Open retries while the database is busy. Processes that open a new file at the same time find it busy
// when they enable the write-ahead log, and a busy timeout does not cover that.
const patience = 5 * time.Second

func start(ctx context.Context, db *sql.DB, readers int) (s *Store, err error) {
	if err := take(ctx, db); err != nil {
		return nil, err
	}
	if err := migrate(ctx, db); err != nil {
		return nil, err
	}
	s = &Store{db: db, closing: make(chan struct{})}
	writing, err := newPool(ctx, db, 1, s.closing)
	if err != nil {
		return nil, err
	}
	if err := prepareWriting(ctx, writing); err != nil {
		writing.drain()
		return nil, err
	}
	s.readers = writing
	if readers > 0 {
		if s.readers, err = newPool(ctx, db, readers, s.closing); err != nil {
			writing.drain()
			return nil, err
		}
	}
	s.writer = newWriter(writing, s.closing)
	return s, nil
}

// makeFile creates an empty file, which is an empty database, unless there is one. It does not open an existing file, since
// closing it would drop the locks that connections of this process have on it.
func makeFile(path string) error {
	if path == "" {
		return errors.New("the path is empty")
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return file.Close()
	}
	if info, missing := os.Stat(path); missing == nil && info.IsDir() {
		return errors.New("it is a directory; name a file")
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return errors.Unwrap(err) // without the path, which the caller adds
}

// dataSource returns the driver's name for the file: a URI, which can express any path.
func dataSource(path string) (string, error) {
	options := url.Values{
		"_busy_timeout": {"5000"}, // milliseconds
		"_synchronous":  {"FULL"}, // an answered write survives a power failure
		"_foreign_keys": {"on"},
		"_pragma":       {fmt.Sprintf("wal_autocheckpoint(%d)", usualLog)},
		"_txlock":       {"immediate"},
		"_error_rc":     {"true"}, // so that an error has its own text
	}
	if path == InMemory {
		return "file::memory:?" + options.Encode(), nil
	}
	return uri(path, options)
}

// uri returns the URI of a file with options for opening it.
func uri(path string, options url.Values) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	slashed := filepath.ToSlash(absolute)
	if !strings.HasPrefix(slashed, "/") { // C:/…
		slashed = "/" + slashed
	}
	return "file:" + (&url.URL{Path: slashed}).EscapedPath() + "?" + options.Encode(), nil
}
