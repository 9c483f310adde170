package postgres

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
)

func TestAReadIsBoundedInTime(t *testing.T) {
	t.Parallel()
	store := openWith(t, postgrestest.New(t), hurried())
	began := time.Now()
	err := store.pool.read(t.Context(), func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SELECT pg_sleep(60)")
		return failure("sleeping", err)
	})
	if !errors.Is(err, status.ErrUnavailable) || time.Since(began) > generous {
		t.Errorf("%v, after %s", err, time.Since(began))
	}
}

func TestAWriteThatKeepsLosingRacesIsUnavailable(t *testing.T) {
	t.Parallel()
	store := openWith(t, postgrestest.New(t), hurried())
	ends := time.Now().Add(100 * time.Millisecond)
	err := store.pool.writeBy(t.Context(), ends, func(context.Context, *pgx.Conn) error {
		time.Sleep(10 * time.Millisecond)
		return errRaced
	})
	if !errors.Is(err, status.ErrUnavailable) || !errors.Is(err, errRaced) {
		t.Errorf("%v", err)
	}
}

func TestWithoutAFreeConnectionACallWaitsForALimitedTime(t *testing.T) {
	t.Parallel()
	database := postgrestest.With(t, postgrestest.New(t), "pool_max_conns", "1")
	openTest(t, database) // migrates it
	for name := range calls(nil) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := openWith(t, database, hurried())
			call := calls(store)[name]
			c, err := store.pool.acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if err := call(t.Context()); !errors.Is(err, status.ErrUnavailable) || time.Since(began) > generous {
				t.Errorf("%v, after %s", err, time.Since(began))
			}
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("with a deadline: %v", err)
			}
			c.Release()
			awaitRecovery(t, store, generous)
		})
	}
}

// hold locks a row in a transaction of another session, until the test ends.
func hold(t *testing.T, address string, key status.Key) pgx.Tx {
	t.Helper()
	holder, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { holder.Close(context.Background()) })
	held, err := holder.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec(t.Context(), "SELECT FROM statuses WHERE id = $1 FOR UPDATE", key.ID); err != nil {
		t.Fatal(err)
	}
	return held
}

func TestALockedRowDelaysNoWriteToAnotherRow(t *testing.T) {
	t.Parallel()
	address := postgrestest.New(t)
	limits := usualLimits()
	limits.lock = 100 * time.Millisecond
	store := openWith(t, address, limits)
	const rows = 40
	for n := range rows {
		if _, _, err := store.Update(t.Context(), "tenant", numbered(n), status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
			t.Fatal(err)
		}
	}
	held := hold(t, address, numbered(0))
	update := func(n int) error {
		_, _, err := store.Update(context.Background(), "tenant", numbered(n), status.PatchOf(status.Status{ErrorCode: int32(1)}, "errorCode"), status.Cond{})
		return err
	}
	of := make(chan error, 1)
	go func() { of <- update(0) }()
	var others sync.WaitGroup
	for n := 1; n < rows; n++ {
		others.Go(func() {
			if err := update(n); err != nil {
				t.Errorf("row %d: %v", n, err)
			}
		})
	}
	others.Wait()
	select {
	case err := <-of:
		if err == nil {
			t.Error("a row that is held was written")
		}
	default:
	}
	if err := held.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-of; err != nil {
		t.Errorf("the row that was held: %v", err)
	}
}

func TestWritesToALockedRowEndInTimeAndDelayNoRead(t *testing.T) {
	t.Parallel()
	address := postgrestest.New(t)
	store := openWith(t, address, usualLimits())
	tag := status.New(numbered(0).ID).ETag()
	for n := range 2 {
		if _, _, err := store.Update(t.Context(), "tenant", numbered(n), status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
			t.Fatal(err)
		}
	}
	hold(t, address, numbered(0))
	var writing sync.WaitGroup
	for n := range 40 {
		writing.Go(func() {
			began := time.Now()
			patch, cond := status.PatchOf(status.Status{ErrorCode: int32(1)}, "errorCode"), status.Cond{}
			if n%2 == 0 {
				cond.IfMatch = []string{tag}
			}
			_, _, err := store.Update(context.Background(), "tenant", numbered(0), patch, cond)
			if took := time.Since(began); !errors.Is(err, status.ErrUnavailable) || took > 9*time.Second {
				t.Errorf("a write of a row that is held: %v after %s", err, took)
			}
		})
	}
	for range 10 {
		time.Sleep(200 * time.Millisecond)
		began := time.Now()
		_, err := store.Get(t.Context(), "tenant", numbered(1))
		ready := store.Ready(t.Context())
		if took := time.Since(began); err != nil || ready != nil || took > 800*time.Millisecond {
			t.Errorf("another row is read: %v, ready: %v, after %s", err, ready, took)
		}
	}
	writing.Wait()
}
