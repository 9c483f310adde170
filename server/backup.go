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

	Out string `arg:"" help:"The file to make." placeholder:"FILE"`
}

func (backupCommand) Help() string {
	return `Copies the database, which may be served and written meanwhile, as it is at one moment: every write that was answered
before it began is in the copy. The copy is checked, and on disk, before it gets its name. It takes no other file's place.
The command restore makes a database of it again.

Examples:
  installstatus backup --db sqlite:installstatus.db backup.db
  installstatus backup "$(date +%F).db"`
}

// Run makes the copy.
func (c backupCommand) Run(ctx context.Context, to terminal) error {
	from, err := c.file("back it up with pg_dump --format=custom, which needs no pause either")
	if err != nil {
		return err
	}
	err = copyDatabase(ctx, to, from, c.Out)
	if errors.Is(err, sqlite.ErrThere) {
		return fmt.Errorf("%w; a backup takes no other file's place, name another", err)
	}
	return err
}

// file returns the SQLite file of the database. For another engine, the error describes what to do instead.
func (f storeFlags) file(instead string) (string, error) {
	e, err := f.engine()
	switch {
	case err == nil && e.name != "SQLite":
		return "", fmt.Errorf("this database is %s's: %s", e.name, instead)
	case err != nil || fileOf(f.DB) == sqlite.InMemory:
		return "", usageError{errors.New("--db must be sqlite:FILE")}
	}
	return fileOf(f.DB), nil
}

// copyDatabase tells how far it has come.
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
	fmt.Fprintf(to.err, "%s is a copy of %s, checked: %d pages; %.1f s\n", name, from, pages, time.Since(began).Seconds())
	return nil
}
