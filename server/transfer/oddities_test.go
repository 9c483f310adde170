package transfer

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// namesOf returns the rows of a text as device=name, and the lines on which they begin.
func namesOf(t testing.TB, text string) (names []string, lines []int) {
	t.Helper()
	rows, refused, err := all(text, "app")
	if refused != nil || err != nil {
		t.Fatalf("%.80q: refused %q, %v", text, refused, err)
	}
	for _, row := range rows {
		names, lines = append(names, row.Patch.To.DeviceID.Value+"="+row.Patch.To.DeviceName.Value), append(lines, row.Line)
	}
	return names, lines
}

func TestWhatExcelAndWindowsMakeOfAReport(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		lines []int
	}{
		"as exported":                             {"DeviceId,DeviceName\r\n1,a\r\n2,b\r\n", []int{2, 3}},
		"rows of nothing but separators":          {"DeviceId,DeviceName\n1,a\n,\n2,b\n,\n,\n", []int{2, 4}},
		"rows of empty quotes":                    {"DeviceId,DeviceName\n\"\",\"\"\n1,a\n\"\"\n2,b\n\"\",\n", []int{3, 5}},
		"rows of blanks":                          {"DeviceId,DeviceName\n \t \n1,a\n\" \", \u00a0\n2,b\n  \n", []int{3, 5}},
		"rows of separators, more than columns":   {"DeviceId,DeviceName\n,,,,\n1,a\n2,b\n", []int{3, 4}},
		"sep=; before the header":                 {"sep=;\r\nDeviceId;DeviceName\r\n1;a\r\n2;b\r\n", []int{3, 4}},
		"sep= with a separator no one guesses":    {"sep=^\nDeviceId^DeviceName\n1^a\n2^b\n", []int{3, 4}},
		"SEP=, in capitals and quotes":            {"\"SEP=,\"\nDeviceId,DeviceName\n1,a\n2,b\n", []int{3, 4}},
		"sep= and a tab":                          {"sep=\t\nDeviceId\tDeviceName\n1\ta\n2\tb\n", []int{3, 4}},
		"sep= decides against the header":         {"sep=|\n\"DeviceId\"|\"DeviceName\"|a,,,,b\n1|a|\n2|b|\n", []int{3, 4}},
		"sep= that Excel has saved again":         {"sep=;,,\nDeviceId;DeviceName\n1;a\n2;b\n", []int{3, 4}},
		"separated by |":                          {"DeviceId|DeviceName\n1|a\n2|b\n", []int{2, 3}},
		"separators in quotes do not count":       {"DeviceId;DeviceName;\"x,y,z\"\n1;a;\n2;b;\n", []int{2, 3}},
		"columns without a name at the end":       {"DeviceId,DeviceName,,\n1,a,,\n2,b,,\n", []int{2, 3}},
		"and rows without them":                   {"DeviceId,DeviceName,,\n1,a\n2,b,\n", []int{2, 3}},
		"rows with more empty cells":              {"DeviceId,DeviceName\n1,a,\n2,b,,\n", []int{2, 3}},
		"a header after blank lines":              {"\r\n\n  \nDeviceId,DeviceName\n1,a\n2,b\n", []int{5, 6}},
		"a header after rows of separators":       {";;\n;;\nDeviceId;DeviceName;\n1;a;\n2;b;\n", []int{4, 5}},
		"a header after many blank lines":         {strings.Repeat("\n", 20_000) + "DeviceId,DeviceName\n1,a\n2,b", []int{20_002, 20_003}},
		"files that were joined":                  {"DeviceId,DeviceName,\n1,a\n\ufeffDeviceId,DeviceName\n2,b\n DeviceId , DeviceName,\n", []int{2, 4}},
		"#TYPE of PowerShell":                     {"#TYPE System.Management\r\n\"DeviceId\",\"DeviceName\"\r\n\"1\",\"a\"\r\n\"2\",\"b\"\r\n", []int{3, 4}},
		"#TYPE, blank lines and sep=":             {"\n#TYPE x,y;z\n\nsep=;\n\nDeviceId;DeviceName\n1;a\n2;b", []int{7, 8}},
		"a byte order mark, then sep=":            {"\ufeffsep=;\nDeviceId;DeviceName\n1;a\n2;b", []int{3, 4}},
		"UTF-16 with sep=":                        {string(unitsOf("sep=;\nDeviceId;DeviceName\n1;a\n2;b", binary.LittleEndian)), []int{3, 4}},
		"UTF-16 in the other order":               {string(unitsOf("DeviceId\tDeviceName\n1\ta\n2\tb", binary.BigEndian)), []int{2, 3}},
		"UTF-16 without a byte order mark":        {string(unitsOf("DeviceId\tDeviceName\n1\ta\n2\tb", binary.LittleEndian)[2:]), []int{2, 3}},
		"UTF-16 without, in the other order":      {string(unitsOf("DeviceId\tDeviceName\n1\ta\n2\tb", binary.BigEndian)[2:]), []int{2, 3}},
		"an answer of one entity":                 {`{"@odata.context":"x","value":{"id":"x","deviceId":"1","deviceName":"a"}}` + "\n" + `{"id":"y","deviceId":"2","deviceName":"b"}`, []int{1, 2}},
		"an answer of one entity, on many lines":  {"{\n  \"value\": {\n    \"id\": \"x\",\n \"deviceId\":\"1\",\"deviceName\":\"a\"\n  }\n}\n{\"id\":\"y\",\"deviceId\":\"2\",\"deviceName\":\"b\"}", []int{1, 7}},
		"an array of answers, as ConvertTo-Json":  {`[{"value":{"id":"x","deviceId":"1","deviceName":"a"}},{"value":{"id":"y","deviceId":"2","deviceName":"b"}}]`, []int{1, 1}},
		"a row of Intune's columns in an answer ": {`{"value":{"DeviceId":"1","DeviceName":"a"}}` + "\n" + `{"DeviceId":"2","DeviceName":"b"}`, []int{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			names, lines := namesOf(t, c.text)
			if !slices.Equal(names, []string{"1=a", "2=b"}) || !slices.Equal(lines, c.lines) {
				t.Errorf("%q on lines %d, want lines %d", names, lines, c.lines)
			}
		})
	}
}

func TestOddHeadersAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"sep=x\nDeviceIdxDeviceName\n": "line 1: sep= names no separator",
		"\nsep=\"\n":                   "line 2: sep= names no separator",
		"sep=ü\n":                      "line 1: sep= names no separator",
		"sep=\nDeviceId":               "line 1: sep= names no separator",
		"sep=;":                        "no header",
		"sep=":                         "line 1: sep= names no separator",
		";;;\n\"\",\n":                 "no header",
		"sep=,\nDeviceId;DeviceName\n": "line 2: the header has neither DeviceId",
	} {
		if _, _, err := all(text, "app"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestTextOutsideOfTheColumnsIsNotLost(t *testing.T) {
	for text, want := range map[string]string{
		"DeviceId,DeviceName\n1,a,x\n":     "line 2: 3 cells, but the header has 2",
		"DeviceId,DeviceName,,\n1,a,,x\n":  "line 2: 4 cells, but the header has 2",
		"DeviceId,DeviceName,,\n1\n":       "line 2: 1 cells, but the header has 2",
		"DeviceId,DeviceName\n,a\n":        "line 2: DeviceId: missing; each row needs a device",
		"DeviceId,DeviceName\n\"\n\",b\n ": "line 2: DeviceId: missing; each row needs a device",
	} {
		if _, refused, err := all(text, "app"); !slices.Equal(refused, []string{want}) || err != nil {
			t.Errorf("%q: %q, %v; want %s", text, refused, err, want)
		}
	}
	if got := ignored(t, "DeviceId,,DeviceName\n1,x,a"); got != "the one without a name (number 2): 1 row" {
		t.Errorf("a column without a name: %q", got)
	}
}

func TestAnswersThatAreNotReportsAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		`{"error":{"code":"InvalidAuthenticationToken","message":"Access token is empty."}}`:                    "line 1: error: an error that Graph returned, not a row; its code says why",
		`{"id":"x","reportName":"DeviceInstallStatusByApp","status":"inProgress","url":null,"select":["a"]}`:    "line 1: url: an export job, not its report; when its status is completed, download the file at its url",
		`{"@odata.context":"x","value":[{"id":"x","reportName":"DeviceInstallStatusByApp","url":"https://x"}]}`: "line 1: /value/0/url: an export job, not its report; when its status is completed, download the file at its url",
	} {
		if _, refused, err := all(text, "app"); !slices.Equal(refused, []string{want}) || err != nil {
			t.Errorf("%s: %q, %v; want %s", text, refused, err, want)
		}
	}
}

// saved generates files that contain the same rows, as different programs save them.
type saved struct {
	separator byte
	quoteAll  bool
	blanks    []string // between rows
	ending    string
	prolog    string
	encode    func(string) []byte
	pack      func([]byte) []byte
}

func savings(t *rapid.T) (s saved) {
	s.separator = rapid.SampledFrom([]byte(",;\t|^~ ")).Draw(t, "separator")
	s.quoteAll = rapid.Bool().Draw(t, "quote all")
	s.ending = rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "ending")
	row := strings.Repeat(string(s.separator), rapid.IntRange(0, 5).Draw(t, "separators"))
	s.blanks = rapid.SliceOfN(rapid.SampledFrom([]string{"", "", row, `""`, "  "}), 5, 5).Draw(t, "blank rows")
	if s.separator == ' ' || s.separator == '^' || s.separator == '~' || rapid.Bool().Draw(t, "sep=") {
		s.prolog = "sep=" + string(s.separator) + s.ending
	}
	s.prolog = rapid.SampledFrom([]string{"", s.ending, "#TYPE x" + s.ending}).Draw(t, "prolog") + s.prolog
	s.encode = rapid.SampledFrom([]func(string) []byte{
		func(text string) []byte { return []byte(text) },
		func(text string) []byte { return []byte("\ufeff" + text) },
		func(text string) []byte { return unitsOf(text, binary.LittleEndian) },
		func(text string) []byte { return unitsOf(text, binary.BigEndian) },
	}).Draw(t, "encoding")
	s.pack = rapid.SampledFrom([]func([]byte) []byte{
		func(content []byte) []byte { return content }, gzipped, gzippedTwice, zippedAlone, zippedWithLitter, func(content []byte) []byte { return zippedAlone(gzipped(content)) },
	}).Draw(t, "container")
	return s
}

func (s saved) file(rows [][]string) []byte {
	text := s.prolog
	for i, row := range rows {
		if i > 0 && s.blanks[i%len(s.blanks)] != "" {
			text += s.blanks[i%len(s.blanks)] + s.ending
		}
		for j, cell := range row {
			if j > 0 {
				text += string(s.separator)
			}
			if s.quoteAll || strings.ContainsAny(cell, "\"\r\n"+string(s.separator)) {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			text += cell
		}
		text += s.ending
	}
	return s.pack(s.encode(text))
}

func gzipped(content []byte) []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(content)
	w.Close()
	return packed.Bytes()
}

func gzippedTwice(content []byte) []byte {
	return append(gzipped(content[:len(content)/2]), gzipped(content[len(content)/2:])...)
}

func zippedAlone(content []byte) []byte { return zipOf([2]string{"report.csv", string(content)}) }

func zippedWithLitter(content []byte) []byte {
	return zipOf([2]string{"folder/", ""}, [2]string{"__MACOSX/._x", "x"}, [2]string{"folder/readme.txt", "Read me."},
		[2]string{"folder/report.csv", string(content)}, [2]string{"folder/Thumbs.db", "\xd0\xcf"}, [2]string{"x.pdf", "%PDF-1.4"})
}

func zipOf(members ...[2]string) []byte {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, m := range members {
		content, _ := w.Create(m[0])
		io.WriteString(content, m[1])
	}
	w.Close()
	return archive.Bytes()
}

func TestAReportHasTheSameRowsHoweverItIsSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	rapid.Check(t, func(t *rapid.T) {
		rows := [][]string{{"DeviceId", "DeviceName"}}
		var want []string
		for n := range rapid.IntRange(0, 6).Draw(t, "rows") {
			device, name := fmt.Sprint("d", n), texts().Draw(t, "name")
			rows, want = append(rows, []string{device, name}), append(want, device+"="+name)
		}
		if err := os.WriteFile(path, savings(t).file(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		files, err := Open(t.Context(), []string{path}, nil, noProgress)
		if err != nil {
			t.Fatal(err)
		}
		defer files.Close()
		var got []string
		for row, err := range files.rows(Options{App: "app", State: "unknown"}).all() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, row.Patch.To.DeviceID.Value+"="+row.Patch.To.DeviceName.Value)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}
