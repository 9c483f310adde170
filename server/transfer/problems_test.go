package transfer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func noHint(*RowError, Problem) string { return "" }

// problemsOf returns Problems that list to a text and report to a file.
func problemsOf(t *testing.T, several bool) (p *Problems, list *strings.Builder, report string) {
	t.Helper()
	report = filepath.Join(t.TempDir(), "report.csv")
	r, err := CreateReport(report)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	list = new(strings.Builder)
	return NewProblems(list, several, noHint, r), list, report
}

// refused returns an invalid row.
func refused(line int, column, reason string) *RowError {
	e := newRowError(line, column, reason)
	e.Origin = Origin{File: "archive.zip", Part: "report.csv"}
	return e
}

// reported returns the records of a report.
func reported(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content, marked := strings.CutPrefix(string(text), "\ufeff")
	records, err := csv.NewReader(strings.NewReader(content)).ReadAll()
	if err != nil || !marked {
		t.Fatal(err, marked)
	}
	return records
}

func TestAKindOfProblemIsListedTwentyTimes(t *testing.T) {
	p, list, report := problemsOf(t, false)
	for n := range 1_234 {
		p.Add(refused(n+2, "DeviceId", "missing"))
	}
	p.Add(refused(9_999, "", "6 cells"))
	if err := p.End(nil); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(list.String()), "\n")
	if len(lines) != 22 || lines[0] != "line 2\tDeviceId\tmissing" || lines[19] != "line 21\tDeviceId\tmissing" ||
		lines[20] != "line 9999\t\t6 cells" || lines[21] != "and 1,214 more like it\tDeviceId\tmissing" {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
	var summary strings.Builder
	p.Summarize(&summary)
	if want := "problems: 1,235\n    1,234  DeviceId: missing\n        1  row: 6 cells\n"; summary.String() != want {
		t.Errorf("%q, want %q", &summary, want)
	}
	if records := reported(t, report); len(records) != 1_236 || !slices.Equal(records[1_235], []string{"archive.zip", "report.csv", "9999", "", "6 cells"}) {
		t.Errorf("%d records in the report: %q", len(records), records[len(records)-1])
	}
}

func TestRowsOfAJSONDocumentAreOfOneKindWhateverTheirPointer(t *testing.T) {
	p, list, report := problemsOf(t, false)
	for n := range 30 {
		e := refused(1, "installState", "unknown")
		e.Pointer = fmt.Sprintf("/value/%d", n)
		p.Add(e)
	}
	if err := p.End(nil); err != nil || !strings.HasPrefix(list.String(), "line 1\t/value/0/installState\tunknown\n") ||
		!strings.HasSuffix(list.String(), "\nand 10 more like it\tinstallState\tunknown\n") {
		t.Errorf("%s, %v", list, err)
	}
	if records := reported(t, report); records[30][3] != "/value/29/installState" {
		t.Errorf("%q", records[30])
	}
}

func TestWithSeveralReportsAProblemNamesItsOwn(t *testing.T) {
	p, list, _ := problemsOf(t, true)
	p.Add(refused(2, "DeviceId", "missing"))
	if list.String() != "archive.zip/report.csv: line 2\tDeviceId\tmissing\n" {
		t.Error(list)
	}
}

func TestAHintIsPartOfTheReason(t *testing.T) {
	p, list, _ := problemsOf(t, false)
	p.hint = func(*RowError, Problem) string { return "; add --app" }
	p.Add(refused(2, "", "no app"))
	if list.String() != "line 2\t\tno app; add --app\n" {
		t.Error(list)
	}
}

func TestManyReasonsTakeLittleMemory(t *testing.T) {
	const rows = 20_000
	p, list, _ := problemsOf(t, false)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for n := range rows {
		p.Add(refused(n, "column", fmt.Sprint(strings.Repeat("x", 10_000), n)[n%10:]))
		p.Add(refused(n, "column", fmt.Sprint(n)))
	}
	if err := p.End(nil); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 10<<20 {
		t.Errorf("%d bytes for %d reasons", grown, rows)
	}
	if lines := strings.Count(list.String(), "\n"); lines > (maxKinds+1)*(maxListed+1) || list.Len() > 10<<20 {
		t.Errorf("%d lines, %d bytes", lines, list.Len())
	}
	var summary strings.Builder
	p.Summarize(&summary)
	counted := 0
	for _, kind := range p.Kinds() {
		counted += kind.Count
	}
	if counted != 2*rows || !strings.HasSuffix(summary.String(), "  for other reasons\n") || strings.Count(summary.String(), "\n") != maxListed+2 {
		t.Errorf("%d counted: %s", counted, &summary)
	}
}

func TestAReportIsHarmlessInASpreadsheet(t *testing.T) {
	p, _, report := problemsOf(t, false)
	for _, column := range []string{"=1+1", "+1", "-1", "@x", "fine", "a,\"b"} {
		p.Add(refused(2, column, "=cmd|' /C calc'!A0"))
	}
	if err := p.End(nil); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"'=1+1", "'+1", "'-1", "'@x", "fine", "a,\"b"} {
		if got := reported(t, report)[i+1]; got[3] != want || got[4] != "'=cmd|' /C calc'!A0" {
			t.Errorf("%q, want %s", got, want)
		}
	}
}

func TestAReportReplacesAFileOnlyWhenItIsComplete(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := CreateReport(path)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); string(text) != "old" {
		t.Errorf("%q, %v", text, err)
	}
	if err := errors.Join(r.commit(errors.New("line 7:\nthe end")), r.Close()); err != nil {
		t.Error(err)
	}
	if records := reported(t, path); len(records) != 2 || records[1][4] != `the check ended here: line 7:\nthe end` {
		t.Errorf("%q", records)
	}
	r, err = CreateReport(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 || len(reported(t, path)) != 2 {
		t.Errorf("a report that is given up leaves %v", left)
	}
}

func TestAReportThatCannotBeWrittenIsRefusedBeforehand(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "none", "report.csv")} {
		if r, err := CreateReport(path); err == nil || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v, %v", path, r, err)
		}
	}
}
