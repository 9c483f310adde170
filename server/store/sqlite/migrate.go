package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. Other processes may be doing the same: goose has no lock for SQLite, so if a step fails
// because another process has taken it, migrate continues after that step.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(canonicalApps()))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	from, failed := int64(-1), error(nil)
	for {
		version, newest, err := provider.GetVersions(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("reading the schema's version: %w", err)
		case version == newest:
			return nil
		case version > newest:
			return fmt.Errorf("its schema, version %d, is newer than this program, which knows %d; "+
				"use the program that made it, or a later one", version, newest)
		case version == from:
			return fmt.Errorf("migrating the schema: %w", failed)
		}
		from = version
		_, failed = provider.Up(ctx)
	}
}
