// Command bench compares this server with others that do the same work, each in its own process. It runs only on Linux, because
// it reads /proc, and it needs wrk.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

func main() {
	runtime.LockOSThread() // the servers are killed when the thread that started them ends
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case ctx.Err() != nil:
		err = errors.New("interrupted")
	case err == nil:
		return
	}
	stop()
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

func run(ctx context.Context, args []string) (err error) {
	p, err := parsePlan(args)
	if err != nil {
		return err
	}
	if p.out != "" {
		if err := os.MkdirAll(p.out, 0o755); err != nil {
			return err
		}
	}
	deadline := time.Now().Add(p.limit)
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	defer func() {
		if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("not done after %s: the machine is too slow or too busy", p.limit)
		}
	}()
	house, err := prepare(ctx)
	if err != nil {
		return err
	}
	var results []result
	for i, series := range p.series {
		fmt.Fprintln(os.Stderr, "\n"+series.String())
		until := deadline.Add(-10 * time.Second) // the rest is for the report
		for _, other := range p.series[i+1:] {
			until = until.Add(-p.planned(other))
		}
		measured, err := measure(ctx, house, p, series, until)
		if err != nil {
			return fmt.Errorf("%s: %w", series, err)
		}
		results = append(results, measured...)
	}
	return report(house, p, results)
}

// report prints the results. A run with the default plan also writes them to the pages that show them, unless -out names
// another directory.
func report(house *house, p plan, results []result) error {
	text := page(house, p, results)
	fmt.Print(text)
	missing, to := unmeasured(results), p.out
	if to == "" {
		to = "."
	}
	if missing > 0 && p.out == "" {
		return tooBusy(p, missing)
	}
	err := errors.Join(
		os.WriteFile(filepath.Join(to, "results.md"), []byte(text), 0o644),
		os.WriteFile(filepath.Join(to, "results.svg"), []byte(plot(results[0])), 0o644),
	)
	if err == nil && p.out == "" {
		err = errors.Join(
			intoReadme("README.md", summary(house, p, results)),
			intoReadme("../../README.md", brief(house, results)),
		)
	}
	if missing > 0 {
		err = errors.Join(err, tooBusy(p, missing))
	}
	return err
}

func tooBusy(p plan, missing int) error {
	return fmt.Errorf("%d rows of the tables have no round that counts: others took more than %g %% of the machine, or the time was over; try again when it has nothing else to do", missing, p.busy)
}
