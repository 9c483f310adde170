package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"time"
	_ "time/tzdata" // Windows has no time zones of its own

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/transfer"
	"installstatus/server/transfer/dates"
)

type importCommand struct {
	storeFlags `embed:"" set:"engines=sqlite:FILE or postgres://USER@HOST:PORT/DATABASE (the password may be in PGPASSWORD or ~/.pgpass)"`

	Tenant    string `required:"" help:"The tenant (tid) to import into." placeholder:"ID"`
	App       string `help:"The app of rows that name none; rows that name another are invalid." placeholder:"ID"`
	KeepGoing bool   `help:"Write the valid rows even if others are invalid."`
	Overwrite bool   `help:"Also write rows that synced before what is stored."`

	State      string `help:"The state of new rows of a report that says none: unknown, installed, failed, notInstalled, uninstallFailed, pendingInstall or notApplicable. Rows that exist keep theirs." enum:",unknown,installed,failed,notInstalled,uninstallFailed,pendingInstall,notApplicable" default:"" placeholder:"STATE"`
	DateFormat string `help:"How the files write dates, if not as Intune does; see below." placeholder:"FORMAT"`
	TimeZone   string `help:"The zone of dates without one: a name such as Europe/Berlin, or an offset such as +01:00." default:"UTC" placeholder:"ZONE"`
	Report     string `help:"Also write all problems to this CSV file." placeholder:"FILE"`

	Files []string `arg:"" name:"file" help:"The files with the rows, - for standard input. Wildcards count on Windows too."`
}

func (importCommand) Help() string {
	return `The format is detected from the content:
  Intune's report DeviceInstallStatusByApp as CSV or JSON, zipped or not, even if saved again by Excel or PowerShell
  NDJSON or CSV written by export
  Graph's answer to a list request or to one for an entity, or a JSON array of its entities
  entities as PowerShell writes them with ConvertTo-Json or Export-Csv (Id, DeviceName, InstallState ...)
  answers of Intune's reporting API with Schema and Values, in one or several files of pages
  each of them in gzip, and zips of several

All files are checked before anything is written. Invalid rows are listed on standard output, one problem per line: the line
(with the name of the file, if there are several), the column and the reason, separated by tabs; after 20 with the same column
and reason, the rest is counted. If there are any, nothing is written unless --keep-going is given. In a JSON array, where rows
can share a line, the column is a JSON pointer such as /value/3/installState. --report writes all problems as CSV.

A row without an id changes the stored row of its device (and of its user, if there are several), or gets an id derived from
its app and device. A row with an id takes over a stored row with the derived id of its device. A row that synced before what
is stored is kept out and counted, unless --overwrite is given. Importing a file twice changes nothing. A row that exists
keeps its user status. An entity, which has an id or lastSyncDateTime, is complete: what it omits is cleared. A row of Intune's
report sets the properties in its columns and keeps the others. If a device has several rows, the one that synced last is
imported.

Intune's columns DeviceName, UserPrincipalName, UserName and DeviceId are the properties with these names; Platform is
osDescription, AppVersion is displayVersion, LastModifiedDateTime is lastSyncDateTime, HexErrorCode is errorCode,
AppInstallState is installState and mobileAppInstallStatusValue, AppInstallStateDetails is installStateDetail. Names match in
any case, with or without blanks, underscores and hyphens. A row needs a state: if no column has its code, AppInstallState_loc
is read if it is English, or --state names one for new rows. A note names all that is not read.

--date-format names the dates that another program has written, in any order and with any text between:
  YYYY or YY (20YY), MM or M, DD or D, HH or H, mm or m, ss or s; two letters match two digits, one matches one or two
  hh or h with A for 12 hours and AM or PM; S for a fraction; Z for an offset; other letters in single quotes or brackets
Intune's own dates are read besides. A date without an offset is in --time-zone. If clocks show a time twice, as when summer
time ends, it is the first; if they skip it, as when it begins, it is refused.

Examples:
  installstatus import --tenant 0f0e... --app 7a6f... DeviceInstallStatusByApp_1a2b.zip
  installstatus import --tenant 0f0e... --app 7a6f... --date-format "DD.MM.YYYY HH:mm" --time-zone Europe/Berlin page*.csv
  installstatus export --tenant 0f0e... | installstatus import --db sqlite:copy.db --tenant 0f0e... -`
}

// Run imports the files. Others can use the database meanwhile.
func (c importCommand) Run(ctx context.Context, to terminal) (err error) {
	c.Files = transfer.Expand(c.Files)
	options, err := c.options()
	if err != nil {
		return err
	}
	if err := c.mustKeep(); err != nil {
		return err
	}
	progress := newProgress(to.err)
	defer progress.end()
	report, err := c.createReport()
	if err != nil {
		return fmt.Errorf("--report %s: %w", transfer.OneLine(c.Report), err)
	}
	defer func() { err = errors.Join(err, report.Close()) }()
	files, err := c.open(ctx, to, progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	return importing{importCommand: c, to: to, progress: progress, files: files}.run(ctx, options, report)
}

// options checks the flags and returns those about the content of the files.
func (c importCommand) options() (options transfer.Options, err error) {
	if err := checkTenant(c.Tenant); err != nil {
		return options, err
	}
	if c.App != "" && !api.IsID(c.App) {
		return options, usageError{errors.New("--app is not a valid id")}
	}
	if n := slices.Index(c.Files, "-"); n >= 0 && slices.Contains(c.Files[n+1:], "-") {
		return options, usageError{errors.New("standard input can be read only once; name - once")}
	}
	options.App, options.State = c.App, status.InstallState(c.State)
	if c.DateFormat != "" {
		if options.Dates.Format, err = dates.ParseFormat(c.DateFormat); err != nil {
			return options, usageError{fmt.Errorf("--date-format: %w", err)}
		}
	}
	if options.Dates.Zone, err = dates.ParseZone(c.TimeZone); err != nil {
		return options, usageError{fmt.Errorf("--time-zone: %w", err)}
	}
	return options, nil
}

func (c importCommand) createReport() (*transfer.Report, error) {
	report, err := os.Stat(c.Report)
	for _, name := range c.Files {
		if file, fileErr := os.Stat(name); err == nil && fileErr == nil && os.SameFile(report, file) {
			return nil, errors.New("it is one of the files to import")
		}
	}
	return transfer.CreateReport(c.Report)
}

func (c importCommand) open(ctx context.Context, to terminal, progress *progress) (*transfer.Files, error) {
	progress.begin("reading", "bytes", -1)
	files, err := transfer.Open(ctx, c.Files, to.in, progress.at)
	progress.end()
	if err != nil {
		return nil, err
	}
	for _, skipped := range files.Skipped {
		fmt.Fprintf(to.err, "note: %s is left out: %s\n", transfer.OneLine(skipped.Name), skipped.Reason)
	}
	return files, nil
}

// name names the files in messages.
func (c importCommand) name() string {
	if len(c.Files) == 1 {
		return transfer.OneLine(c.Files[0])
	}
	return numberOf(len(c.Files), "file")
}

// importing is an import of files that are open.
type importing struct {
	importCommand
	to       terminal
	progress *progress
	files    *transfer.Files
}

func (i importing) run(ctx context.Context, options transfer.Options, report *transfer.Report) error {
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // the plan is large and stays, so let the heap grow by a quarter, not double
	began := time.Now()
	plan, err := i.check(ctx, options, report)
	if err != nil {
		return err
	}
	if plan.Invalid > 0 && !i.KeepGoing {
		return fmt.Errorf("%s: %d of %d rows are invalid (listed on stdout); nothing was written; --keep-going writes the valid rows",
			i.name(), plan.Invalid, plan.Rows)
	}
	written, err := i.write(ctx, plan)
	if err != nil {
		return err
	}
	printErrors(i.to.err, plan)
	summary := i.summary(plan, written, time.Since(began))
	if plan.Invalid > 0 {
		return errors.New(summary)
	}
	fmt.Fprintln(i.to.err, summary)
	return nil
}

// check plans the import. It lists invalid rows on stdout, and all of them in the report.
func (i importing) check(ctx context.Context, options transfer.Options, report *transfer.Report) (*transfer.Plan, error) {
	problems := transfer.NewProblems(i.to.out, i.files.Several(), hint, report)
	i.progress.begin("checking", "bytes", i.files.Size)
	noApp := false
	plan, err := i.files.Check(ctx, options, func(invalid *transfer.RowError) error {
		noApp = noApp || invalid.NoApp
		i.progress.clear()
		return problems.Add(invalid)
	}, i.progress.at)
	i.progress.end()
	if ended := problems.End(err); err == nil {
		err = ended
	}
	if errors.Is(err, transfer.ErrNoState) {
		err = fmt.Errorf("%w%s", err, stateHint)
	}
	printNotes(i.to.err, plan)
	problems.Summarize(i.to.err)
	if noApp {
		i.noteKnownApps(ctx)
	}
	return plan, err
}

const stateHint = "; --state unknown imports rows without a state"

// hint names the flag that solves a problem.
func hint(row *transfer.RowError, problem transfer.Problem) string {
	switch {
	case row.NoApp:
		return "; add --app ID"
	case problem.NoState:
		return stateHint
	case problem.OtherDate:
		return "; name its format with --date-format, such as DD.MM.YYYY HH:mm or M/D/YYYY h:mm A"
	default:
		return ""
	}
}

func (i importing) write(ctx context.Context, plan *transfer.Plan) (written transfer.Written, err error) {
	store, err := i.openStore(ctx, slog.New(slog.DiscardHandler)) // errors are returned, too
	if err != nil {
		return written, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := i.noteNewApp(ctx, store); err != nil {
		return written, err
	}
	plan.Overwrite = i.Overwrite
	i.progress.begin("writing", "bytes", i.files.Size)
	defer i.progress.end()
	if written, err = plan.Write(ctx, store, i.Tenant, i.progress.at); err != nil {
		return written, fmt.Errorf("%s: %w", i.name(), err)
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
