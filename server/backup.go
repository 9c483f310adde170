package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"installstatus/server/store/sqlite"
)

type backupCommand struct {
	storeFlags `embed:"" set:"engines=sqlite:FILE"`

	Out string `arg:"" help:"The backup file to create." placeholder:"FILE"`
}

func (backupCommand) Help() string {
	return `Copies an SQLite database, which may be in use, as it is at one moment. The copy contains every write that was answered
before the backup began. It gets its name only when it is checked and on disk, and never replaces another file. The command
restore turns it back into a database.

Examples:
  installstatus backup --db sqlite:installstatus.db backup.db
  installstatus backup "$(date +%F).db"`
}

// Run makes the backup.
func (c backupCommand) Run(ctx context.Context, to terminal) error {
	from, err := c.file("back it up with pg_dump --format=custom, which does not stop the server either")
	if err != nil {
		return err
	}
	err = copyDatabase(ctx, to, from, c.Out)
	if errors.Is(err, sqlite.ErrThere) {
		return fmt.Errorf("%w; a backup does not replace files, so choose another name", err)
	}
	return err
}

// file returns the SQLite file of the database. For another engine, the error describes what to do instead.
func (f storeFlags) file(instead string) (string, error) {
	e, err := f.engine()
	switch {
	case err == nil && e.name != "SQLite":
		return "", fmt.Errorf("the database is %s: %s", e.name, instead)
	case err != nil || fileOf(f.DB) == sqlite.InMemory:
		return "", usageError{errors.New("--db must be sqlite:FILE")}
	}
	return fileOf(f.DB), nil
}

// copyDatabase copies a database file and reports progress.
func copyDatabase(ctx context.Context, to terminal, from, name string) error {
	progress, began, pages := newProgress(to.err), time.Now(), int64(0)
	defer progress.end()
	err := sqlite.Copy(ctx, from, name, func(done, total int64) {
		if pages == 0 {
			progress.begin("copying", "pages", total)
		}
		pages = total
		progress.at(done)
	})
	if err != nil {
		return err
	}
	progress.end()
	fmt.Fprintf(to.err, "%s copied to %s and checked: %d pages; %.1f s\n", from, name, pages, time.Since(began).Seconds())
	return nil
}
