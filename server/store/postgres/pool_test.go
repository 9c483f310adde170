package postgres

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"installstatus/server/store/postgres/postgrestest"
)

func TestACallThatPanicsReturnsItsConnection(t *testing.T) {
	limits := hurried()
	store := openWith(t, postgrestest.With(t, postgrestest.New(t), "pool_max_conns", "1"), limits)
	asked := make(chan struct{}, 1)
	store.pool.watch.ask = func(context.Context) error {
		asked <- struct{}{}
		return nil
	}
	for range 3 {
		func() {
			defer func() {
				if recover() != "a mistake" {
					t.Error("the panic is lost")
				}
			}()
			_ = store.pool.read(t.Context(), func(context.Context, *pgx.Conn) error { panic("a mistake") })
		}()
	}
	if err := store.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	select {
	case <-asked:
		t.Error("a call that has ended is still waited for")
	case <-time.After(3 * limits.probe):
	}
}
