package main

import (
	"context"
	"database/sql"
	"net"
	"path/filepath"
	"testing"
	"time"

	"installstatus/server/store/postgres/postgrestest"
)

func TestAServerCanBeStoppedWhileItWaitsForItsDatabase(t *testing.T) {
	t.Parallel()
	for rule, db := range map[string]func(*testing.T) string{
		"PostgreSQL does not answer": func(t *testing.T) string {
			silent, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { silent.Close() })
			return "postgres://user@" + silent.Addr().String() + "/db?sslmode=disable&connect_timeout=60"
		},
		"another replica migrates PostgreSQL": func(t *testing.T) string {
			const gooseLock = "SELECT pg_advisory_lock(4097083626)"
			address := postgrestest.New(t)
			hold(t, "pgx", address, gooseLock)
			return address
		},
		"another process has SQLite's lock": func(t *testing.T) string {
			file := filepath.Join(t.TempDir(), "locked.db")
			hold(t, "sqlite", file, "BEGIN EXCLUSIVE")
			return "sqlite:" + file
		},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			args := serveArgs(t.TempDir(), []string{"--db", db(t)})
			ctx, terminate := context.WithCancel(t.Context())
			var out, complaints syncBuffer
			exit := make(chan int, 1)
			go func() { exit <- run(ctx, args, terminal{out: &out, err: &complaints}) }()
			time.Sleep(time.Second)
			terminate()
			select {
			case code := <-exit:
				if said := out.String() + complaints.String(); code != 0 || said != "" {
					t.Errorf("exit code %d: %s", code, said)
				}
			case <-time.After(20 * time.Second):
				t.Error("the server does not stop")
			}
		})
	}
}

// hold holds the lock that a statement takes until the test ends.
func hold(t *testing.T, driver, address, statement string) {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
