package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"testing"

	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
	"installstatus/server/store/storetest"
)

func TestStoreFollowsTheRules(t *testing.T) {
	followsTheRules(t, func(address string) string { return address })
}

func TestStoreFollowsTheRulesWithoutPreparedStatements(t *testing.T) {
	followsTheRules(t, func(address string) string { return postgrestest.With(t, address, "default_query_exec_mode", "exec") })
}

func followsTheRules(t *testing.T, reach func(string) string) {
	t.Parallel()
	storetest.Run(t, storetest.Engine{
		New: func(t *testing.T) func() (status.Store, error) {
			address := reach(postgrestest.New(t))
			return func() (status.Store, error) { return Open(t.Context(), address, slog.New(slog.DiscardHandler)) }
		},
	})
}

// BenchmarkUpdate changes random rows of many, from one caller and from 64 at once. The throw-away cluster does not wait for
// the disk; name a server for realistic figures.
func BenchmarkUpdate(b *testing.B) {
	const rows = 10_000
	store := openTest(b, postgrestest.New(b))
	var all []status.Imported
	for n := range rows {
		all = append(all, status.Imported{ID: numbered(n).ID})
	}
	if _, err := store.Import(b.Context(), "tenant", "app", all); err != nil {
		b.Fatal(err)
	}
	update := func(cond func(status.Key) status.Cond) {
		n := rand.N(1_000_000)
		key := numbered(n % rows)
		patch := status.PatchOf(status.Status{
			DeviceName:   status.TextOf("Device Name value"),
			InstallState: status.InstallStateFailed,
			ErrorCode:    int32(n),
			OSVersion:    status.TextOf(fmt.Sprint("10.0.", n)),
		}, "deviceName", "installState", "errorCode", "osVersion")
		if _, _, err := store.Update(b.Context(), "tenant", key, patch, cond(key)); err != nil {
			b.Error(err)
		}
	}
	whatever := func(status.Key) status.Cond { return status.Cond{} }
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			update(whatever)
		}
	})
	b.Run("64 callers", func(b *testing.B) {
		b.SetParallelism(64 / runtime.GOMAXPROCS(0))
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				update(whatever)
			}
		})
	})
}

func openTest(t testing.TB, address string) *Store {
	t.Helper()
	store, err := Open(context.Background(), address, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func numbered(n int) status.Key { return status.Key{App: "app", ID: fmt.Sprintf("id %06d", n)} }
