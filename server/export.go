package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"installstatus/server/transfer"
)

type exportCommand struct {
	storeFlags `embed:"" set:"engines=sqlite:FILE or postgres://USER@HOST:PORT/DATABASE (the password may be in PGPASSWORD or ~/.pgpass)"`

	Tenant   string          `required:"" help:"The tenant (tid) to export." placeholder:"ID"`
	App      []string        `help:"Export only this app; repeat it, or put commas between the ids, for several." placeholder:"ID"`
	Format   transfer.Format `default:"ndjson" enum:"ndjson,csv" help:"ndjson or csv (default ${default})."`
	ForExcel bool            `help:"CSV for people: no spreadsheet runs a cell as a formula."`
}

func (exportCommand) Help() string {
	return `Writes the device statuses of a tenant or app to standard output, sorted by app and then by id. NDJSON has one entity per
line, as the API answers it. CSV has the same in columns; an empty cell is null and "" is an empty string. Both contain the app
(mobileAppId) and the user status (userAppInstallStatusId) of each row, and import restores every row exactly.

--for-excel writes CSV with a byte order mark and CR LF. An apostrophe precedes each text that begins with =, +, - or @, also after
blanks or in a part after a semicolon, a tab or a line ending; numbers stay as they are. Import takes the apostrophes away again.

Examples:
  installstatus export --tenant 0f0e... > statuses.ndjson
  installstatus export --tenant 0f0e... --app 7a6f... --format csv > statuses.csv
  installstatus export --tenant 0f0e... --app 7a6f...,8b70... --for-excel > statuses.csv`
}

// Run exports the rows. Changes made meanwhile may or may not be included.
func (c exportCommand) Run(ctx context.Context, to terminal) (err error) {
	if err := checkTenant(c.Tenant); err != nil {
		return err
	}
	store, err := c.openToRead(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if c.ForExcel {
		c.Format = transfer.Excel
	}
	out := bufio.NewWriterSize(to.out, 64<<10)
	writer, err := transfer.NewWriter(out, c.Format)
	if err != nil {
		return err
	}
	progress, began := newProgress(to.err), time.Now()
	progress.begin("exporting", "rows", -1)
	defer progress.end()
	exported, err := transfer.Export(ctx, store, c.Tenant, c.App, writer, progress.at)
	if err == nil {
		err = out.Flush()
	}
	if unknown := (*transfer.UnknownAppError)(nil); errors.As(err, &unknown) {
		known, asking := knownApps(ctx, store, c.Tenant, unknown.App)
		return errors.Join(fmt.Errorf("%w; %s", unknown, known), asking)
	}
	if err != nil {
		return fmt.Errorf("exporting stopped after %s: %w", numberOf(exported.Rows, "row"), err)
	}
	progress.end()
	fmt.Fprintf(to.err, "%s of %s exported; %.1f s\n", numberOf(exported.Rows, "row"), numberOf(exported.Apps, "app"), time.Since(began).Seconds())
	return nil
}

// numberOf formats a count of things: 1 row, 2 rows.
func numberOf(n int, name string) string {
	if n != 1 {
		name += "s"
	}
	return fmt.Sprintf("%d %s", n, name)
}
