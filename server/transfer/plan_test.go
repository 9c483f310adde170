package transfer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/api/status/memory"
)

func noProgress(int64) {}

// spool returns a file with the given text.
func spool(t *testing.T, text string) *Files {
	t.Helper()
	file, err := Open(t.Context(), []string{"-"}, strings.NewReader(text), noProgress)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// plan checks a text whose rows are all valid.
func plan(t *testing.T, text, app string) *Plan {
	t.Helper()
	plan, err := spool(t, text).Check(t.Context(), Options{App: app, State: "unknown"}, func(e *RowError) error { return e }, noProgress)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// devices returns a report with a number of rows.
func devices(rows int) string {
	var text strings.Builder
	text.WriteString("DeviceId\n")
	for n := range rows {
		fmt.Fprintln(&text, n)
	}
	return text.String()
}

// hooked is a store that calls before at the start of each import, with its number from 1 and its rows.
type hooked struct {
	memory.Store
	imports int
	before  func(number int, rows []status.Imported)
}

func (s *hooked) Import(ctx context.Context, tenant, app string, rows []status.Imported) (status.Written, error) {
	s.imports++
	s.before(s.imports, rows)
	return s.Store.Import(ctx, tenant, app, rows)
}

func TestCheckCountsAndReportsRows(t *testing.T) {
	const text = "DeviceId,Comment,AppInstallStateDetails\n1,,-1\n,x,\n1,,1009\n2,,-1\n3,,0,x\n"
	var invalid []string
	report := func(e *RowError) error {
		invalid = append(invalid, e.Error())
		return nil
	}
	p, err := spool(t, text).Check(t.Context(), Options{App: "app", State: "unknown"}, report, noProgress)
	if err != nil {
		t.Fatal(err)
	}
	if p.Rows != 5 || p.Invalid != 2 || p.Outdated != 1 || p.ToWrite() != 2 {
		t.Errorf("%d rows, %d invalid, %d outdated, %d to write", p.Rows, p.Invalid, p.Outdated, p.ToWrite())
	}
	if !slices.Equal(p.Ignored, []Ignored{{"Comment", 5}}) || fmt.Sprint(p.UnknownDetails) != "map[-1:2 1009:1]" {
		t.Errorf("ignored columns %v, unknown details %v", p.Ignored, p.UnknownDetails)
	}
	if len(invalid) != 2 || !strings.HasPrefix(invalid[0], "line 3: DeviceId: ") || !strings.HasPrefix(invalid[1], "line 6: 4 cells") {
		t.Errorf("invalid rows: %q", invalid)
	}
}

func TestCheckReportsRowsWithoutAnAppOnce(t *testing.T) {
	for text, want := range map[string]string{
		devices(1): "line 2: no app",
		devices(3): "line 2: no app (the first of 3 such rows)",
	} {
		var invalid []*RowError
		p, err := spool(t, text).Check(t.Context(), Options{State: "unknown"}, func(e *RowError) error { invalid = append(invalid, e); return nil }, noProgress)
		if err != nil || p.Invalid != p.Rows || len(invalid) != 1 || !invalid[0].NoApp || invalid[0].Error() != want {
			t.Errorf("%d of %d rows invalid, %v, %v; want %s", p.Invalid, p.Rows, invalid, err, want)
		}
	}
}

func TestCheckEndsWithTheErrorOfTheReport(t *testing.T) {
	full := fmt.Errorf("disk full")
	report := func(*RowError) error { return full }
	if p, err := spool(t, "DeviceId,DeviceName\n,a\n,b\n").Check(t.Context(), Options{App: "app", State: "unknown"}, report, noProgress); err == nil || err.Error() != "disk full" || p.Rows != 1 {
		t.Errorf("%v after %d rows", err, p.Rows)
	}
	if _, err := spool(t, devices(2)).Check(t.Context(), Options{State: "unknown"}, report, noProgress); err == nil || err.Error() != "disk full" {
		t.Errorf("rows without an app: %v", err)
	}
}

func TestWriteCountsRows(t *testing.T) {
	var store memory.Store
	const name = "DeviceId,DeviceName\n"
	for _, step := range []struct {
		text string
		want Written
	}{
		{name + "1,a\n2,a\n3,a\n", Written{Created: 3}},
		{name + "1,b\n2,a\n4,a\n5,a\n", Written{Created: 2, Changed: 1, Unchanged: 1}},
		{name + "1,c\n1,b\n", Written{Unchanged: 1}},
		{name, Written{}},
	} {
		written, err := plan(t, step.text, "app").Write(t.Context(), &store, "tenant", noProgress)
		if written != step.want || err != nil {
			t.Errorf("%q: %+v, %v; want %+v", step.text, written, err, step.want)
		}
	}
}

func TestBothPassesReportProgressUpToTheSizeOfTheFile(t *testing.T) {
	file := spool(t, devices(10*progressInterval))
	var last int64
	calls := 0
	progress := func(bytes int64) {
		if bytes < last || bytes > file.Size {
			t.Errorf("progress went from %d to %d of %d bytes", last, bytes, file.Size)
		}
		calls++
		last = bytes
	}
	p, err := file.Check(t.Context(), Options{App: "app", State: "unknown"}, func(e *RowError) error { return e }, progress)
	if err != nil || calls != 10 || last != file.Size {
		t.Errorf("Check reported progress %d times, last %d of %d bytes, %v", calls, last, file.Size, err)
	}
	calls, last = 0, 0
	if _, err := p.Write(t.Context(), new(memory.Store), "tenant", progress); err != nil || calls != 10 || last != file.Size {
		t.Errorf("Write reported progress %d times, last %d of %d bytes, %v", calls, last, file.Size, err)
	}
}

func TestAnInterruptedImportEndsBetweenChunksAndReportsHowFarItCame(t *testing.T) {
	p := plan(t, devices(5*chunkRows), "app")
	ctx, cancel := context.WithCancel(t.Context())
	store := &hooked{before: func(number int, _ []status.Imported) {
		if number == 2 {
			cancel()
		}
	}}
	want := fmt.Sprintf("interrupted after %d of %d rows", 2*chunkRows, 5*chunkRows)
	written, err := p.Write(ctx, store, "tenant", noProgress)
	if err == nil || !strings.Contains(err.Error(), want) || written != (Written{Created: 2 * chunkRows}) {
		t.Errorf("%+v, %v, want %s", written, err, want)
	}
	if page, err := store.List(t.Context(), "tenant", status.Query{App: "app", Query: query.Query{Limit: 10 * chunkRows}}); err != nil || len(page.Rows) != 2*chunkRows {
		t.Errorf("the store has %d rows, %v", len(page.Rows), err)
	}
	if written, err := p.Write(t.Context(), &store.Store, "tenant", noProgress); err != nil || written != (Written{Created: 3 * chunkRows, Unchanged: 2 * chunkRows}) {
		t.Errorf("when imported again: %+v, %v", written, err)
	}
}

func TestAnInterruptedCheckEnds(t *testing.T) {
	file := spool(t, devices(2*progressInterval))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, err := file.Check(ctx, Options{App: "app", State: "unknown"}, func(e *RowError) error { return e }, noProgress)
	if err == nil || err.Error() != "interrupted; nothing was written" || p.Rows != progressInterval {
		t.Errorf("%v after %d rows", err, p.Rows)
	}
}

func TestRowsAreWrittenInChunksOfOneAppInAnyOrder(t *testing.T) {
	repeat := func(calls, rows int) []int { return slices.Repeat([]int{rows}, calls) }
	for name, c := range map[string]struct {
		apps, rows int
		want       []int
	}{
		"one app":                    {1, 2*chunkRows + 200, []int{chunkRows, chunkRows, 200}},
		"two apps in turn":           {2, 2*chunkRows + 200, []int{chunkRows, chunkRows, 100, 100}},
		"more rows than are held":    {16, maxAhead + 320, slices.Concat(repeat(16, maxAhead/16), repeat(16, 320/16))},
		"a new app for each row":     {maxAhead + 1, maxAhead + 1, repeat(maxAhead+1, 1)},
		"one row less than are held": {16, maxAhead - 1, slices.Concat(repeat(15, maxAhead/16), repeat(1, maxAhead/16-1))},
		"no row":                     {1, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var text strings.Builder
			for n := range c.rows {
				fmt.Fprintf(&text, "{\"id\":\"%d\",\"mobileAppId\":\"%05d\"}\n", n, n%c.apps)
			}
			var sizes []int
			store := &hooked{before: func(_ int, rows []status.Imported) { sizes = append(sizes, len(rows)) }}
			written, err := plan(t, text.String(), "").Write(t.Context(), store, "tenant", noProgress)
			if written != (Written{Created: c.rows}) || err != nil {
				t.Errorf("%+v, %v; want %d created", written, err, c.rows)
			}
			if !slices.Equal(sizes, c.want) {
				t.Errorf("chunks of %d rows, want %d", sizes, c.want)
			}
		})
	}
}

func TestAnImportHoldsALimitedPartOfALargeFile(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	const rows = 600
	for n := range rows {
		fmt.Fprintf(&text, "{\"id\":\"%d\",\"deviceName\":\"%s\"}\n", n, strings.Repeat("😀", 8192))
	}
	largest := 0
	store := &hooked{before: func(_ int, rows []status.Imported) { largest = max(largest, len(rows)) }}
	written, err := plan(t, text.String(), "app").Write(t.Context(), store, "tenant", noProgress)
	if written != (Written{Created: rows}) || err != nil {
		t.Errorf("%+v, %v; want %d created", written, err, rows)
	}
	if held := largest * text.Len() / rows; held > maxBytesAhead*5/4 {
		t.Errorf("it held %d bytes", held)
	}
}

// failing is a store whose second import fails after half of its rows.
type failing struct {
	memory.Store
	imports int
}

func (s *failing) Import(ctx context.Context, tenant, app string, rows []status.Imported) (written status.Written, err error) {
	if s.imports++; s.imports == 2 {
		rows, err = rows[:chunkRows/2], status.ErrUnavailable
	}
	written, _ = s.Store.Import(ctx, tenant, app, rows)
	return written, err
}

func TestAFailedImportCountsTheRowsThatWereWritten(t *testing.T) {
	written, err := plan(t, devices(3*chunkRows), "app").Write(t.Context(), new(failing), "tenant", noProgress)
	const created = chunkRows + chunkRows/2
	want := fmt.Sprintf("writing stopped after %d of %d rows: the store is unavailable", created, 3*chunkRows)
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if written != (Written{Created: created}) {
		t.Errorf("%+v, want %d created", written, created)
	}
}

func TestWriteReportsAFileThatChangedAfterCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.csv")
	if err := os.WriteFile(path, []byte(devices(3)), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := Open(t.Context(), []string{path}, nil, noProgress)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	p, err := file.Check(t.Context(), Options{App: "app", State: "unknown"}, func(e *RowError) error { return e }, noProgress)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(len("DeviceId\n0\n"))); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write(t.Context(), new(memory.Store), "tenant", noProgress); err == nil || err.Error() != "a file changed during the import; import it again" {
		t.Errorf("%v", err)
	}
}
