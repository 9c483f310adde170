package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"installstatus/api/status"
	"installstatus/server/store/measure"
	"installstatus/server/store/postgres"
	"installstatus/server/store/sqlite"
)

// engines are the storage engines. To add one, add a row.
var engines = []engine{
	{
		name: "SQLite", form: "sqlite:FILE", schemes: []string{sqliteScheme},
		open: func(ctx context.Context, db string, _ *slog.Logger) (status.Store, error) {
			return sqlite.Open(ctx, fileOf(db))
		},
		reader: openSQLiteToRead,
	},
	{
		name: "PostgreSQL", form: "postgres://USER@HOST:PORT/DATABASE", schemes: postgres.Schemes,
		open: openPostgres,
		reader: func(ctx context.Context, db string) (status.Store, error) {
			return openPostgres(ctx, db, slog.New(slog.DiscardHandler))
		},
	},
}

// engine opens the databases whose --db begins with one of its schemes.
type engine struct {
	name, form string // for messages
	schemes    []string
	open       func(ctx context.Context, db string, log *slog.Logger) (status.Store, error)
	reader     func(ctx context.Context, db string) (status.Store, error) // for a command that writes nothing
}

const sqliteScheme = "sqlite:"

// fileOf returns the file that a --db of SQLite names.
func fileOf(db string) string { return strings.TrimPrefix(db, sqliteScheme) }

// openSQLiteToRead opens a file that must exist: a new database would be a mistake.
func openSQLiteToRead(ctx context.Context, db string) (status.Store, error) {
	if _, err := os.Stat(fileOf(db)); err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return sqlite.OpenToRead(ctx, fileOf(db))
}

func openPostgres(ctx context.Context, db string, log *slog.Logger) (status.Store, error) {
	store, err := postgres.Open(ctx, db, log)
	if errors.Is(err, postgres.ErrURL) {
		return nil, usageError{err}
	}
	return store, err
}

// storeFlags select the database. The variable engines in the tag of a command lists the databases that it accepts.
type storeFlags struct {
	DB string `name:"db" default:"sqlite:installstatus.db" help:"The database: ${engines}."`
}

// engine returns the engine of the database.
func (f storeFlags) engine() (engine, error) {
	var forms []string
	for _, e := range engines {
		for _, scheme := range e.schemes {
			if strings.HasPrefix(f.DB, scheme) && f.DB != sqliteScheme {
				return e, nil
			}
		}
		forms = append(forms, e.form)
	}
	return engine{}, usageError{errors.New("--db must be " + strings.Join(forms, " or "))}
}

func (f storeFlags) openStore(ctx context.Context, log *slog.Logger) (status.Store, error) {
	e, err := f.engine()
	if err != nil {
		return nil, err
	}
	return e.open(ctx, f.DB, log)
}

// openToRead opens the database for a command that writes nothing. The file of an SQLite database may be read-only.
func (f storeFlags) openToRead(ctx context.Context) (status.Store, error) {
	if err := f.mustKeep(); err != nil {
		return nil, err
	}
	e, err := f.engine()
	if err != nil {
		return nil, err
	}
	return e.reader(ctx, f.DB)
}

// mustKeep returns an error if the data would be lost when the command ends.
func (f storeFlags) mustKeep() error {
	if f.DB == sqliteScheme+sqlite.InMemory {
		return usageError{errors.New("--db sqlite::memory: keeps nothing and is only for serve; use sqlite:FILE or postgres://USER@HOST:PORT/DATABASE")}
	}
	return nil
}

// filesToOpen returns how many file descriptors a store may still need for connections to its database.
func filesToOpen(store status.Store) uint {
	if counted, ok := store.(measure.Store); ok {
		stats := counted.Stats()
		return uint(max(0, stats.Most-stats.Used-stats.Idle))
	}
	return 0
}
