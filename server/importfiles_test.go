package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSeveralFilesAreImportedAsOne(t *testing.T) {
	d := newDatabase(t)
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"a.csv": "DeviceId,DeviceName\n1,a\n2,a\n", "b.csv": "DeviceId,DeviceName\n2,\"b\n,c\n", "c.zip": zipped(t, "c.csv", "DeviceId,DeviceName\n3,c\n,c\n"),
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := d.run("", "import", "--state", "unknown", "--app", "app", "a.csv", "b.csv")
	if r.code != 1 || !strings.HasPrefix(r.err, "installstatus: b.csv: line 2, cell 2: the quote is not closed") {
		t.Errorf("a file that cannot be read: exit code %d: %s", r.code, r.err)
	}
	r = d.run("", "import", "--state", "unknown", "--app", "app", "a.csv", "c.zip")
	if r.code != 1 || r.out != "c.zip/c.csv: line 3\tDeviceId\tmissing; each row needs a device\n" || !strings.Contains(r.err, "2 files: 1 of 4 rows are invalid") {
		t.Errorf("an invalid row: exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if _, err := os.Stat(d.file); err == nil {
		t.Error("a database was created")
	}
	r = d.run("DeviceId\n4\n", "import", "--state", "unknown", "--keep-going", "--app", "app", "a.csv", "c.zip", "-")
	if r.code != 1 || !strings.Contains(r.err, "3 files: 5 rows read, 4 created, 0 changed, 0 unchanged, 1 invalid;") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	if r := d.run("", "import", "-", "a.csv", "-"); r.code != 2 || !strings.Contains(r.err, "name - once") {
		t.Errorf("standard input twice: exit code %d: %s", r.code, r.err)
	}
}

func TestProblemsOfAKindAreCollapsedAndCounted(t *testing.T) {
	var text strings.Builder
	text.WriteString("DeviceId,DeviceName,HexErrorCode\n")
	for n := range 2_000 {
		fmt.Fprintf(&text, ",a,0\n%d,a,%d\n", n, n%2*999_999_999_999)
	}
	d := newDatabase(t)
	report := filepath.Join(t.TempDir(), "problems.csv")
	r := d.run(text.String(), "import", "--state", "unknown", "--app", "app", "--report", report, "-")
	if lines := strings.Count(r.out, "\n"); r.code != 1 || lines != 42 ||
		!strings.HasSuffix(r.out, "and 1,980 more like it\tDeviceId\tmissing; each row needs a device\nand 980 more like it\tHexErrorCode\tnot a 32-bit error code such as 0x87D1041C or -2016345060\n") {
		t.Errorf("exit code %d, %d lines: %s", r.code, lines, r.out)
	}
	if want := "problems: 3,000\n    2,000  DeviceId: missing; each row needs a device\n    1,000  HexErrorCode: not a 32-bit"; !strings.Contains(r.err, want) {
		t.Errorf("%s\nwant %s", r.err, want)
	}
	content, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(string(content))).ReadAll()
	if err != nil || len(records) != 3_001 || strings.Join(records[1], "|") != "'-||2|DeviceId|missing; each row needs a device" {
		t.Errorf("%d records, %v: %q", len(records), err, records[1])
	}
	d.imports("DeviceId\n1\n", "1 created", "--state", "unknown", "--app", "app", "--report", report)
	if content, err := os.ReadFile(report); string(content) != "\ufefffile,part,line,column,reason\n" {
		t.Errorf("without a problem the report is %q, %v", content, err)
	}
}

func TestAReportIsRefusedBeforeAnythingIsRead(t *testing.T) {
	d := newDatabase(t)
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a.csv", []byte("DeviceId\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for report, want := range map[string]string{
		filepath.Join("none", "report.csv"): "cannot write in its folder: ",
		".":                                 "it exists and is not a regular file",
		"a.csv":                             "it is one of the files to import",
		filepath.Join(".", "a.csv"):         "it is one of the files to import",
	} {
		if r := d.run("", "import", "--state", "unknown", "--app", "app", "--report", report, "a.csv", "none.csv"); r.code != 1 || !strings.Contains(r.err, "--report "+report+": "+want) {
			t.Errorf("%s: exit code %d: %s", report, r.code, r.err)
		}
	}
	if left, _ := os.ReadDir("."); len(left) != 1 {
		t.Errorf("files left: %v", left)
	}
}

func TestDatesOfOtherPlaces(t *testing.T) {
	const german = "sep=;\nDeviceId;LastModifiedDateTime\n1;31.10.2021 02:30\n2;2021-11-09 10:32:11.0000000\n3;\n"
	d := newDatabase(t)
	if r := d.run(german, "import", "--state", "unknown", "--app", "app", "-"); r.code != 1 || !strings.HasPrefix(r.out, "line 3\tLastModifiedDateTime\tnot a date in Intune's format") ||
		!strings.Contains(r.out, "; name its format with --date-format, such as DD.MM.YYYY HH:mm or M/D/YYYY h:mm A\n") {
		t.Errorf("exit code %d: %s", r.code, r.out)
	}
	d.imports(german, "3 created", "--state", "unknown", "--app", "app", "--date-format", "DD.MM.YYYY HH:mm", "--time-zone", "Europe/Berlin")
	got := d.exports()
	for _, want := range []string{`"2021-10-31T00:30:00Z"`, `"2021-11-09T09:32:11.0000000Z"`, `"0001-01-01T00:00:00Z"`} {
		if !strings.Contains(got, `"lastSyncDateTime":`+want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	for flag, want := range map[string]string{"--date-format=02.01.2006": "--date-format: write tokens in place of numbers", "--time-zone=Berlin": "--time-zone: not an offset"} {
		if r := d.run(german, "import", flag, "-"); r.code != 2 || !strings.Contains(r.err, want) {
			t.Errorf("%s: exit code %d: %s", flag, r.code, r.err)
		}
	}
}

func TestAnExportThatAnotherProgramSavedKeepsItsDates(t *testing.T) {
	d := newDatabase(t)
	d.imports(`{"id":"1","lastSyncDateTime":"2021-11-09T10:32:11.5+01:00"}`, "1 created", "--state", "unknown", "--app", "app")
	exported := d.exports("--format", "csv")
	d.imports(exported, "1 unchanged", "--date-format", "DD.MM.YYYY HH:mm", "--time-zone", "Europe/Berlin")
	saved := strings.ReplaceAll(strings.Replace(exported, "2021-11-09T10:32:11.5+01:00", "10.11.2021 10:32", 1), ",", ";")
	d.imports(saved, "1 changed", "--date-format", "DD.MM.YYYY HH:mm", "--time-zone", "Europe/Berlin")
	if got := d.exports(); !strings.Contains(got, `"2021-11-10T09:32:00Z"`) {
		t.Error(got)
	}
	if r := d.run(saved, "import", "-"); r.code != 1 || !strings.Contains(r.out, "line 2\tlastSyncDateTime\tnot a date in Intune's format") {
		t.Errorf("exit code %d: %s", r.code, r.out)
	}
}
