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

// storeFlags say where the data are. Who embeds them says by the variable engines which databases the command takes.
type storeFlags struct {
	DB string `name:"db" default:"sqlite:installstatus.db" help:"Where the data are: ${engines}."`
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
		return nil, usageError{errors.New("--db must be sqlite:FILE or postgres://USER@HOST:PORT/DATABASE")}
	}
	return sqlite.Open(ctx, path)
}

func (f storeFlags) isPostgres() bool {
	return slices.ContainsFunc(postgres.Schemes, func(scheme string) bool { return strings.HasPrefix(f.DB, scheme) })
}

// mustKeep is an error where the data would end with the command.
func (f storeFlags) mustKeep() error {
	if f.DB == "sqlite:"+sqlite.InMemory {
		return usageError{errors.New("--db sqlite::memory: keeps nothing, and is for serve alone; say sqlite:FILE or postgres://USER@HOST:PORT/DATABASE")}
	}
	return nil
}

// openToRead is openStore for a command that writes nothing, and tells by its error what went wrong: a new database would be a
// mistake, and one that can't be written is none.
func (f storeFlags) openToRead(ctx context.Context) (status.Store, error) {
	if err := f.mustKeep(); err != nil {
		return nil, err
	}
	path, isSQLite := strings.CutPrefix(f.DB, "sqlite:")
	if !isSQLite || path == "" {
		return f.openStore(ctx, slog.New(slog.DiscardHandler))
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return sqlite.OpenToRead(ctx, path)
}
