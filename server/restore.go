package main

import (
	"context"
	"errors"
	"fmt"

	"installstatus/server/store/sqlite"
)

type restoreCommand struct {
	storeFlags `embed:"" set:"engines=sqlite:FILE"`

	Backup string `arg:"" help:"A file created by the command backup." placeholder:"FILE"`
}

func (restoreCommand) Help() string {
	return `Creates a database from a backup and checks it. If a database with this name exists, first stop its server and move the
file away, together with its -wal and -shm files: SQLite would apply the writes in them to the new database.

Example:
  mv installstatus.db* /somewhere/else/
  installstatus restore --db sqlite:installstatus.db backup.db`
}

// Run creates the database.
func (c restoreCommand) Run(ctx context.Context, to terminal) error {
	name, err := c.file("restore it with pg_restore")
	if err != nil {
		return err
	}
	err = copyDatabase(ctx, to, c.Backup, name)
	if errors.Is(err, sqlite.ErrThere) {
		return fmt.Errorf("%w; stop the server of %s and move the file away, together with its -wal and -shm files", err, name)
	}
	return err
}
