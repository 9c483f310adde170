package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"installstatus/api/status"
	"installstatus/server/store/sqlite"
)

// storeFlags say where the data are.
type storeFlags struct {
	DB string `name:"db" default:"sqlite:installstatus.db" help:"Where to keep the data: sqlite:FILE, or sqlite::memory: to keep nothing."`
}

func (f storeFlags) openStore(ctx context.Context) (status.Store, error) {
	path, isSQLite := strings.CutPrefix(f.DB, "sqlite:")
	if !isSQLite || path == "" {
		return nil, usageError{errors.New("--db must be sqlite:FILE, or sqlite::memory: to keep nothing")}
	}
	return sqlite.Open(ctx, path)
}

// openExisting is openStore where a new database would be a mistake.
func (f storeFlags) openExisting(ctx context.Context) (status.Store, error) {
	if path, isSQLite := strings.CutPrefix(f.DB, "sqlite:"); isSQLite && path != sqlite.InMemory {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("opening the database: %w", err)
		}
	}
	return f.openStore(ctx)
}
