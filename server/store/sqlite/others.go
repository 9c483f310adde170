package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// others are the other users of the file, and how an import paces itself beside them. Only the borrower of the writing connection may
// use it.
type others struct {
	file    *file
	version int64     // of the data after the last look; 0 at first
	written time.Time // when look last saw that they had
	pace    pace
}

// look checks whether they have written since the last call.
func (o *others) look(ctx context.Context, c *connection) error {
	statement, err := c.statement(ctx, "PRAGMA data_version") // changes only when another connection writes
	if err != nil {
		return err
	}
	before := o.version
	if err := statement.QueryRowContext(ctx).Scan(&o.version); err != nil {
		return failure("looking for others who write", err)
	}
	if o.version != before && before != 0 {
		o.written = time.Now()
	}
	return nil
}

// write reports whether they have written recently.
func (o *others) write() bool { return time.Since(o.written) < writtenSoon }

// present reports whether there may be others.
func (o *others) present() bool { return o.file.isShared() }

// length returns how long a transaction of an import takes.
func (o *others) length() time.Duration {
	switch {
	case o.write():
		return shared
	case o.present():
		return beside
	default:
		return alone
	}
}

// file is a database file that this process has open.
type file struct {
	path   string
	stores int
	shm    *os.File // the file with the locks of the write-ahead log; nil until isShared opens it
}

// files are the files that this process has open, by path. Locks belong to a process: it does not see its own, and loses all
// that it has on a file when it closes the file once. So a file with locks is opened once, and closed after all stores.
var files = struct {
	sync.Mutex
	open map[string]*file
}{open: make(map[string]*file)}

// openFile notes that a store has a file open. nil is a database in memory.
func openFile(path string) *file {
	if path == InMemory {
		return nil
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	files.Lock()
	defer files.Unlock()
	f := files.open[path]
	if f == nil {
		f = &file{path: path}
		files.open[path] = f
	}
	f.stores++
	return f
}

// close notes that a store has closed the file.
func (f *file) close() {
	if f == nil {
		return
	}
	files.Lock()
	defer files.Unlock()
	if f.stores--; f.stores > 0 {
		return
	}
	delete(files.open, f.path)
	if f.shm != nil {
		f.shm.Close()
	}
}

// isShared reports whether another store or another process may have the file open.
func (f *file) isShared() bool {
	if f == nil {
		return false
	}
	files.Lock()
	defer files.Unlock()
	if f.stores > 1 {
		return true
	}
	if f.shm == nil {
		shm, err := os.Open(f.path + "-shm")
		if err != nil {
			return true
		}
		f.shm = shm
	}
	return isLocked(f.shm, switchByte)
}

// switchByte is the byte of the file with the locks that SQLite locks as long as it has the database open (UNIX_SHM_DMS). The
// place is part of the file format: https://sqlite.org/walformat.html#wal_locks.
const switchByte = 128
