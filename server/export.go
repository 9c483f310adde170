package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"installstatus/api/status"
	"installstatus/server/transfer"
)

type exportCommand struct {
	storeFlags `embed:"" set:"engines=sqlite:FILE or postgres://USER@HOST:PORT/DATABASE whose password may be in PGPASSWORD or ~/.pgpass"`

	Tenant string          `required:"" help:"The tenant (tid) whose data it is." placeholder:"ID"`
	App    string          `help:"The only app to export." placeholder:"ID"`
	Format transfer.Format `default:"ndjson" enum:"ndjson,csv" help:"ndjson, or csv (default ${default})."`
}

func (exportCommand) Help() string {
	return `Writes every device status to standard output, those of one app after the other, each in the order of ids. NDJSON has
one entity a line as the API answers it, CSV the same in columns, where an empty cell is null and "" an empty string. Both
name the app (mobileAppId) and the user status (userAppInstallStatusId) of each row, and import reads both as they were.

Examples:
  installstatus export --tenant 0f0e... > statuses.ndjson
  installstatus export --tenant 0f0e... --app 7a6f... --format csv > statuses.csv`
}

// Run exports the rows. Those that others write meanwhile may be in it or not.
func (c exportCommand) Run(ctx context.Context, to terminal) (err error) {
	if err := checkTenant(c.Tenant); err != nil {
		return err
	}
	store, err := c.openToRead(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	out := bufio.NewWriterSize(to.out, 64<<10)
	writer, err := transfer.NewWriter(out, c.Format)
	if err != nil {
		return err
	}
	e := exporting{exportCommand: c, store: store, writer: writer, progress: newProgress(to.err)}
	e.progress.begin("exporting", "rows", -1)
	defer e.progress.end()
	began := time.Now()
	if err := e.all(ctx); err != nil {
		return fmt.Errorf("exporting, after %d rows: %w", e.rows, err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("exporting: %w", err)
	}
	e.progress.end()
	fmt.Fprintf(to.err, "%s of %s exported; %.1f s\n", numberOf(e.rows, "row"), numberOf(e.apps, "app"), time.Since(began).Seconds())
	return nil
}

// numberOf is so many things of a name: 1 row, 2 rows.
func numberOf(n int, name string) string {
	if n != 1 {
		name += "s"
	}
	return fmt.Sprintf("%d %s", n, name)
}

// exporting is an export under way.
type exporting struct {
	exportCommand
	store      status.Store
	writer     *transfer.Writer
	progress   *progress
	apps, rows int
}

func (e *exporting) all(ctx context.Context) error {
	if e.App != "" {
		return e.app(ctx, e.App)
	}
	const part = 100
	for after := ""; ; {
		apps, err := e.store.Apps(ctx, e.Tenant, after, part)
		if err != nil {
			return err
		}
		for _, app := range apps {
			if err := e.app(ctx, app); err != nil {
				return err
			}
			after = app
		}
		if len(apps) < part {
			return nil
		}
	}
}

func (e *exporting) app(ctx context.Context, app string) error {
	e.apps++
	for query := (status.Query{App: app, Limit: 1000}); ; {
		page, err := e.store.List(ctx, e.Tenant, query)
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if err := e.writer.Write(app, row); err != nil {
				return err
			}
			query.After = query.CursorOf(row.Status)
		}
		e.rows += len(page.Rows)
		e.progress.at(int64(e.rows))
		if !page.More {
			return nil
		}
	}
}
