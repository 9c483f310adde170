package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"installstatus/api"
	"installstatus/server/transfer"
)

type importCommand struct {
	storeFlags `embed:"" set:"engines=sqlite:FILE or postgres://USER@HOST:PORT/DATABASE (the password may be in PGPASSWORD or ~/.pgpass)"`

	Tenant    string `required:"" help:"The tenant (tid) to import into." placeholder:"ID"`
	App       string `help:"The app of rows that name none; rows that name another are invalid." placeholder:"ID"`
	KeepGoing bool   `help:"Write the valid rows even if others are invalid."`
	Overwrite bool   `help:"Also write rows that synced before what is stored."`

	Files []string `arg:"" name:"file" help:"The files with the rows, - for standard input."`
}

func (importCommand) Help() string {
	return `The format is detected from the content:
  Intune's report DeviceInstallStatusByApp as CSV or JSON, zipped or not, even if saved again by Excel or PowerShell
  NDJSON or CSV written by export
  Graph's answer to a list request, or a JSON array of its entities

The whole file is checked before anything is written. Invalid rows are listed on standard output, one problem per line: the
line, the column and the reason, separated by tabs. If there are any, nothing is written unless --keep-going is given. In a
JSON array, where rows can share a line, the column is a JSON pointer such as /value/3/installState.

A row without an id changes the stored row of its device (and of its user, if there are several), or gets an id derived from
its app and device. A row with an id takes over a stored row with the derived id of its device. A row that synced before what
is stored is kept out and counted, unless --overwrite is given. Importing a file twice changes nothing. A row that exists
keeps its user status. A JSON entity or a CSV row with an id is complete: what it omits is cleared. A row of Intune's report
sets the properties in its columns and keeps the others. If a device has several rows, the one that synced last is imported.

Intune's columns DeviceName, UserPrincipalName, UserName and DeviceId are the properties with these names; Platform is
osDescription, AppVersion is displayVersion, LastModifiedDateTime (UTC if it has no zone) is lastSyncDateTime, HexErrorCode
is errorCode, AppInstallState is installState and mobileAppInstallStatusValue, AppInstallStateDetails is installStateDetail.
Columns that end in _loc are never read. Other columns are ignored with a note.

Examples:
  installstatus import --tenant 0f0e... --app 7a6f... DeviceInstallStatusByApp_1a2b.zip
  installstatus export --tenant 0f0e... | installstatus import --db sqlite:copy.db --tenant 0f0e... -`
}

// Run imports the files. Others can use the database meanwhile.
func (c importCommand) Run(ctx context.Context, to terminal) error {
	if err := c.checkFlags(); err != nil {
		return err
	}
	if err := c.mustKeep(); err != nil {
		return err
	}
	progress := newProgress(to.err)
	defer progress.end()
	files, err := c.open(ctx, to, progress)
	if err != nil {
		return err
	}
	return errors.Join(c.importAll(ctx, files, to, progress), files.Close())
}

func (c importCommand) checkFlags() error {
	if err := checkTenant(c.Tenant); err != nil {
		return err
	}
	if c.App != "" && !api.IsID(c.App) {
		return usageError{errors.New("--app is not a valid id")}
	}
	if n := slices.Index(c.Files, "-"); n >= 0 && slices.Contains(c.Files[n+1:], "-") {
		return usageError{errors.New("standard input can be read only once; name - once")}
	}
	return nil
}

func (c importCommand) open(ctx context.Context, to terminal, progress *progress) (*transfer.Files, error) {
	progress.begin("reading", "bytes", -1)
	files, err := transfer.Open(ctx, c.Files, to.in, progress.at)
	progress.end()
	if err != nil {
		return nil, err
	}
	for _, skipped := range files.Skipped {
		fmt.Fprintf(to.err, "note: %s is left out: it is not a report but %s\n", transfer.OneLine(skipped.Name), skipped.Reason)
	}
	return files, nil
}

func (c importCommand) importAll(ctx context.Context, files *transfer.Files, to terminal, progress *progress) error {
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // the plan is large and stays, so let the heap grow by a quarter, not double
	began := time.Now()
	plan, err := c.check(ctx, files, to, progress)
	if err != nil {
		return err
	}
	if plan.Invalid > 0 && !c.KeepGoing {
		return fmt.Errorf("%s: %d of %d rows are invalid (listed on stdout); nothing was written; --keep-going writes the valid rows",
			c.name(), plan.Invalid, plan.Rows)
	}
	written, err := c.write(ctx, plan, files.Size, progress)
	if err != nil {
		return err
	}
	summary := c.summary(plan, written, time.Since(began))
	if plan.Invalid > 0 {
		return errors.New(summary)
	}
	fmt.Fprintln(to.err, summary)
	return nil
}

// name names the files in messages.
func (c importCommand) name() string {
	if len(c.Files) == 1 {
		return transfer.OneLine(c.Files[0])
	}
	return numberOf(len(c.Files), "file")
}

// check plans the import. It lists invalid rows on stdout.
func (c importCommand) check(ctx context.Context, files *transfer.Files, to terminal, progress *progress) (*transfer.Plan, error) {
	progress.begin("checking", "bytes", files.Size)
	plan, err := files.Check(ctx, transfer.Options{App: c.App}, func(invalid *transfer.RowError) error {
		progress.clear()
		return printInvalid(to.out, invalid)
	}, progress.at)
	progress.end()
	printNotes(to.err, plan)
	return plan, err
}

func printInvalid(to io.Writer, row *transfer.RowError) error {
	for _, p := range row.Problems {
		if row.NoApp {
			p.Reason += "; add --app ID"
		}
		if _, err := fmt.Fprintf(to, "line %d\t%s\t%s\n", row.Line, p.Column, p.Reason); err != nil {
			return err
		}
	}
	return nil
}

func printNotes(to io.Writer, plan *transfer.Plan) {
	if len(plan.Ignored) > 0 {
		fmt.Fprintf(to, "note: ignored columns: %s\n", strings.Join(plan.Ignored, ", "))
	}
	for _, code := range slices.Sorted(maps.Keys(plan.UnknownDetails)) {
		fmt.Fprintf(to, "note: install state detail %s is not defined in the API and is left out: %s\n", code, numberOf(plan.UnknownDetails[code], "row"))
	}
}

func (c importCommand) write(ctx context.Context, plan *transfer.Plan, size int64, progress *progress) (written transfer.Written, err error) {
	store, err := c.openStore(ctx, slog.New(slog.DiscardHandler)) // errors are returned, too
	if err != nil {
		return written, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	plan.Overwrite = c.Overwrite
	progress.begin("writing", "bytes", size)
	defer progress.end()
	if written, err = plan.Write(ctx, store, c.Tenant, progress.at); err != nil {
		return written, fmt.Errorf("%s: %w", c.name(), err)
	}
	return written, nil
}

// summary describes the finished import in one line.
func (c importCommand) summary(plan *transfer.Plan, written transfer.Written, took time.Duration) string {
	line := fmt.Sprintf("%s: %s read, %d created, %d changed, %d unchanged, %d invalid",
		c.name(), numberOf(plan.Rows, "row"), written.Created, written.Changed, written.Unchanged, plan.Invalid)
	if superseded := plan.Outdated + written.Superseded; superseded > 0 {
		line += fmt.Sprintf(", %d superseded by a later row of the same device", superseded)
	}
	if written.Older > 0 {
		line += fmt.Sprintf(", %d older than what is stored", written.Older)
	}
	return fmt.Sprintf("%s; %.1f s, %.0f rows/s", line, took.Seconds(), float64(plan.Rows)/took.Seconds())
}
