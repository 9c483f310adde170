package sqlite

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
	"installstatus/server/store/writes"
)

func TestAnUnchangedStatusIsNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, path)
	mustUpdate(t, store, benchKey(1), benchPatch(1))
	before := walOf(t, path)
	for _, patch := range []status.Patch{{}, benchPatch(1), status.PatchOf(status.Status{ErrorCode: int32(1)}, "errorCode")} {
		mustUpdate(t, store, benchKey(1), patch)
	}
	if _, _, err := store.Update(t.Context(), "tenant", benchKey(2), benchPatch(2), status.Cond{}); !errors.Is(err, status.ErrNotFound) {
		t.Error(err)
	}
	if !bytes.Equal(before, walOf(t, path)) {
		t.Error("an update that changes nothing has changed the write-ahead log")
	}
	mustUpdate(t, store, benchKey(1), benchPatch(2))
	if bytes.Equal(before, walOf(t, path)) {
		t.Error("a change is not in the write-ahead log")
	}
}

func TestAnUpdateSetsOnlyTheChangedColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, path)
	mustUpdate(t, store, benchKey(1), benchPatch(1))
	db := raw(t, path)
	exec := func(statement string) {
		t.Helper()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE TABLE named (name TEXT)")
	for _, name := range sqlgen.RowNames() {
		exec("CREATE TRIGGER named_" + name + " AFTER UPDATE OF " + name + " ON statuses BEGIN INSERT INTO named VALUES ('" + name + "'); END")
	}
	for _, update := range []struct {
		patch status.Patch
		want  string
	}{
		{benchPatch(1), ""},
		{benchPatch(2), "error_code os_version"},
		{status.PatchOf(status.Status{ErrorCode: int32(3), UserPrincipalName: status.TextOf("anna@contoso.com")}, "errorCode", "userPrincipalName"), "error_code user_principal_name"},
		{status.PatchOf(status.Status{LastSyncDateTime: query.Stored("0001-01-01T00:00:00.0Z", status.NeverSynced.Instant())}, "lastSyncDateTime"), "last_sync_date_time"},
		{status.PatchOf(status.Status{DeviceName: status.Text{}, DeviceID: status.Text{}}, "deviceName", "deviceId"), "device_name"},
	} {
		exec("DELETE FROM named")
		mustUpdate(t, store, benchKey(1), update.patch)
		var got string
		if err := db.QueryRow("SELECT coalesce(group_concat(name, ' '), '') FROM (SELECT name FROM named ORDER BY name)").Scan(&got); err != nil || got != update.want {
			t.Errorf("set the columns %q, %v; want %q", got, err, update.want)
		}
	}
}

func TestTheStatementCacheOfTheWriterIsBounded(t *testing.T) {
	store := openTest(t, filepath.Join(t.TempDir(), "test.db"))
	c, err := store.writer.connections.borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for set := sqlgen.Columns(1); set <= 2*maxOthers; set++ {
		if _, err := c.statement(t.Context(), updateRow(set)); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.others) != maxOthers {
		t.Errorf("the cache has %d statements, want %d", len(c.others), maxOthers)
	}
	store.writer.connections.giveBack(c)
	for n := range 3 {
		mustUpdate(t, store, benchKey(1), benchPatch(n))
	}
}

func TestAnUpdateThatWaitsForAnotherProcessCanBeCancelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, path)
	other, err := raw(t, path).Begin() // an immediate transaction: it holds the write lock
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	started := time.Now()
	if _, _, err := store.Update(ctx, "tenant", benchKey(1), benchPatch(1), status.Cond{CreateIfMissing: true}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want the context's error", err)
	}
	if waited := time.Since(started); waited > time.Second {
		t.Errorf("waited %v, want at most 1 s", waited)
	}
	if err := store.Ready(t.Context()); err != nil {
		t.Errorf("Ready while another process writes: %v", err)
	}
	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}
	mustUpdate(t, store, benchKey(1), benchPatch(1))
}

func TestADatabaseThatStaysLockedIsUnavailable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, path)
	c, err := store.writer.connections.borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.patience = 20 * time.Millisecond
	store.writer.connections.giveBack(c)
	other, err := raw(t, path).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback()
	if _, _, err := store.Update(t.Context(), "tenant", benchKey(1), benchPatch(1), status.Cond{CreateIfMissing: true}); !errors.Is(err, status.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
}

func TestWritesThatWaitForTheSameLockFailTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, path)
	mustUpdate(t, store, benchKey(1), benchPatch(1))
	c, err := store.writer.connections.borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.patience = 100 * time.Millisecond
	other, err := raw(t, path).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback()
	var group sync.WaitGroup
	for n := range 2 * maxGroup {
		group.Go(func() {
			if _, _, err := store.Update(t.Context(), "tenant", benchKey(1), benchPatch(n), status.Cond{}); !errors.Is(err, status.ErrUnavailable) {
				t.Errorf("%v, want ErrUnavailable", err)
			}
		})
	}
	for store.writer.Len() < 2*maxGroup-1 {
		time.Sleep(time.Millisecond)
	}
	began := time.Now()
	store.writer.connections.giveBack(c)
	group.Wait()
	if took := time.Since(began); took > 5*time.Second { // one at a time they would take 51 s
		t.Errorf("the writes failed after %s, want at most 5 s", took)
	}
}

func TestAFullDatabaseIsUnavailableAndRecovers(t *testing.T) {
	store := openTest(t, filepath.Join(t.TempDir(), "test.db"))
	mustUpdate(t, store, benchKey(1), benchPatch(1))
	limit := func(pages string) {
		c, err := store.writer.connections.borrow(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer store.writer.connections.giveBack(c)
		if _, err := c.ExecContext(t.Context(), "PRAGMA max_page_count = "+pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // less than the file has, so it cannot grow
	large := status.PatchOf(status.Status{DeviceName: status.TextOf(strings.Repeat("secret", 1000))}, "deviceName")
	_, _, err := store.Update(t.Context(), "tenant", benchKey(1), large, status.Cond{})
	if !errors.Is(err, status.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Error("the error contains a value of the patch")
	}
	if s, err := store.Get(t.Context(), "tenant", benchKey(1)); err != nil || s != benchPatch(1).Apply(status.New(benchKey(1).ID)) {
		t.Errorf("the row is now %+v, %v; want it unchanged", s, err)
	}
	limit("1000000")
	mustUpdate(t, store, benchKey(1), large)
}

func TestAFailedCommitReturnsErrUnavailable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, path)
	mustUpdate(t, store, benchKey(1), benchPatch(1))
	if _, err := raw(t, path).Exec(`
		CREATE TABLE doubt (app INTEGER REFERENCES apps (number) DEFERRABLE INITIALLY DEFERRED);
		CREATE TRIGGER doubt AFTER UPDATE OF error_code ON statuses BEGIN INSERT INTO doubt VALUES (-1); END`); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Update(t.Context(), "tenant", benchKey(1), benchPatch(2), status.Cond{}); !errors.Is(err, status.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	if s, err := store.Get(t.Context(), "tenant", benchKey(1)); err != nil || s.ErrorCode != 1 {
		t.Errorf("the row is now %+v, %v; want it unchanged", s, err)
	}
	mustUpdate(t, store, benchKey(1), status.PatchOf(status.Status{DeviceName: status.TextOf("another")}, "deviceName"))
}

func TestAFailedImportHasWrittenTheRowsItCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, path)
	mustUpdate(t, store, benchKey(1), benchPatch(1))
	if _, err := raw(t, path).Exec("CREATE TRIGGER refuse BEFORE INSERT ON statuses WHEN NEW.id = 'refused' BEGIN SELECT RAISE(ABORT, 'no'); END"); err != nil {
		t.Fatal(err)
	}
	rows := []status.Imported{{ID: benchKey(1).ID, Patch: benchPatch(2)}, {ID: benchKey(2).ID, Patch: benchPatch(2)}, {ID: "refused"}}
	written, err := store.Import(t.Context(), "tenant", "app", rows) // one transaction, if three rows fit in its time
	if err == nil {
		t.Error("Import accepted the refused row")
	}
	if s, err := store.Get(t.Context(), "tenant", benchKey(1)); err != nil || s != benchPatch(1+written.Changed).Apply(status.New(benchKey(1).ID)) {
		t.Errorf("with %d changed, the row is %+v, %v", written.Changed, s, err)
	}
	if _, err := store.Get(t.Context(), "tenant", benchKey(2)); errors.Is(err, status.ErrNotFound) != (written.Created == 0) {
		t.Errorf("with %d created, reading the row before the refused one returns %v", written.Created, err)
	}
	mustUpdate(t, store, benchKey(2), benchPatch(2))
}

func walOf(t *testing.T, path string) []byte {
	t.Helper()
	wal, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return wal
}

func TestAFailedWriteDoesNotAffectItsGroup(t *testing.T) {
	store := openTest(t, filepath.Join(t.TempDir(), "test.db"))
	broken := errors.New("broken")
	outcomes := inOneGroup(t, store, 20, func(ctx context.Context, c *connection, n int) error {
		_, _, err := writes.Update(ctx, c.at("tenant", benchKey(n)), benchKey(n), benchPatch(n), status.Cond{CreateIfMissing: true})
		if n%7 == 3 {
			return broken
		}
		return err
	})
	for n, err := range outcomes {
		_, found := store.Get(t.Context(), "tenant", benchKey(n))
		switch fails := n%7 == 3; {
		case fails && (!errors.Is(err, broken) || !errors.Is(found, status.ErrNotFound)):
			t.Errorf("write %d: %v; reading its row: %v", n, err, found)
		case !fails && (err != nil || found != nil):
			t.Errorf("write %d: %v; reading its row: %v", n, err, found)
		}
	}
}

func TestAFailedCommitFailsItsWholeGroup(t *testing.T) {
	store := openTest(t, filepath.Join(t.TempDir(), "test.db"))
	c, err := store.writer.connections.borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ExecContext(t.Context(), "CREATE TEMP TABLE parent (id INTEGER PRIMARY KEY); CREATE TEMP TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"); err != nil {
		t.Fatal(err)
	}
	store.writer.connections.giveBack(c)
	outcomes := inOneGroup(t, store, 5, func(ctx context.Context, c *connection, n int) error {
		if n == 2 { // only the commit detects this
			_, err := c.ExecContext(ctx, "INSERT INTO child VALUES (7)")
			return err
		}
		_, _, err := writes.Update(ctx, c.at("tenant", benchKey(n)), benchKey(n), benchPatch(n), status.Cond{CreateIfMissing: true})
		return err
	})
	for n, err := range outcomes {
		if _, found := store.Get(t.Context(), "tenant", benchKey(n)); !errors.Is(err, status.ErrUnavailable) || !errors.Is(found, status.ErrNotFound) {
			t.Errorf("write %d: %v; reading its row: %v", n, err, found)
		}
	}
	mustUpdate(t, store, benchKey(1), benchPatch(2))
}

// inOneGroup runs n writes in one group: it holds the writer's connection until all of them wait.
func inOneGroup(t *testing.T, store *Store, n int, do func(context.Context, *connection, int) error) []error {
	t.Helper()
	held, err := store.writer.connections.borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	outcomes := make([]error, n)
	var writing sync.WaitGroup
	for i := range n {
		writing.Go(func() {
			outcomes[i] = store.writer.Do(t.Context(), func(ctx context.Context, c *connection) error { return do(ctx, c, i) })
		})
	}
	for store.writer.Len() < n-1 {
		time.Sleep(time.Millisecond)
	}
	store.writer.connections.giveBack(held)
	writing.Wait()
	return outcomes
}

func TestOnlyCommittedWritesAreCounted(t *testing.T) {
	store := openTest(t, filepath.Join(t.TempDir(), "test.db"))
	c, err := store.writer.connections.borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const calls = 9
	var group sync.WaitGroup
	for n := range calls {
		group.Go(func() {
			store.writer.Do(t.Context(), func(context.Context, *connection) error {
				if n%3 == 0 {
					return errors.New("a failure")
				}
				return nil
			})
		})
	}
	for store.writer.Len() < calls-1 { // the writer has taken one and waits for the connection
		time.Sleep(time.Millisecond)
	}
	store.writer.connections.giveBack(c)
	group.Wait()
	if counted := store.Stats().Grouping.Writes; counted != 6 {
		t.Errorf("counted %d writes, want 6", counted)
	}
}
