// Command generated generates clients from openapi.yaml with unmodified generators, and checks them: for each language, a short
// program in its own folder uses the client against this server over HTTPS. The command uses only the server's command line and
// contract.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

const usage = `Makes clients of openapi.yaml, and checks them against the server. It runs in the folder of openapi.yaml.

Usage: go run ./server/clients/generated [-write] generate|check [LANGUAGE]...

  generate  writes gen/clients/LANGUAGE
  check     does so, builds the program of each language, runs it against a server of its own over HTTPS, and prints a
            table of what holds

Without a LANGUAGE it is all of them: %s.

  -write    puts the table and the programs' marked lines into server/clients/README.md, instead of comparing them with that

Examples:
  go run ./server/clients/generated generate python
  go run ./server/clients/generated check
  go run ./server/clients/generated -write check
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, out, log io.Writer) int {
	p, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(out, usage, names())
		return 0
	case err != nil:
		fmt.Fprintf(log, "generated: %v\n\n"+usage, err, names())
		return 2
	}
	if err := p.do(ctx, out, log); err != nil {
		fmt.Fprintln(log, "generated:", err)
		return 1
	}
	return 0
}

// plan is the parsed command line.
type plan struct {
	check     bool // check the clients too
	write     bool
	languages []language
}

func parse(args []string) (p plan, err error) {
	flags := flag.NewFlagSet("generated", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&p.write, "write", false, "")
	if err := flags.Parse(args); err != nil {
		return plan{}, err
	}
	switch flags.Arg(0) {
	case "generate":
	case "check":
		p.check = true
	default:
		return plan{}, fmt.Errorf("it must be generate or check, not %q", flags.Arg(0))
	}
	if p.write && (!p.check || flags.NArg() > 1) {
		return plan{}, errors.New("-write is for a check of all languages")
	}
	for _, name := range flags.Args()[1:] {
		i := slices.IndexFunc(languages, func(l language) bool { return l.name == name })
		if i < 0 {
			return plan{}, fmt.Errorf("there is no language %q", name)
		}
		p.languages = append(p.languages, languages[i])
	}
	if len(p.languages) == 0 {
		p.languages = languages
	}
	return p, nil
}

func (p plan) do(ctx context.Context, out, log io.Writer) error {
	if _, err := os.Stat(contractFile); err != nil {
		return fmt.Errorf("%w; run it in the folder of the contract", err)
	}
	for _, l := range p.languages {
		if err := l.generate(ctx, log); err != nil {
			return fmt.Errorf("generating the client for %s: %w", l.title, err)
		}
	}
	if !p.check {
		return nil
	}
	results, err := check(ctx, p.languages, log)
	if err != nil {
		return err
	}
	fmt.Fprint(out, table(results))
	if len(p.languages) < len(languages) {
		return nil
	}
	return intoReadme(readmeFile, table(results), p.write)
}
