package main

import (
	"context"
	"errors"
	"fmt"

	"installstatus/server/store/sqlite"
)

type restoreCommand struct {
	storeFlags `embed:"" set:"engines=sqlite:FILE"`

	Backup string `arg:"" help:"What the command backup has made." placeholder:"FILE"`
}

func (restoreCommand) Help() string {
	return `Makes a database of a backup, and checks it. There must be none of that name: stop its server, and move the file away
together with its -wal and -shm, which hold writes of the old database and would be played into the new one.

Example:
  mv installstatus.db* /somewhere/else/
  installstatus restore --db sqlite:installstatus.db backup.db`
}

// Run makes the database.
func (c restoreCommand) Run(ctx context.Context, to terminal) error {
	name, err := c.file("restore it with pg_restore")
	if err != nil {
		return err
	}
	err = copyDatabase(ctx, to, c.Backup, name)
	if errors.Is(err, sqlite.ErrThere) {
		return fmt.Errorf("%w; stop the server of %s, and move the file away together with its -wal and -shm", err, name)
	}
	return err
}
