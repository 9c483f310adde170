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

// onWriter lets the connection that writes execute statements.
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
	const readOnly, full = "PRAGMA query_only = ON", "PRAGMA max_page_count = 1" // no more than there are
	large := status.PatchOf(status.Status{DeviceName: status.TextOf(strings.Repeat("x", 5000))}, "deviceName")
	update := func(store *Store) error {
		_, _, err := store.Update(t.Context(), "tenant", benchKey(1), large, status.Cond{})
		return err
	}
	for name, c := range map[string]struct {
		disk  string
		write func(*Store) error
	}{
		"an update on a full disk":     {full, update},
		"an update on a read-only one": {readOnly, update},
		"a deletion": {readOnly, func(store *Store) error {
			return store.Delete(t.Context(), "tenant", benchKey(1), status.Cond{})
		}},
		"an import": {readOnly, func(store *Store) error {
			_, _, err := store.Import(t.Context(), "tenant", "app", []status.Imported{{ID: "new"}})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			store := openTest(t, path)
			mustUpdate(t, store, benchKey(1), benchPatch(1))
			onWriter(t, store, "PRAGMA user_version = 7", c.disk)
			if err := c.write(store); !errors.Is(err, status.ErrUnavailable) {
				t.Fatalf("the write: %v, want ErrUnavailable", err)
			}
			onWriter(t, store, readOnly) // a full disk too refuses what Ready tries
			for range 3 {
				if err := store.Ready(t.Context()); !errors.Is(err, status.ErrUnavailable) {
					t.Errorf("%v, want ErrUnavailable", err)
				}
			}
			onWriter(t, store, "PRAGMA query_only = OFF", "PRAGMA max_page_count = 1000000")
			if err := store.Ready(t.Context()); err != nil { // though nobody else has written
				t.Errorf("it stays unready: %v", err)
			}
			if err := c.write(store); err != nil {
				t.Error(err)
			}
			var version int
			if err := raw(t, path).QueryRow("PRAGMA user_version").Scan(&version); err != nil || version != 7 {
				t.Errorf("the version has become %d, %v", version, err)
			}
		})
	}
}

func TestReadyWritesNothingWhereNoWriteWasRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, path)
	mustUpdate(t, store, benchKey(1), benchPatch(1))
	if _, _, err := store.Update(t.Context(), "tenant", benchKey(2), benchPatch(2), status.Cond{}); !errors.Is(err, status.ErrNotFound) {
		t.Error(err)
	}
	before := walOf(t, path)
	if err := store.Ready(t.Context()); err != nil || !bytes.Equal(before, walOf(t, path)) {
		t.Errorf("the log has changed, %v", err)
	}
}

func TestOpeningNeitherWritesNorWaitsForWhoDoes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	if err := openTest(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := raw(t, path).Begin() // immediate: it holds the only lock to write with
	if err != nil {
		t.Fatal(err)
	}
	openTest(t, path)
	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}
	openTest(t, path)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) || len(walOf(t, path)) > 0 {
		t.Errorf("the file has changed, %v", err)
	}
}
