package sqlite

import (
	"errors"
	"fmt"
	"io/fs"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"installstatus/api/status"
)

// failure wraps the error of doing something. The result wraps status.ErrUnavailable if a retry may succeed.
func failure(doing string, err error) error {
	switch code(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PROTOCOL:
		return fmt.Errorf("%s: %w: %w", doing, status.ErrUnavailable, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// code returns SQLite's primary result code of err, or SQLITE_OK if it has none.
func code(err error) int {
	if failed, ok := errors.AsType[*driver.Error](err); ok {
		return failed.Code() & 0xff
	}
	return sqlite3.SQLITE_OK
}

// advice returns what to do about an error of opening a database, or "".
func advice(err error) string {
	switch c := code(err); {
	case c == sqlite3.SQLITE_NOTADB:
		return "; name another file, or restore this one"
	case c == sqlite3.SQLITE_READONLY, c == sqlite3.SQLITE_CANTOPEN, errors.Is(err, fs.ErrPermission):
		return "; the file, its -wal and -shm where there are any, and its directory must be writable"
	case c == sqlite3.SQLITE_BUSY:
		return "; another process holds it: stop that one, or try again"
	case c == sqlite3.SQLITE_FULL:
		return "; make room on the disk"
	case errors.Is(err, fs.ErrNotExist):
		return "; make its directory first"
	}
	return ""
}
