package postgres

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
)

// together updates rows 0 to n-1 at once. All of the updates wait for the only connection of the store before it is released.
func together(t *testing.T, store *Store, n int, patch func(int) status.Patch) (errs []error) {
	t.Helper()
	c, err := store.pool.acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	errs = make([]error, n)
	var updating sync.WaitGroup
	for i := range n {
		updating.Go(func() {
			_, _, errs[i] = store.Update(context.Background(), "tenant", numbered(i), patch(i), status.Cond{})
		})
	}
	for store.writer.Len() < n-writers { // each writer holds one
		time.Sleep(time.Millisecond)
	}
	c.Release()
	updating.Wait()
	return errs
}

func openWithRows(t *testing.T, rows int) *Store {
	t.Helper()
	store := openTest(t, postgrestest.With(t, postgrestest.New(t), "pool_max_conns", "1"))
	for i := range rows {
		if _, _, err := store.Update(t.Context(), "tenant", numbered(i), status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

func TestPatchesThatWaitForAConnectionShareATransaction(t *testing.T) {
	const rows = 30
	store := openWithRows(t, rows)
	for i, err := range together(t, store, rows, func(int) status.Patch { return status.PatchOf(status.Status{ErrorCode: int32(1)}, "errorCode") }) {
		if err != nil {
			t.Errorf("row %d: %v", i, err)
		}
	}
	counted, commits := store.Stats().Grouping, uint64(0)
	for _, n := range counted.Commits {
		commits += n
	}
	if counted.Writes != rows || commits > writers {
		t.Errorf("%d writes in %d transactions, want %d in no more than %d", counted.Writes, commits, rows, writers)
	}
}

func TestOnlyCommittedWritesAreCounted(t *testing.T) {
	const rows = 30
	store := openWithRows(t, rows)
	for i, err := range together(t, store, rows, func(i int) status.Patch {
		return status.PatchOf(status.Status{DeviceName: status.TextOf([]string{"name", "no\x00name"}[i%2])}, "deviceName")
	}) {
		if (err != nil) != (i%2 == 1) {
			t.Errorf("row %d: %v", i, err)
		}
	}
	if counted := store.Stats().Grouping.Writes; counted != rows/2 {
		t.Errorf("%d writes are counted, want %d", counted, rows/2)
	}
}

func TestAPatchThatPanicsIsAnsweredAndOthersSucceed(t *testing.T) {
	store := openWithRows(t, 1)
	for range 2 * writers {
		err := store.writer.Do(t.Context(), nil) // no patch
		if err == nil || !strings.Contains(err.Error(), "panicked") {
			t.Errorf("it is answered by %v", err)
		}
	}
	if _, _, err := store.Update(t.Context(), "tenant", numbered(0), status.PatchOf(status.Status{ErrorCode: int32(1)}, "errorCode"), status.Cond{}); err != nil {
		t.Error(err)
	}
}
