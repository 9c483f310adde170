package postgres

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
)

// TestAnAnswerIsAsDurableAsTheWriteBehindIt checks writes that change nothing themselves while the standby that must confirm
// commits is away: the change that they rest on is visible, but a failover would lose it.
func TestAnAnswerIsAsDurableAsTheWriteBehindIt(t *testing.T) {
	t.Parallel()
	type write func(*Store, status.Key) error
	named := func(name string) status.Patch {
		return status.PatchOf(status.Status{DeviceName: status.TextOf(name)}, "deviceName")
	}
	unchanged := status.Cond{IfMatch: []string{status.New("id").ETag()}}
	create := status.Cond{CreateIfMissing: true}
	createNew := status.Cond{CreateIfMissing: true, IfNoneMatch: []string{"*"}}
	patch := func(patch status.Patch, cond status.Cond) write {
		return func(s *Store, key status.Key) error {
			_, _, err := s.Update(context.Background(), "tenant", key, patch, cond)
			return err
		}
	}
	remove := func(cond status.Cond) write {
		return func(s *Store, key status.Key) error { return s.Delete(context.Background(), "tenant", key, cond) }
	}
	imports := func(s *Store, key status.Key) error {
		_, err := s.Import(context.Background(), "tenant", key.App, []status.Imported{{ID: key.ID, Patch: named("new")}})
		return err
	}
	cases := []struct {
		name    string
		missing bool  // before the first write
		first   write // is not confirmed
		second  write // changes nothing
		want    error // of second, once it may be answered
	}{
		{"the same PATCH again", false, patch(named("new"), status.Cond{}), patch(named("new"), status.Cond{}), nil},
		{"an empty PATCH", false, patch(named("new"), status.Cond{}), patch(status.Patch{}, status.Cond{}), nil},
		{"a PATCH of the old entity tag", false, patch(named("new"), status.Cond{}), patch(named("newer"), unchanged), status.ErrConditionNotMet},
		{"create-if-missing again", true, patch(named("new"), create), patch(named("new"), create), nil},
		{"create-if-missing of what must not exist", true, patch(named("new"), create), patch(named("new"), createNew), status.ErrConditionNotMet},
		{"DELETE again", false, remove(status.Cond{}), remove(status.Cond{}), status.ErrNotFound},
		{"DELETE of an entity tag again", false, remove(unchanged), remove(unchanged), status.ErrNotFound},
		{"a PATCH of what was deleted", false, remove(status.Cond{}), patch(named("new"), status.Cond{}), status.ErrNotFound},
		{"an import again", false, imports, imports, nil},
	}
	cluster := postgrestest.NewCluster(t)
	store := openWith(t, cluster.URL("postgres"), hurried())
	keyOf := func(i int) status.Key { return status.Key{App: cases[i].name, ID: "id"} }
	for i, c := range cases {
		if c.missing {
			continue
		}
		if err := patch(status.Patch{}, create)(store, keyOf(i)); err != nil {
			t.Fatal(err)
		}
	}
	requireStandbys(t, cluster, "*")
	var writing sync.WaitGroup
	for i, c := range cases {
		writing.Go(func() {
			for n, write := range []write{c.first, c.second, c.second} {
				began := time.Now()
				if err := write(store, keyOf(i)); !errors.Is(err, status.ErrUnavailable) || time.Since(began) > generous {
					t.Errorf("%s: without a standby, write %d: %v, after %s", c.name, n+1, err, time.Since(began))
				}
			}
		})
	}
	writing.Wait()
	if err := store.Ready(t.Context()); !errors.Is(err, status.ErrWritesWait) {
		t.Errorf("without a standby, Ready: %v", err)
	}
	if _, err := store.Get(t.Context(), "tenant", keyOf(0)); err != nil {
		t.Errorf("without a standby, a read: %v", err)
	}
	requireStandbys(t, cluster, "")
	for i, c := range cases {
		if err := c.second(store, keyOf(i)); !errors.Is(err, c.want) {
			t.Errorf("%s: when no standby is needed: %v, not %v", c.name, err, c.want)
		}
	}
	if err := store.Ready(t.Context()); err != nil {
		t.Errorf("when no standby is needed, Ready: %v", err)
	}
}

// requireStandbys sets the standbys that must confirm commits, and waits until the setting is in force.
func requireStandbys(t *testing.T, cluster *postgrestest.Cluster, names string) {
	t.Helper()
	address := cluster.URL("postgres")
	postgrestest.Run(t, address, "ALTER SYSTEM SET synchronous_standby_names = '"+names+"'")
	postgrestest.Run(t, address, "SELECT pg_reload_conf()")
	time.Sleep(500 * time.Millisecond) // sessions read it before their next statement
}
