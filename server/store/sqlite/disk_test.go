package sqlite

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"installstatus/api/status"
)

// onWriter executes statements on the connection of the writer.
func onWriter(t *testing.T, store *Store, statements ...string) {
	t.Helper()
	c, err := store.writer.connections.borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer store.writer.connections.giveBack(c)
	for _, statement := range statements {
		if _, err := c.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAStoreIsNotReadyWhileTheDiskRefusesWrites(t *testing.T) {
	const readOnly, full = "PRAGMA query_only = ON", "PRAGMA max_page_count = 1" // less than the file has, so it cannot grow
	large := status.PatchOf(status.Status{DeviceName: status.TextOf(strings.Repeat("x", 5000))}, "deviceName")
	update := func(store *Store) error {
		_, _, err := store.Update(t.Context(), "tenant", benchKey(1), large, status.Cond{})
		return err
	}
	for name, c := range map[string]struct {
		disk  string
		write func(*Store) error
	}{
		"an update on a full disk":      {full, update},
		"an update on a read-only disk": {readOnly, update},
		"a deletion": {readOnly, func(store *Store) error {
			return store.Delete(t.Context(), "tenant", benchKey(1), status.Cond{})
		}},
		"an import": {readOnly, func(store *Store) error {
			_, err := store.Import(t.Context(), "tenant", "app", []status.Imported{{ID: "new"}})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			store := openTest(t, path)
			mustUpdate(t, store, benchKey(1), benchPatch(1))
			onWriter(t, store, "PRAGMA user_version = 7", c.disk)
			if err := c.write(store); !errors.Is(err, status.ErrUnavailable) {
				t.Fatalf("write: %v, want ErrUnavailable", err)
			}
			onWriter(t, store, readOnly) // a full disk refuses the write of Ready too
			for range 3 {
				if err := store.Ready(t.Context()); !errors.Is(err, status.ErrUnavailable) {
					t.Errorf("Ready: %v, want ErrUnavailable", err)
				}
			}
			onWriter(t, store, "PRAGMA query_only = OFF", "PRAGMA max_page_count = 1000000")
			if err := store.Ready(t.Context()); err != nil { // although there was no other write
				t.Errorf("Ready after the disk accepts writes again: %v", err)
			}
			if err := c.write(store); err != nil {
				t.Error(err)
			}
			var version int
			if err := raw(t, path).QueryRow("PRAGMA user_version").Scan(&version); err != nil || version != 7 {
				t.Errorf("user_version is %d, %v; want 7", version, err)
			}
		})
	}
}

func TestReadyWritesNothingIfTheDiskRefusedNoWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, path)
	mustUpdate(t, store, benchKey(1), benchPatch(1))
	if _, _, err := store.Update(t.Context(), "tenant", benchKey(2), benchPatch(2), status.Cond{}); !errors.Is(err, status.ErrNotFound) {
		t.Error(err)
	}
	before := walOf(t, path)
	if err := store.Ready(t.Context()); err != nil || !bytes.Equal(before, walOf(t, path)) {
		t.Errorf("Ready: %v, want nil and an unchanged write-ahead log", err)
	}
}

func TestOpeningAnExistingDatabaseNeitherWritesNorWaitsForAWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	if err := openTest(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := raw(t, path).Begin() // an immediate transaction: it holds the write lock
	if err != nil {
		t.Fatal(err)
	}
	openTest(t, path)
	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}
	openTest(t, path)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) || len(walOf(t, path)) > 0 {
		t.Errorf("opening has changed the file or its write-ahead log, %v", err)
	}
}
