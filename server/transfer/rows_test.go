package transfer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"installstatus/api/query"
	"installstatus/api/status"
)

// open returns a reader of a text. Rows without a state are new and unknown.
func open(text string, options Options) (*reader, error) {
	return newReader(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }, options, new(notes))
}

// all returns the valid rows of a text and the errors of the others.
func all(text, app string) (rows []Row, refused []string, err error) {
	return allWith(text, Options{App: app, State: "unknown"})
}

func allWith(text string, options Options) (rows []Row, refused []string, err error) {
	r, err := open(text, options)
	for err == nil {
		var row Row
		row, err = r.next()
		var no *RowError
		if errors.As(err, &no) {
			refused, err = append(refused, err.Error()), nil
		} else if err == nil {
			rows = append(rows, row)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return rows, refused, err
}

func TestErrorsOfFilesThatCannotBeRead(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for text, want := range map[string]string{
		"#TYPE x":                                   "no header",
		"#TYPE x\n":                                 "no header",
		"DeviceName,Platform\na,b\n":                "line 1: the header has neither DeviceId",
		"\n\ndevice\n":                              "line 3: the header has neither DeviceId",
		"DeviceId,DeviceName,DeviceId\n":            "line 1: the header has the column DeviceId twice",
		"DeviceId,DeviceName\rd1,n\rd2,m\r":         "line 1: the header contains a CR without LF; save the file with LF or CR LF line endings",
		"\"DeviceId\",\"x\"\r\"d1\",\"n\"\r":        "line 1, cell 2: CR without LF after the closing quote; save the file with LF",
		"\n\nid,\rx\n":                              "line 3: the header contains a CR without LF",
		strings.Repeat("DeviceId,x\rd1,n\r", 1<<17): "line 1, cell 1: longer than 1 MiB; is a quote not closed, or do lines end in CR only?",
		"id,DeviceName,deviceName\n":                "line 1: the header has the column DeviceName twice, also as deviceName",
		"Device Id,DEVICE_ID\n":                     "line 1: the header has the column Device Id twice, also as DEVICE_ID",
		"id,id\n":                                   "line 1: the header has the column id twice",
		"DeviceId,DeviceName\n1,\"a\n2,b\n":         "line 2, cell 2: the quote is not closed",
		"DeviceId,DeviceName\n1," + long + "\n":     "line 2, cell 1: longer than 1 MiB",
		`[{"id":"a"},{"id":"b"`:                     "line 1: unexpected end of the file",
		"[{\"id\":\"a\"}\n{\"id\":\"b\"}]":          "line 2: expected comma after array element",
		"[1]\n\n7":                                  "line 3: a value is neither an object nor an array",
		`{"value":[{"id":"a"}]`:                     "line 1: unexpected end of the file",
		`{"value":[]}{"value":1}`:                   "line 1: value is not an array",
		`{"other":[1,{}],"values":[]} x`:            "line 1: invalid character 'x'",
		"[\n\"" + strings.Repeat(long, 3) + "\"":    "line 2: the object is longer than 1 MiB",
		"{\"id\":\"a\"}\n{" + long + "\n":           "line 2: the object is longer than 1 MiB",
	} {
		if _, _, err := all(text, "app"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
}

func TestAnEmptyTextHasNoRows(t *testing.T) {
	for _, text := range []string{"", "\n", "\xef\xbb\xbf \r\n", "\xff\xfe", "\xff\xfe\n\x00", strings.Repeat(" ", 100_000), "[]", "DeviceId\n"} {
		if rows, refused, err := all(text, ""); len(rows)+len(refused) > 0 || err != nil {
			t.Errorf("%.20q: %+v, %v, %v", text, rows, refused, err)
		}
	}
}

func TestLineNumbersOfRows(t *testing.T) {
	for text, want := range map[string][]int{
		"DeviceId,x\n1,\n2,\"a\nb\"\n\n3,\n":                                                              {2, 3, 6},
		"{\"id\":\"1\"}\n\n{\n\"id\":\"2\"\n}\n{\"id\":\"3\"}":                                            {1, 3, 6},
		"{\"id\":\"1\"}\n {\"id\":\"2\"}\r\n\t{\"id\":\"3\"}\n \n  {\"id\":\"4\"} ":                       {1, 2, 3, 5},
		"\n {\"id\":\"1\",\n  \"@odata.x\": [\n  {},\n  {}],\n  \"@odata.y\":\n  {}\n }\n {\"id\":\"2\"}": {2, 9},
		"[{\"id\":\"1\"},\n{\n\"id\":\"2\"\n}\n,{\"id\":\"3\"}]":                                          {1, 2, 5},
		"{\"@x\":{\n},\n\"value\":[\n\n{\"id\":\"1\"}]\n}\n[]":                                            {5},
		"\n[]\n{\"values\":[\n{\"id\":\"1\"}]}\n[{\"id\":\"2\"}]":                                         {4, 5},
		"\xff\xfeD\x00e\x00v\x00i\x00c\x00e\x00I\x00d\x00\n\x001\x00":                                     {2},
	} {
		rows, refused, err := all(text, "app")
		var lines []int
		for _, row := range rows {
			lines = append(lines, row.Line)
		}
		if !slices.Equal(lines, want) || refused != nil || err != nil {
			t.Errorf("%q: %v, %v, %v; want %v", text, lines, refused, err, want)
		}
	}
}

func TestErrorsInAnArrayContainAJSONPointer(t *testing.T) {
	const bad, good = `{"id":"1","installState":"faild"}`, `{"id":"2"}`
	for text, want := range map[string]string{
		"[" + good + "," + bad + "]":                              "line 1: /1/installState: ",
		`{"value":[` + good + "," + good + "," + bad + "]}":       "line 1: /value/2/installState: ",
		`{"values":[{"DeviceId":""}]}`:                            "line 1: /values/0/DeviceId: ",
		`[` + good + `]{"x":1,"value":[` + bad + `]}`:             "line 1: /value/0/installState: ",
		"[" + good + `,{"deviceName":"neither id nor deviceId"}]`: "line 1: /1: neither id nor deviceId",
		"[" + good + `, 7]`:                                       "line 1: /1: not a JSON object",
		good + "\n" + bad:                                         "line 2: installState: ",
		"id,installState\n1,faild":                                "line 2: installState: ",
	} {
		if _, refused, err := all(text, "app"); len(refused) != 1 || !strings.HasPrefix(refused[0], want) || err != nil {
			t.Errorf("%s: %q, %v", text, refused, err)
		}
	}
}

func TestAnnotationsOfRowsAreIgnored(t *testing.T) {
	for text, want := range map[string]string{
		`{"id":"1","@microsoft.graph.tips":"x","deviceName@vendor.note":{"a":[1]},"@context":null}`:           "",
		`{"id":"1","mobileAppId":"app","mobileAppId@vendor.note":1,"userAppInstallStatusId@x":1}`:             "",
		`{"@odata.context":"x","@microsoft.graph.tips":{"value":[1]},"value":[{"id":"1","@odata.etag":"x"}]}`: "",
		`[{"id":"1","@type":"#microsoft.graph.mobileAppInstallStatus","os_description":null}]`:                "",
		`{"DeviceId":"1","@microsoft.graph.tips":{},"DeviceName@vendor.note":[]}`:                             "",
		`{"id":"1","@type":"#microsoft.graph.user"}`:                                                          "line 1: @odata.type: The type is not assignable",
		`{"id":"1","nobody@odata.type":"#String"}`:                                                            "line 1: nobody@odata.type: The property 'nobody' does not exist",
		`{"id":"1","app@odata.bind":"x"}`:                                                                     "line 1: app@odata.bind: Cannot apply PATCH",
	} {
		rows, refused, err := all(text, "app")
		if err != nil || len(rows)+len(refused) != 1 || !strings.HasPrefix(strings.Join(refused, ""), want) || want == "" && len(rows) != 1 {
			t.Errorf("%s: %v, refused %q, %v", text, rows, refused, err)
		}
	}
}

func TestTheAppComesFromTheRowOrTheCaller(t *testing.T) {
	for _, c := range []struct{ text, app, want string }{
		{"DeviceId\n1", "app", "app"},
		{"DeviceId\n1", "", "line 2: no app"},
		{"DeviceId,ApplicationId\n1,one", "", "one"},
		{"DeviceId,ApplicationId\n1,ONE", "one", "one"},
		{"DeviceId,ApplicationId\n1,", "one", "one"},
		{"DeviceId,ApplicationId\n1,two", "one", "line 2: ApplicationId: not the app of this import"},
		{"DeviceId,ApplicationId\n1," + strings.Repeat("x", 1025), "", "line 2: ApplicationId: not a valid id"},
		{`{"id":"1","mobileAppId":"one"}`, "", "one"},
		{`{"id":"1","mobileAppId":"ONE"}`, "one", "line 1: mobileAppId: not the app of this import"},
		{`{"id":"1"}`, "one", "one"},
		{`{"id":"1","mobileAppId":"` + upperGUID + `"}`, lowerGUID, lowerGUID},
		{`{"id":"1","mobileAppId":"` + lowerGUID + `"}`, upperGUID, lowerGUID},
		{"DeviceId,ApplicationId\n1," + upperGUID, "", lowerGUID},
		{"DeviceId\n1", upperGUID, lowerGUID},
		{`{"deviceId":"1"}`, "", "line 1: no app"},
	} {
		rows, refused, err := all(c.text, c.app)
		got := strings.Join(refused, "")
		if len(rows) == 1 {
			got = rows[0].App
		}
		if got != c.want || err != nil {
			t.Errorf("%q of %q: %s, %v", c.text, c.app, got, err)
		}
	}
}

func TestTheIDOfARowWithoutOneIsDerivedFromItsDevice(t *testing.T) {
	want := status.DeviceStatusID("app", "1")
	for _, text := range []string{"DeviceId\n1", "DeviceId\n 1 ", `{"DeviceId":1}`, `{"deviceId":"1"}`, "id,deviceId\n,1"} {
		rows, _, err := all(text, "app")
		if err != nil || len(rows) != 1 || rows[0].ID != want {
			t.Errorf("%q: %+v, %v", text, rows, err)
		}
	}
	if _, refused, _ := all(`{"deviceName":"x"}`, "app"); len(refused) != 1 {
		t.Errorf("%q", refused)
	}
}

func TestLatestFindsTheRowOfEachIDThatSyncedLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Row {
			row := Row{App: rapid.SampledFrom([]string{"a", "aa"}).Draw(t, "app")}
			row.ID = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "id")
			synced := rapid.SampledFrom([]string{"", "0001-01-01T00:00:00Z", "2021-01-01T00:00:00Z", "2021-01-01T00:00:00.000000001Z", "2021-01-01T00:00:00.000000099Z",
				"2021-01-01T01:00:00.0000001+01:00", "9999-12-31T23:59:59.999999999Z"}).Draw(t, "synced")
			if at, err := query.ParseDateTime(synced); err == nil {
				row.Patch = status.PatchOf(status.Status{LastSyncDateTime: at}, "lastSyncDateTime")
			}
			row.Derived = rapid.Bool().Draw(t, "derived")
			if user := rapid.SampledFrom([]string{"", "anna", "Anna", "bert"}).Draw(t, "user"); user != "" {
				row.Patch = row.Patch.And(status.PatchOf(status.Status{UserPrincipalName: status.TextOf(user)}, "userPrincipalName"))
			}
			return row
		})).Draw(t, "rows")
		var rowsSeen latest
		type key struct {
			app, id string
			derived bool
			user    string
		}
		last := make(map[key]int) // of a device or an id, and of each user of a device
		for n, row := range rows {
			rowsSeen.add(&row)
			of := key{app: row.App, id: row.ID, derived: row.Derived}
			keys := []key{of}
			if of.user = strings.ToLower(row.Patch.To.UserPrincipalName.Value); row.Derived && of.user != "" {
				keys = append(keys, of)
			}
			for _, key := range keys {
				if before, has := last[key]; !has || rows[before].Patch.To.LastSyncDateTime.Instant() <= row.Patch.To.LastSyncDateTime.Instant() {
					last[key] = n
				}
			}
		}
		want := make([]place, len(rows))
		for key, n := range last {
			if key.user == "" {
				want[n] = first
			} else if want[n] == outdated {
				want[n] = ofUser
			}
		}
		wantOutdated := 0
		for _, place := range want {
			if place == outdated {
				wantOutdated++
			}
		}
		if got := rowsSeen.settle(); got != wantOutdated {
			t.Fatalf("%d are outdated, want %d", got, wantOutdated)
		}
		for n := range rows {
			if got := rowsSeen.of(n); got != want[n] {
				t.Fatalf("the place of row %d is %d, want %d", n, got, want[n])
			}
		}
	})
}

// texts generates strings that the API accepts.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[ a"',;\t\r\n\\{}\[\]#é=]{0,5}`),
		rapid.Custom(func(t *rapid.T) string { return strings.ReplaceAll(rapid.String().Draw(t, "any"), "\x00", "") }),
	)
}

func ids() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string { return "i" + texts().Draw(t, "rest") })
}

func storedRows() *rapid.Generator[status.Row] {
	return rapid.Custom(func(t *rapid.T) status.Row {
		row := status.Row{Status: status.New(ids().Draw(t, "id"))}
		if rapid.Bool().Draw(t, "in a user status") {
			row.User = ids().Draw(t, "user")
		}
		var patch status.Patch
		for _, property := range status.Properties {
			if property.Nullable && rapid.Bool().Draw(t, property.Name) {
				if err := patch.Set(property.Name, query.TextValue(texts().Draw(t, "of"))); err != nil {
					t.Fatal(err)
				}
			}
		}
		row.Status = patch.Apply(row.Status)
		row.ErrorCode = rapid.Int32().Draw(t, "code")
		row.InstallState = rapid.SampledFrom([]status.InstallState{"unknown", "failed", "pendingInstall"}).Draw(t, "state")
		row.InstallStateDetail = rapid.SampledFrom([]status.InstallStateDetail{"", "noAdditionalDetails", "pendingReboot"}).Draw(t, "detail")
		row.LastSyncDateTime, _ = query.ParseDateTime(rapid.SampledFrom([]string{"0001-01-01T00:00:00Z", "2017-01-01T00:02:49.3205976-08:00", "2026-01-01T00:00:00.1234567890123Z"}).Draw(t, "synced"))
		return row
	})
}

func TestReadingReturnsWhatWasWritten(t *testing.T) {
	for _, format := range []Format{NDJSON, CSV} {
		rapid.Check(t, func(t *rapid.T) {
			app, want := ids().Draw(t, "app"), rapid.SliceOfN(storedRows(), 0, 3).Draw(t, "rows")
			var text strings.Builder
			w, err := NewWriter(&text, format)
			for _, row := range want {
				err = errors.Join(err, w.Write(app, row))
			}
			if err != nil {
				t.Fatal(err)
			}
			rows, refused, err := all(text.String(), "")
			if len(rows) != len(want) || refused != nil || err != nil {
				t.Fatalf("%s\nis read as %+v, %v, %v", &text, rows, refused, err)
			}
			for i, row := range rows {
				if got := row.New(row.App); row.App != app || got != want[i] {
					t.Fatalf("%s\nis read as %+v of %s, want %+v", &text, got, row.App, want[i])
				}
			}
		})
	}
}

// FuzzRows checks that rows which can be read can be written, and are then read as the same.
func FuzzRows(f *testing.F) {
	for _, pattern := range []string{"../testdata/import/*.csv", "../testdata/import/*.json", "../testdata/import/*.ndjson"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	f.Add("{\"\\n\": null}") // a name with a line feed
	f.Fuzz(func(t *testing.T, text string) {
		rows, refused, err := all(text, "app")
		if len(rows)+len(refused) > len(text) {
			t.Fatalf("%d rows and %d errors in %d bytes", len(rows), len(refused), len(text))
		}
		for _, line := range append(refused, fmt.Sprint(err)) {
			if !utf8.ValidString(line) || strings.Contains(line, "\n") {
				t.Errorf("the error %q is not one line of UTF-8", line)
			}
		}
		for _, format := range []Format{NDJSON, CSV} {
			var written strings.Builder
			w, _ := NewWriter(&written, format)
			for _, row := range rows {
				w.Write(row.App, row.New(row.App))
			}
			if len(rows) == 0 {
				continue
			}
			again, refused, err := all(written.String(), "app")
			if len(again) != len(rows) || refused != nil || err != nil {
				t.Fatalf("%s\nis read as %+v, %v, %v", &written, again, refused, err)
			}
			for i := range rows {
				if got, want := again[i].New("app"), rows[i].New("app"); got != want {
					t.Fatalf("%+v is read as %+v", want, got)
				}
			}
		}
	})
}
