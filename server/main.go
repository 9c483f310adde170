// Command installstatus serves Microsoft Graph's Update mobileAppInstallStatus API. This package is its command line: one
// file a command, with its flags. The packages below it know no flag.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"installstatus/server/auth"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// commands is the command line.
type commands struct {
	Serve    serveCommand    `cmd:"" help:"Serve the API."`
	Token    tokenCommand    `cmd:"" help:"Print a development token."`
	Import   importCommand   `cmd:"" help:"Import device statuses from a file: Intune's export, CSV, NDJSON or JSON."`
	Export   exportCommand   `cmd:"" help:"Export device statuses as NDJSON or CSV, readable by import."`
	Apps     appsCommand     `cmd:"" help:"List the apps that have device statuses, with counts and last sync."`
	Backup   backupCommand   `cmd:"" help:"Copy a database while it is served."`
	Restore  restoreCommand  `cmd:"" help:"Make a database from a backup."`
	Validate validateCommand `cmd:"" help:"Check request bodies against the contract, offline."`
	Explain  explainCommand  `cmd:"" help:"Explain error codes."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// run runs a command line and returns the exit code: 0, 1 for a failure, or 2 for bad usage.
func run(ctx context.Context, args []string, to terminal) int {
	var helped bool
	parser := kong.Must(new(commands),
		kong.Name("installstatus"),
		kong.Description("Serves Microsoft Graph's Update mobileAppInstallStatus API (Intune, /beta) on your own machine."),
		kong.DefaultEnvars("INSTALLSTATUS"),
		kong.Writers(to.out, to.err),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"tenant": auth.DevelopmentTenant, "scope": auth.WritePermission},
	)
	command, err := parser.Parse(withNegativeCodes(args))
	if helped {
		return 0
	}
	if err == nil {
		command.BindTo(ctx, (*context.Context)(nil))
		err = command.Run(to)
	}
	var parse *kong.ParseError
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &parse), errors.As(err, &usage):
		fmt.Fprintf(to.err, "installstatus: %v\nRun installstatus --help, or installstatus COMMAND --help, for usage.\n", err)
		return 2
	default:
		fmt.Fprintf(to.err, "installstatus: %v\n", err)
		return 1
	}
}
