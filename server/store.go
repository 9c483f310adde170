package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"installstatus/api/status"
	"installstatus/server/store/postgres"
	"installstatus/server/store/sqlite"
)

// storeFlags say where the data are.
type storeFlags struct {
	DB string `name:"db" default:"sqlite:installstatus.db" help:"Where to keep the data: sqlite:FILE, sqlite::memory: to keep nothing, or postgres://USER@HOST:PORT/DATABASE, whose password may be in PGPASSWORD or ~/.pgpass."`
}

func (f storeFlags) openStore(ctx context.Context, log *slog.Logger) (status.Store, error) {
	if f.isPostgres() {
		store, err := postgres.Open(ctx, f.DB, log)
		if errors.Is(err, postgres.ErrURL) {
			return nil, usageError{err}
		}
		return store, err
	}
	path, isSQLite := strings.CutPrefix(f.DB, "sqlite:")
	if !isSQLite || path == "" {
		return nil, usageError{errors.New("--db must be sqlite:FILE, sqlite::memory: to keep nothing, or postgres://USER@HOST:PORT/DATABASE")}
	}
	return sqlite.Open(ctx, path)
}

func (f storeFlags) isPostgres() bool {
	return slices.ContainsFunc(postgres.Schemes, func(scheme string) bool { return strings.HasPrefix(f.DB, scheme) })
}

// openExisting is openStore where a new database would be a mistake, for a command that tells by its error what went wrong.
func (f storeFlags) openExisting(ctx context.Context) (status.Store, error) {
	if path, isSQLite := strings.CutPrefix(f.DB, "sqlite:"); isSQLite && path != sqlite.InMemory {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("opening the database: %w", err)
		}
	}
	return f.openStore(ctx, slog.New(slog.DiscardHandler))
}
