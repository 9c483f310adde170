package main

import (
	"context"
	"errors"
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
