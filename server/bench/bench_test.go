package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"installstatus/server/bench/traffic"
)

func TestTheReadmeKeepsWhatStandsAroundTheTable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(file, []byte("before\n"+begin+"\nold\n\n"+end+"after\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := intoReadme(file, "new\n"); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != "before\n"+begin+"\nnew\n\n"+end+"after\n" {
			t.Fatalf("%v %q", err, got)
		}
	}
	if err := os.WriteFile(file, []byte("no place"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := intoReadme(file, "new\n"); err == nil {
		t.Error("a README without a place for the table is no error")
	}
}

func TestTheReadmesTableHasTheColumnsThatAreWritten(t *testing.T) {
	for file, header := range map[string]string{
		"README.md":       (result{}).table(nil),
		"../../README.md": brief(nil, []result{{}}),
	} {
		readme, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(readme), begin+"\n"+header) {
			t.Errorf("%s does not have this header:\n%s", file, header)
		}
	}
}

func TestAllRequestsHaveOneLength(t *testing.T) {
	want := len(traffic.Request("host", "token", traffic.Row(0), 0))
	for variant := range traffic.Variants {
		if got := len(traffic.Request("host", "token", traffic.Row(999_999), variant)); got != want {
			t.Errorf("variant %d has %d bytes, not %d", variant, got, want)
		}
	}
}

func TestOneWrongAnswerIsAnError(t *testing.T) {
	if _, err := parse("measured requests=3 microseconds=1 right=3 wrong=0 status=0 failed=0 p50=1 p99=2\n"); err != nil {
		t.Error(err)
	}
	for _, out := range []string{
		"measured requests=3 microseconds=1 right=2 wrong=1 status=0 failed=0 p50=1 p99=2\nwrong 200 {}\n",
		"measured requests=3 microseconds=1 right=2 wrong=0 status=0 failed=0 p50=1 p99=2\n",
		"measured requests=3 microseconds=1 right=3 wrong=0 status=0 failed=1 p50=1 p99=2\n",
		"measured requests=0 microseconds=1 right=0 wrong=0 status=0 failed=0 p50=0 p99=0\n",
		"",
	} {
		if _, err := parse(out); err == nil {
			t.Errorf("no error for %q", out)
		}
	}
}

// TestOthersAreThoseWhoAreNotOurs has work done once by this process and once as if by another.
func TestOthersAreThoseWhoAreNotOurs(t *testing.T) {
	work := func() {
		for begun := time.Now(); time.Since(begun) < 300*time.Millisecond; {
		}
	}
	share := func(own ...int) float64 {
		o := others{own: own, cores: 1}
		if err := o.begin(); err != nil {
			t.Fatal(err)
		}
		work()
		percent, err := o.end()
		if err != nil {
			t.Fatal(err)
		}
		return percent
	}
	if got := share(); got < 20 { // of one core, however busy the others are
		t.Errorf("work of another took %.0f %%", got)
	}
	before, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	work()
	after, err := cpuTime(os.Getpid())
	if err != nil || after <= before {
		t.Errorf("%v: from %s to %s", err, before, after)
	}
	share(os.Getpid()) // is of a machine that others may be using: no figure to expect
}

func TestNumbersAreEasyToRead(t *testing.T) {
	for number, want := range map[float64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(number); got != want {
			t.Errorf("%g is %s, not %s", number, got, want)
		}
	}
	if got := median([]float64{3, 1, 2}); got != 2 {
		t.Errorf("the median of three is %g", got)
	}
	if got := median([]float64{4, 1, 2, 3}); got != 2.5 {
		t.Errorf("the median of four is %g", got)
	}
}

func TestAPlaceForTheResultsIsMadeOrRefusedBeforeAnythingIsMeasured(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel() // nothing is built or measured
	directory := filepath.Join(t.TempDir(), "new", "results")
	if err := run(ended, []string{"-out", directory}); err == nil {
		t.Error("it was not interrupted")
	}
	if info, err := os.Stat(directory); err != nil || !info.IsDir() {
		t.Error(err)
	}
	file := filepath.Join(directory, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(ended, []string{"-out", file}); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("a file is no directory, but: %v", err)
	}
}
