package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
)

// generous is how long something that takes moments may take on a busy machine before the test calls it a hang.
const generous = 15 * time.Second

// recovery is how long a store may take to answer after its database is back.
const recovery = 5 * time.Second

func TestACrashLosesNoAnsweredWrite(t *testing.T) {
	cluster := postgrestest.NewCluster(t)
	store := openTest(t, cluster.URL("postgres"))
	const callers = 24
	var answered [callers]atomic.Int32
	var refused atomic.Int32
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	for i := range callers {
		writing.Go(func() {
			for n := int32(1); ctx.Err() == nil; n++ {
				err := writeInOneWay(store, i, n)
				switch {
				case err == nil:
					answered[i].Store(n)
				case !errors.Is(err, status.ErrUnavailable):
					t.Errorf("caller %d, write %d: %v", i, n, err)
				default:
					refused.Add(1)
					time.Sleep(10 * time.Millisecond)
				}
			}
		})
	}
	for range 3 {
		time.Sleep(500 * time.Millisecond)
		cluster.Crash()
		time.Sleep(100 * time.Millisecond)
		if err := cluster.Start(); err != nil {
			t.Fatal(err)
		}
		awaitRecovery(t, store, recovery)
	}
	time.Sleep(200 * time.Millisecond)
	stop()
	writing.Wait()
	if refused.Load() == 0 {
		t.Error("no write noticed that the database was away")
	}
	for i := range callers {
		n := answered[i].Load()
		if n == 0 {
			t.Errorf("caller %d wrote nothing", i)
			continue
		}
		if got := lastWritten(t, store, i); got < n {
			t.Errorf("caller %d was answered write %d, and reads %d", i, n, got)
		}
	}
}

// writeInOneWay writes a caller's nth value: unconditionally, with the row's entity tag, or as a new row.
func writeInOneWay(store *Store, caller int, n int32) error {
	key := numbered(caller)
	patch := status.PatchOf(status.Status{ErrorCode: n}, "errorCode")
	cond := status.Cond{CreateIfMissing: true}
	switch caller % 3 {
	case 1:
		found, err := store.Get(context.Background(), "tenant", key)
		if err == nil {
			cond = status.Cond{IfMatch: []string{found.ETag()}}
		} else if !errors.Is(err, status.ErrNotFound) {
			return err
		}
	case 2:
		key.ID = fmt.Sprintf("%s, %09d", key.ID, n)
	}
	_, _, err := store.Update(context.Background(), "tenant", key, patch, cond)
	return err
}

func lastWritten(t *testing.T, store *Store, caller int) int32 {
	t.Helper()
	q := status.Query{App: "app", Query: query.Query{Filter: query.Match{Function: query.StartsWith, Property: query.ID, Text: numbered(caller).ID}, Order: []query.Order{{Property: "errorCode", Descending: true}}, Limit: 1}}
	page, err := store.List(t.Context(), "tenant", q)
	if err != nil || len(page.Rows) == 0 {
		t.Fatalf("caller %d: %+v, %v", caller, page, err)
	}
	return page.Rows[0].ErrorCode
}

func awaitRecovery(t *testing.T, store *Store, within time.Duration) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		_, _, err := store.Update(t.Context(), "tenant", status.Key{App: "app", ID: "recovery"}, status.PatchOf(status.Status{ErrorCode: int32(time.Now().Nanosecond())}, "errorCode"), status.Cond{CreateIfMissing: true})
		if err == nil {
			return
		}
		if time.Since(began) > within {
			t.Fatalf("%s after the database is back: %v", within, err)
		}
	}
}

// calls returns a call of each kind. Each of them reaches the database.
func calls(store *Store) map[string]func(context.Context) error {
	const tenant, app = "tenant", "app"
	return map[string]func(context.Context) error{
		"Get": func(ctx context.Context) error { _, err := store.Get(ctx, tenant, numbered(1)); return err },
		"Update": func(ctx context.Context) error {
			_, _, err := store.Update(ctx, tenant, numbered(1), status.PatchOf(status.Status{ErrorCode: int32(time.Now().Nanosecond())}, "errorCode"), status.Cond{CreateIfMissing: true})
			return err
		},
		"Update by a tag": func(ctx context.Context) error {
			_, _, err := store.Update(ctx, tenant, numbered(1), status.Patch{}, status.Cond{IfMatch: []string{`"none"`}})
			return err
		},
		"Delete": func(ctx context.Context) error { return store.Delete(ctx, tenant, numbered(2), status.Cond{}) },
		"List": func(ctx context.Context) error {
			_, err := store.List(ctx, tenant, status.Query{App: app, Query: query.Query{Limit: 1, Count: true}})
			return err
		},
		"ListUsers": func(ctx context.Context) error {
			_, err := store.ListUsers(ctx, tenant, status.Query{App: app, Query: query.Query{Limit: 1}})
			return err
		},
		"Summarize": func(ctx context.Context) error { _, err := store.Summarize(ctx, tenant, app); return err },
		"Apps": func(ctx context.Context) error {
			_, err := store.Apps(ctx, tenant, status.AppQuery{Limit: 1, Sizes: true})
			return err
		},
		"Import": func(ctx context.Context) error {
			_, err := store.Import(ctx, tenant, app, []status.Imported{{ID: "imported"}})
			return err
		},
		"Ready": func(ctx context.Context) error { return store.Ready(ctx) },
	}
}

func TestCallsFailAtOnceWhileTheDatabaseIsAwayAndSucceedOnceItIsBack(t *testing.T) {
	cluster := postgrestest.NewCluster(t)
	store := openTest(t, cluster.URL("postgres"))
	if err := store.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	cluster.Crash()
	for name, call := range calls(store) {
		began := time.Now()
		if err := call(t.Context()); !errors.Is(err, status.ErrUnavailable) || time.Since(began) > recovery {
			t.Errorf("%s without a database: %v, after %s", name, err, time.Since(began))
		}
	}
	awaitRefusals(t, store)
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	awaitRecovery(t, store, recovery)
	for name, call := range calls(store) {
		if err := call(t.Context()); errors.Is(err, status.ErrUnavailable) {
			t.Errorf("%s with the database back: %v", name, err)
		}
	}
}

// hurried are limits short enough for a test.
func hurried() limits {
	return limits{connect: time.Second, acquire: time.Second, lock: 200 * time.Millisecond, write: time.Second, read: time.Second, probe: 100 * time.Millisecond, cancel: 200 * time.Millisecond}
}

// behindProxy opens a store that reaches a new database through a proxy.
func behindProxy(t *testing.T, limits limits) (*Store, *postgrestest.Proxy) {
	t.Helper()
	proxy, address := postgrestest.Through(t, postgrestest.New(t))
	return openWith(t, address, limits), proxy
}

func openWith(t *testing.T, address string, limits limits) *Store {
	t.Helper()
	config, err := configOf(address)
	if err != nil {
		t.Fatal(err)
	}
	store, err := open(t.Context(), config, limits, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func TestANetworkThatDropsEverythingHoldsNoCallForever(t *testing.T) {
	t.Parallel()
	database := postgrestest.New(t)
	openTest(t, database) // migrates it
	for name := range calls(nil) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, address := postgrestest.Through(t, database)
			store := openWith(t, address, hurried())
			if err := store.Ready(t.Context()); err != nil { // so that a working connection exists
				t.Fatal(err)
			}
			proxy.Swallow()
			began := time.Now()
			if err := calls(store)[name](t.Context()); !errors.Is(err, status.ErrUnavailable) || time.Since(began) > generous {
				t.Errorf("%v, after %s", err, time.Since(began))
			}
			proxy.Reset()
			proxy.Pass()
			awaitRecovery(t, store, generous)
		})
	}
}

// awaitRefusals waits until calls are refused without being tried.
func awaitRefusals(t *testing.T, store *Store) {
	t.Helper()
	for began := time.Now(); !errors.Is(store.Ready(t.Context()), errAway); {
		if time.Since(began) > generous {
			t.Fatal("nobody notices")
		}
	}
}

func TestWhileTheDatabaseDoesNotAnswerCallsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	store, proxy := behindProxy(t, hurried())
	awaitRecovery(t, store, generous)
	logged := make(lines, 10)
	store.pool.watch.log = slog.New(slog.NewTextHandler(logged, nil))
	proxy.Swallow()
	first := make(chan error)
	go func() { first <- store.Ready(context.Background()) }()
	awaitRefusals(t, store)
	for name, call := range calls(store) {
		if err := call(t.Context()); !errors.Is(err, errAway) || !errors.Is(err, status.ErrRefused) {
			t.Errorf("%s: %v, want %v", name, err, errAway)
		}
	}
	if err := <-first; !errors.Is(err, status.ErrUnavailable) {
		t.Error(err)
	}
	proxy.Reset()
	proxy.Pass()
	awaitRecovery(t, store, recovery)
	for name, call := range calls(store) {
		if err := call(t.Context()); errors.Is(err, status.ErrUnavailable) {
			t.Errorf("%s with the database back: %v", name, err)
		}
	}
	if line := <-logged; !strings.Contains(line, "level=WARN") || !strings.Contains(line, "database unreachable") {
		t.Errorf("that it is away is logged as %s", line)
	}
	if line := <-logged; !strings.Contains(line, "level=INFO") || !strings.Contains(line, "database reachable again") {
		t.Errorf("that it is back is logged as %s", line)
	}
	if len(logged) > 0 {
		t.Errorf("and %s", <-logged)
	}
}

// lines are the lines of a log, one at a time.
type lines chan string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

func TestASlowCallDoesNotMakeTheDatabaseUnreachable(t *testing.T) {
	t.Parallel()
	limits := usualLimits()
	limits.probe = 200 * time.Millisecond
	store, _ := behindProxy(t, limits)
	slow := make(chan error)
	go func() {
		slow <- store.pool.read(t.Context(), func(ctx context.Context, c *pgx.Conn) error {
			_, err := c.Exec(ctx, "SELECT pg_sleep(2)")
			return err
		})
	}()
	for {
		select {
		case err := <-slow:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
		if err := store.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestBrokenConnectionsFailNoRead(t *testing.T) {
	t.Parallel()
	store, proxy := behindProxy(t, usualLimits())
	awaitRecovery(t, store, generous)
	for range 20 {
		var reading sync.WaitGroup
		for range 8 { // so that several connections are open
			reading.Go(func() {
				if _, err := store.Summarize(t.Context(), "tenant", "app"); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		proxy.Reset()
	}
}

func TestAWriteWithoutAnAnswerIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(*Store) error{
		"making a row": func(s *Store) error {
			_, _, err := s.Update(context.Background(), "tenant", numbered(1), status.Patch{}, status.Cond{CreateIfMissing: true})
			return err
		},
		"changing a row": func(s *Store) error {
			_, _, err := s.Update(context.Background(), "tenant", numbered(0), status.PatchOf(status.Status{ErrorCode: int32(1)}, "errorCode"), status.Cond{})
			return err
		},
		"changing a row by its tag": func(s *Store) error {
			_, _, err := s.Update(context.Background(), "tenant", numbered(0), status.PatchOf(status.Status{ErrorCode: int32(1)}, "errorCode"), status.Cond{IfMatch: []string{status.New(numbered(0).ID).ETag()}})
			return err
		},
		"deleting a row": func(s *Store) error {
			return s.Delete(context.Background(), "tenant", numbered(0), status.Cond{})
		},
		"importing": func(s *Store) error {
			_, err := s.Import(context.Background(), "tenant", "app", []status.Imported{{ID: numbered(1).ID}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, proxy := behindProxy(t, usualLimits())
			if _, _, err := store.Update(t.Context(), "tenant", numbered(0), status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
				t.Fatal(err)
			}
			proxy.Unanswer()
			if err := write(store); !errors.Is(err, status.ErrUnavailable) {
				t.Errorf("it says %v", err)
			}
			proxy.Pass()
			awaitRecovery(t, store, generous)
		})
	}
}

func TestAQueryEndsInTheDatabaseWhenItsCallerLeaves(t *testing.T) {
	t.Parallel()
	store := openTest(t, postgrestest.New(t))
	ctx, cancel := context.WithCancel(t.Context())
	var session uint32
	time.AfterFunc(200*time.Millisecond, cancel)
	began := time.Now()
	err := store.pool.read(ctx, func(ctx context.Context, c *pgx.Conn) error {
		session = c.PgConn().PID()
		_, err := c.Exec(ctx, "SELECT pg_sleep(60)")
		return failure("sleeping", err)
	})
	if !errors.Is(err, context.Canceled) || time.Since(began) > generous {
		t.Errorf("%v, after %s", err, time.Since(began))
	}
	var state string
	err = store.pool.read(t.Context(), func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, "SELECT state FROM pg_stat_activity WHERE pid = $1", int64(session)).Scan(&state)
	})
	if err != nil || !strings.HasPrefix(state, "idle") && state != "active" { // "active" is the session of this query
		t.Errorf("the session of the query is %q, %v", state, err)
	}
}
