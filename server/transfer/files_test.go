package transfer

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"installstatus/api/status/memory"
	"installstatus/server/transfer/container"
)

// folder writes files to a folder and makes it the working directory.
func folder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOnePlanCoversAllReportsOfAllFiles(t *testing.T) {
	folder(t, map[string]string{
		"a.csv":  "DeviceId,DeviceName,Comment\n1,a,\n2,a,\n",
		"b.zip":  string(zipOf([2]string{"b1.csv", "DeviceId,DeviceName,Comment,Note\n3,b,,\n,nameless,,\n"}, [2]string{"x/b2.json", `[{"DeviceId":"4"},{"DeviceId":"1","LastModifiedDateTime":"2021-11-09 10:00:00"}]`})),
		"c.json": `{"value":[{"deviceId":"5","id":"five"}]}`,
	})
	files, err := Open(t.Context(), []string{"a.csv", "b.zip", "-", "c.json"}, strings.NewReader("DeviceId\n6\n"), noProgress)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	var invalid []string
	p, err := files.Check(t.Context(), Options{App: "app", State: "unknown"}, func(e *RowError) error {
		invalid = append(invalid, fmt.Sprint(e.Origin, ": ", e))
		return nil
	}, noProgress)
	if err != nil || p.Rows != 8 || p.Invalid != 1 || p.Outdated != 1 {
		t.Errorf("%d rows, %d invalid, %d outdated, %v", p.Rows, p.Invalid, p.Outdated, err)
	}
	if want := []string{"b.zip/b1.csv: line 3: DeviceId: missing; each row needs a device"}; !slices.Equal(invalid, want) {
		t.Errorf("invalid: %q, want %q", invalid, want)
	}
	if want := []Ignored{{"Comment", 4}, {"Note", 2}}; !slices.Equal(p.Ignored, want) {
		t.Errorf("ignored: %v", p.Ignored)
	}
	var last int64
	written, err := p.Write(t.Context(), new(memory.Store), "tenant", func(bytes int64) { last = bytes })
	if err != nil || written.Created != 6 || last > files.Size {
		t.Errorf("%+v, %v; %d of %d bytes", written, err, last, files.Size)
	}
}

func TestAWildcardStandsForTheFilesThatItMatches(t *testing.T) {
	folder(t, map[string]string{"a1.csv": "", "a2.csv": "", "b.csv": "", "a[1].csv": ""})
	for name, want := range map[string][]string{
		"a?.csv": {"a1.csv", "a2.csv"}, "a*.csv": {"a1.csv", "a2.csv", "a[1].csv"}, "a[1].csv": {"a[1].csv"}, "b.csv": {"b.csv"},
		"c*.csv": {"c*.csv"}, "-": {"-"}, "[": {"["},
	} {
		if got := Expand([]string{name}); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestMembersOfAZipThatAreNotReportsAreNamed(t *testing.T) {
	folder(t, map[string]string{"a.zip": string(zipOf(
		[2]string{"readme.txt", "Read me first.\n"}, [2]string{"report.csv", "DeviceId\n1\n"}, [2]string{"logo.png", "\x89PNG\r\n\x1a\n"}))})
	files, err := Open(t.Context(), []string{"a.zip"}, nil, noProgress)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	want := []container.Skipped{
		{Name: "a.zip/logo.png", Reason: "it is a PNG image"},
		{Name: "a.zip/readme.txt", Reason: "the header has neither DeviceId"},
	}
	if len(files.Skipped) != 2 || files.Skipped[0] != want[0] || files.Skipped[1].Name != want[1].Name || !strings.Contains(files.Skipped[1].Reason, want[1].Reason) || files.Several() {
		t.Errorf("%+v", files.Skipped)
	}
}

func TestAnErrorNamesTheFileAndItsPart(t *testing.T) {
	const good = "DeviceId\n1\n"
	folder(t, map[string]string{
		"good.csv":   good,
		"text.csv":   "Read me.\n",
		"cut.csv":    "DeviceId\n\"1\n",
		"new\nline":  "%PDF-1.4",
		"cut.zip":    string(zipOf([2]string{"x/a.csv", good}, [2]string{"b\x1b[2J.csv", "DeviceId\n\"1\n"})),
		"texts.zip":  string(zipOf([2]string{"a.txt", "a"}, [2]string{"b.txt", "b"})),
		"one.zip":    string(zipOf([2]string{"a.txt", "a"})),
		"empty.zip":  string(zipOf()),
		"nested.zip": string(zipOf([2]string{"in.zip", string(zipOf([2]string{"a.csv", good}))})),
	})
	for name, want := range map[string]string{
		"none.csv":   "none.csv: no such file",
		".":          ".: it is a folder",
		"text.csv":   "text.csv: reading CSV: line 1: the header has neither DeviceId",
		"cut.csv":    "cut.csv: line 2, cell 1: the quote is not closed",
		"new\nline":  `new\nline: it is a PDF document`,
		"cut.zip":    `cut.zip/b\x1b[2J.csv: line 2, cell 1: the quote is not closed`,
		"texts.zip":  "texts.zip: the zip contains no report; none of its files has a header with DeviceId or id",
		"one.zip":    "one.zip/a.txt: reading CSV: line 1: the header has neither DeviceId",
		"empty.zip":  "empty.zip: the zip is empty; download the report again",
		"nested.zip": "nested.zip: in.zip in the zip: it is a zip in another file; unpack it and import the files in it",
	} {
		files, err := Open(t.Context(), []string{"good.csv", name}, nil, noProgress)
		if err == nil {
			_, err = files.Check(t.Context(), Options{App: "app", State: "unknown"}, func(e *RowError) error { return e }, noProgress)
			files.Close()
		}
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

// FuzzFiles checks that whatever opens as one or several reports can be read to its end or to an error, in one line.
func FuzzFiles(f *testing.F) {
	const report = "DeviceId,DeviceName\n1,a\n"
	for _, seed := range []string{
		report, "sep=;\n;;\nDeviceId;\n1;\n", string(gzipped([]byte(report))), string(zippedAlone([]byte(report))), string(zippedWithLitter([]byte(report))),
		string(zipOf([2]string{"a.json", `{"value":{"id":"x"}}`}, [2]string{"b.gz", string(gzipped(unitsOf(report, binary.LittleEndian)))})),
	} {
		f.Add(seed)
	}
	path := filepath.Join(f.TempDir(), "file")
	f.Fuzz(func(t *testing.T, content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		files, err := Open(t.Context(), []string{path}, nil, noProgress)
		if err != nil {
			if strings.Contains(strings.ReplaceAll(err.Error(), path, ""), "\n") {
				t.Errorf("the error %q is not one line", err)
			}
			return
		}
		defer files.Close()
		var lines strings.Builder
		report, _ := CreateReport("")
		problems := NewProblems(&lines, files.Several(), noHint, report)
		p, err := files.Check(t.Context(), Options{App: "app", State: "unknown"}, problems.Add, noProgress)
		if err == nil && p.Rows != p.Invalid+p.Outdated+p.ToWrite() {
			t.Errorf("%+v", p)
		}
		for line := range strings.Lines(lines.String()) {
			if strings.Count(line, "\t") != 2 {
				t.Errorf("%q is not three fields", line)
			}
		}
	})
}
