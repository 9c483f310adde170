package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"

	"installstatus/api/status"
)

func TestEveryConnectionHasItsSettings(t *testing.T) {
	store := openTest(t, filepath.Join(t.TempDir(), "test.db"))
	if size := store.readers.size; size < 2 {
		t.Errorf("%d connections for reads, want at least 2", size)
	}
	if runtime.GOOS == "linux" && !sqlite.FdatasyncEnabled() {
		t.Error("fdatasync is not enabled: commits also wait for the metadata of the file")
	}
	for p, wait := range map[*pool]string{store.writer.connections: "0", store.readers: "5000"} {
		for range p.size {
			c, err := p.borrow(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer p.giveBack(c)
			for pragma, want := range map[string]string{
				"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": wait,
			} {
				var got string
				if err := c.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
					t.Errorf("%s is %q, %v; want %q", pragma, got, err, want)
				}
			}
		}
	}
}

func TestProcessesStartTogetherOnANewFile(t *testing.T) {
	const path = "INSTALLSTATUS_TEST_START"
	if file := os.Getenv(path); file != "" {
		mustUpdate(t, openTest(t, file), status.Key{App: "app", ID: fmt.Sprint(os.Getpid())}, status.Patch{})
		return
	}
	file := filepath.Join(t.TempDir(), "new.db")
	const processes = 8
	var starting sync.WaitGroup
	for range processes {
		starting.Go(func() {
			process := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
			process.Env = append(os.Environ(), path+"="+file)
			if output, err := process.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, output)
			}
		})
	}
	starting.Wait()
	var rows int
	if raw(t, file).QueryRow("SELECT count(*) FROM statuses").Scan(&rows); rows != processes {
		t.Errorf("%d rows were written by %d processes", rows, processes)
	}
}

func TestHandlesStartTogetherOnANewFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new.db")
	var starting sync.WaitGroup
	for n := range 12 {
		starting.Go(func() {
			store, err := Open(t.Context(), file)
			if err != nil {
				t.Error(err)
				return
			}
			mustUpdate(t, store, benchKey(n), status.Patch{})
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
}

func TestAnyFileNameWorks(t *testing.T) {
	for _, name := range []string{
		"plain.db", "with space.db", "a?b.db", "a#b.db", "100%.db", "%41.db", "a&b=c.db", "a;b.db", "a'b\"c.db", "é日本.db", "file:x.db",
		"?mode=memory", ":memory:.db", `back\slash.db`, "-db", "semi;colon", "plus+plus",
	} {
		dir := t.TempDir()
		store := openTest(t, filepath.Join(dir, name))
		mustUpdate(t, store, benchKey(1), status.Patch{})
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		if names := entries(t, dir); !slices.Equal(names, []string{name}) {
			t.Errorf("%s: the directory contains %q", name, names)
		}
	}
}

func TestARelativePathIsFromTheWorkingDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{"here.db", "./there.db", "file:uri.db"} {
		if err := openTest(t, path).Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestMemoryLeavesNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	mustUpdate(t, openTest(t, InMemory), benchKey(1), status.Patch{})
	if names := entries(t, "."); len(names) > 0 {
		t.Errorf("the directory contains %q, want nothing", names)
	}
}

func TestANewDatabaseIsPrivateToItsUser(t *testing.T) {
	dir := t.TempDir()
	mustUpdate(t, openTest(t, filepath.Join(dir, "new.db")), benchKey(1), status.Patch{})
	for _, name := range []string{"new.db", "new.db-wal", "new.db-shm"} {
		if mode := stat(t, filepath.Join(dir, name)).Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has the mode %o, want 600", name, mode)
		}
	}
}

func TestAnExistingFileKeepsItsMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	if err := os.WriteFile(path, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	openTest(t, path)
	if mode := stat(t, path).Mode().Perm(); mode != 0o640 {
		t.Errorf("the file has the mode %o, want 640", mode)
	}
}

func TestAnErrorFromOpenDescribesTheProblem(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(path("garbage.db"), []byte(strings.Repeat("garbage ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := openTest(t, path("newer.db")).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := raw(t, path("newer.db")).Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		path("missing/new.db"):      "no such file or directory; make its directory first",
		path("garbage.db"):          "file is not a database (26); name another file, or restore this one",
		path("garbage.db/below.db"): "not a directory",
		path("newer.db"):            "use the program that made it, or a later one",
		dir:                         "it is a directory; name a file",
		"":                          "the path is empty",
	} {
		_, err := Open(t.Context(), path)
		if err == nil {
			t.Errorf("Open(%q): no error", path)
			continue
		}
		if text := err.Error(); !strings.HasPrefix(text, "opening the database "+path+": ") || !strings.HasSuffix(text, want) || strings.Contains(text, "\n") {
			t.Errorf("%s\nwant one line that names the path and ends with %s", text, want)
		}
	}
}

func TestADatabaseOfAnotherProgramIsRefusedAndNotChanged(t *testing.T) {
	for name, statements := range map[string]string{
		"own tables":                    "CREATE TABLE other (x)",
		"own tables, in WAL mode":       "PRAGMA journal_mode = WAL; CREATE TABLE other (x)",
		"tables of the same names":      "CREATE TABLE statuses (x); CREATE TABLE apps (x)",
		"own migrations":                "CREATE TABLE goose_db_version (x); CREATE TABLE other (x)",
		"the table of AUTOINCREMENT":    "CREATE TABLE other (x INTEGER PRIMARY KEY AUTOINCREMENT)",
		"own migrations, a shared name": "CREATE TABLE goose_db_version (x); CREATE TABLE statuses (x)",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "foreign.db")
			db, err := sql.Open("sqlite", path)
			if err == nil {
				_, err = db.ExecContext(t.Context(), statements)
			}
			if err = errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want := "opening the database " + path + ": it is not a database of installstatus; name another file"
			if _, err := Open(t.Context(), path); err == nil || err.Error() != want {
				t.Errorf("%v\nwant %s", err, want)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
				t.Errorf("the file was changed, %v", err)
			}
			if names := entries(t, filepath.Dir(path)); len(names) != 1 {
				t.Errorf("the directory contains %q, want only the file", names)
			}
		})
	}
}

func TestADatabaseWithoutTablesIsAccepted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.db")
	db, err := sql.Open("sqlite", path)
	if err == nil {
		_, err = db.ExecContext(t.Context(), "PRAGMA user_version = 1")
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	mustUpdate(t, openTest(t, path), benchKey(1), status.Patch{})
}

func TestAReadOnlyDirectoryIsReported(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root can write to every directory")
	}
	dir := t.TempDir()
	if err := openTest(t, filepath.Join(dir, "old.db")).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	for _, name := range []string{"new.db", "old.db"} {
		if _, err := Open(t.Context(), filepath.Join(dir, name)); err == nil || !strings.HasSuffix(err.Error(), "must be writable") {
			t.Errorf("%s: %v, want an error that ends with must be writable", name, err)
		}
	}
}

func TestOpenFailsIfItsContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, filepath.Join(t.TempDir(), "new.db")); err == nil {
		t.Error("Open: no error")
	}
}

// raw opens a file without a Store.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	source, err := dataSource(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	return names
}

func stat(t *testing.T, path string) fs.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}
