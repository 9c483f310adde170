package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"installstatus/api/status"
	"installstatus/server/store/storetest"
)

func TestFileFollowsTheRules(t *testing.T) {
	storetest.Run(t, storetest.Engine{
		New: func(t *testing.T) func() (status.Store, error) {
			path := filepath.Join(t.TempDir(), "test.db")
			return func() (status.Store, error) { return Open(t.Context(), path) }
		},
	})
}

func TestMemoryFollowsTheRules(t *testing.T) {
	storetest.Run(t, storetest.Engine{
		New: func(t *testing.T) func() (status.Store, error) {
			return func() (status.Store, error) { return Open(t.Context(), InMemory) }
		},
		Forgets: true,
	})
}

func BenchmarkUpdate(b *testing.B) {
	const rows = 1000
	store := openTest(b, filepath.Join(b.TempDir(), "bench.db"))
	for n := range rows {
		mustUpdate(b, store, benchKey(n), status.Patch{})
	}
	b.Run("serial", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			mustUpdate(b, store, benchKey(n%rows), benchPatch(n))
		}
	})
	b.Run("parallel", func(b *testing.B) {
		var calls atomic.Int64
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				n := int(calls.Add(1))
				mustUpdate(b, store, benchKey(n%rows), benchPatch(n))
			}
		})
	})
}

func BenchmarkGet(b *testing.B) {
	store := openTest(b, filepath.Join(b.TempDir(), "bench.db"))
	mustUpdate(b, store, benchKey(0), benchPatch(0))
	for b.Loop() {
		if _, err := store.Get(b.Context(), "tenant", benchKey(0)); err != nil {
			b.Fatal(err)
		}
	}
}

func benchKey(n int) status.Key { return status.Key{App: "app", ID: fmt.Sprintf("id %06d", n)} }

func benchPatch(n int) status.Patch {
	return status.PatchOf(status.Status{
		DeviceName:   status.TextOf("Device Name value"),
		InstallState: status.InstallStateFailed,
		ErrorCode:    int32(n),
		OSVersion:    status.TextOf(fmt.Sprint("10.0.", n)),
	}, "deviceName", "installState", "errorCode", "osVersion")
}

func openTest(t testing.TB, path string) *Store {
	t.Helper()
	store, err := Open(context.Background(), path)
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

func mustUpdate(t testing.TB, store *Store, key status.Key, patch status.Patch) {
	if _, _, err := store.Update(t.Context(), "tenant", key, patch, status.Cond{CreateIfMissing: true}); err != nil {
		t.Error(err)
	}
}
