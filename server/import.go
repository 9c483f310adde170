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
	"installstatus/api/status"
	"installstatus/server/transfer"
)

type importCommand struct {
	storeFlags `embed:"" set:"engines=sqlite:FILE or postgres://USER@HOST:PORT/DATABASE whose password may be in PGPASSWORD or ~/.pgpass"`

	Tenant    string `required:"" help:"The tenant (tid) whose data the rows become." placeholder:"ID"`
	App       string `help:"The app of the rows that name none; a row that names another is refused." placeholder:"ID"`
	KeepGoing bool   `help:"Write the rows that can be taken, though others can't."`
	File      string `arg:"" help:"The file with the rows, - for standard input."`
}

func (importCommand) Help() string {
	return `Takes what people have, and finds out by the content what it is:
  Intune's report DeviceInstallStatusByApp as CSV (or JSON), in its zip or not, also if Excel or PowerShell saved it again
  what export writes, NDJSON or CSV
  a list's answer of Graph, or a JSON array of its entities

The whole file is read before the first write. Rows that can't be taken are listed on standard output, one problem a line:
the line, the column and the reason, with a tab between each; then nothing is written, unless --keep-going is given. In an
array of JSON, where rows may share a line, the column is a JSON pointer, such as /value/3/installState.

A row without an id gets one that follows from its app and its device, so the same file twice changes nothing. A row that
is there already keeps its user status. An entity in JSON, or in CSV with an id, is whole: what it leaves out is cleared. A row
of Intune's report sets what its columns say and keeps the rest. Of several rows of one device the one that synced last counts.

Intune's columns DeviceName, UserPrincipalName, UserName, DeviceId are the properties of those names, Platform is
osDescription, AppVersion is displayVersion, LastModifiedDateTime (UTC where it names no zone) is lastSyncDateTime,
HexErrorCode is errorCode, AppInstallState is installState and mobileAppInstallStatusValue, AppInstallStateDetails is
installStateDetail; columns that end in _loc are never read, others are ignored with a note.

Examples:
  installstatus import --tenant 0f0e... --app 7a6f... DeviceInstallStatusByApp_1a2b.zip
  installstatus export --tenant 0f0e... | installstatus import --db sqlite:copy.db --tenant 0f0e... -`
}

// Run imports the file. Others can use the database all the while.
func (c importCommand) Run(ctx context.Context, to terminal) (err error) {
	if err := checkTenant(c.Tenant); err != nil {
		return err
	}
	if c.App != "" && !api.IsID(c.App) {
		return usageError{errors.New("--app is no id")}
	}
	if err := c.mustKeep(); err != nil {
		return err
	}
	telling := newProgress(to.err)
	file, err := c.open(ctx, to.in, telling)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // a quarter more than what is known of the rows, not twice as much
	i := importing{importCommand: c, file: file, to: to, progress: telling, began: time.Now()}
	defer i.progress.end()
	if err := i.check(ctx); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if i.refused > 0 && !c.KeepGoing {
		return fmt.Errorf("%s: %d of %d rows can't be taken, as standard output says; nothing was written (--keep-going writes the others)", c.File, i.refused, i.read)
	}
	store, err := c.openStore(ctx, slog.New(slog.DiscardHandler)) // the error says what went wrong
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := i.write(ctx, store); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	i.progress.end()
	if i.refused > 0 {
		return errors.New(i.summary())
	}
	fmt.Fprintln(to.err, i.summary())
	return nil
}

func (c importCommand) open(ctx context.Context, stdin io.Reader, telling *progress) (*transfer.File, error) {
	if c.File != "-" {
		return transfer.Open(c.File)
	}
	telling.begin("reading", "bytes", -1)
	defer telling.end()
	return transfer.Spool(ctx, stdin, telling.at)
}

// importing is an import under way, and what it has counted.
type importing struct {
	importCommand
	file     *transfer.File
	to       terminal
	progress *progress
	began    time.Time

	latest                    transfer.Latest
	bytes                     int64 // of the file that have been read
	read, refused, toWrite    int
	written, created, changed int
}

// check reads the whole file, lists what can't be taken, and finds the rows that count.
func (i *importing) check(ctx context.Context) error {
	i.progress.begin("checking", "bytes", i.file.Size)
	unknownDetails := make(map[string]int)
	withoutApp, first := 0, (*transfer.Refused)(nil)
	ignored, err := i.each(ctx, func(row *transfer.Row) error {
		i.read++
		if row.UnknownDetail != "" {
			unknownDetails[row.UnknownDetail]++
		}
		i.latest.Add(row)
		return nil
	}, func(refused *transfer.Refused) error {
		i.read++
		i.refused++
		if refused.NoApp {
			if withoutApp++; withoutApp == 1 {
				first = refused
			}
			return nil
		}
		return i.list(refused)
	})
	if withoutApp > 0 {
		err = errors.Join(err, i.list(askForApp(first, withoutApp)))
	}
	i.toWrite = i.latest.Settle()
	i.progress.end()
	if len(ignored) > 0 {
		fmt.Fprintf(i.to.err, "note: columns that are ignored: %s\n", strings.Join(ignored, ", "))
	}
	for _, code := range slices.Sorted(maps.Keys(unknownDetails)) {
		fmt.Fprintf(i.to.err, "note: rows with the install state detail %s, which the API has no word for, get none: %d\n", code, unknownDetails[code])
	}
	return err
}

// askForApp is what is wrong with all rows that name no app, of which the first is given.
func askForApp(first *transfer.Refused, rows int) *transfer.Refused {
	problem := &first.Problems[0]
	if rows > 1 {
		problem.Reason = fmt.Sprintf("%d rows, of which this is the first, name no app", rows)
	}
	problem.Reason += "; add --app ID"
	return first
}

// list writes what is wrong with a row.
func (i *importing) list(refused *transfer.Refused) error {
	i.progress.clear()
	for _, p := range refused.Problems {
		if _, err := fmt.Fprintf(i.to.out, "line %d\t%s\t%s\n", refused.Line, p.Column, p.Reason); err != nil {
			return err
		}
	}
	return nil
}

// each calls take for every row of the file, or refuse where it can't be taken. It gives the columns that are ignored.
func (i *importing) each(ctx context.Context, take func(*transfer.Row) error, refuse func(*transfer.Refused) error) (ignored []string, err error) {
	rows, err := i.file.Rows(i.App)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for number := 1; ; number++ {
		row, err := rows.Next()
		i.bytes = rows.BytesRead()
		refused := (*transfer.Refused)(nil)
		switch {
		case err == nil:
			err = take(&row)
		case errors.As(err, &refused):
			err = refuse(refused)
		case errors.Is(err, io.EOF):
			return rows.Ignored, nil
		}
		if err != nil {
			return rows.Ignored, err
		}
		if number%256 == 0 {
			if ctx.Err() != nil {
				return nil, errors.New("interrupted; nothing was written")
			}
			i.progress.at(i.bytes)
		}
	}
}

const (
	chunk         = 500     // rows of an app that are written at once; an import can be interrupted behind each
	maxAhead      = 4_000   // rows of all apps that are kept until there is a chunk of one
	maxBytesAhead = 8 << 20 // of the file that are read before all that is kept is written
)

// write writes the rows that count, in chunks of one app each, whatever order the apps are in: each chunk costs a sync to disk.
func (i *importing) write(ctx context.Context, store status.Store) error {
	i.progress.begin("writing", "bytes", i.file.Size)
	collected, ahead := make(map[string][]status.Imported), 0
	flush := func(app string) error {
		rows := collected[app]
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted when %d of %d rows had been written; import it again to go on", i.written, i.toWrite)
		}
		created, changed, err := store.Import(context.WithoutCancel(ctx), i.Tenant, app, rows)
		i.created, i.changed = i.created+created, i.changed+changed
		if err != nil {
			i.written += created + changed // at least: how many were as they should be is not told
			return fmt.Errorf("writing, when %d of %d rows had been written: %w", i.written, i.toWrite, err)
		}
		i.written += len(rows)
		delete(collected, app)
		ahead -= len(rows)
		return nil
	}
	flushed := int64(0) // bytes of the file, by when all was last written
	flushAll := func() error {
		flushed = i.bytes
		for _, app := range slices.Sorted(maps.Keys(collected)) {
			if err := flush(app); err != nil {
				return err
			}
		}
		return nil
	}
	number := -1
	_, err := i.each(context.WithoutCancel(ctx), func(row *transfer.Row) error {
		if number++; !i.latest.Counts(number) {
			return nil
		}
		collected[row.App] = append(collected[row.App], row.Imported)
		ahead++
		switch {
		case len(collected[row.App]) == chunk:
			return flush(row.App)
		case ahead == maxAhead, i.bytes-flushed >= maxBytesAhead:
			return flushAll()
		}
		return nil
	}, func(*transfer.Refused) error { return nil })
	if err == nil {
		err = flushAll()
	}
	if err == nil && i.written != i.toWrite {
		err = errors.New("it was changed while it was imported; import it again")
	}
	return err
}

// summary is what the import has done, in one line.
func (i *importing) summary() string {
	seconds := time.Since(i.began).Seconds()
	line := fmt.Sprintf("%s: %s read, %d created, %d changed, %d unchanged, %d refused", i.File, numberOf(i.read, "row"), i.created, i.changed, i.written-i.created-i.changed, i.refused)
	if outdated := i.read - i.refused - i.toWrite; outdated > 0 {
		line += fmt.Sprintf(", %d left out for a later one of the same device", outdated)
	}
	return fmt.Sprintf("%s; %.1f s, %.0f rows/s", line, seconds, float64(i.read)/seconds)
}
