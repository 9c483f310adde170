package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"

	"installstatus/api/status"
	"installstatus/gen"
)

// database is a database file that the commands of a test share.
type database struct {
	*testing.T
	file string
}

func newDatabase(t *testing.T) database {
	return database{t, filepath.Join(t.TempDir(), "test.db")}
}

// ran is the result of a command.
type ran struct {
	code     int
	out, err string
}

// run runs import or export on the database for tenant A.
func (d database) run(in, command string, args ...string) ran {
	d.Helper()
	var out, err bytes.Buffer
	args = append([]string{command, "--db", "sqlite:" + d.file, "--tenant", tenantA}, args...)
	code := run(d.Context(), args, terminal{in: strings.NewReader(in), out: &out, err: &err})
	return ran{code, out.String(), err.String()}
}

// imports imports a text and fails the test unless stderr contains want.
func (d database) imports(text, want string, args ...string) ran {
	d.Helper()
	r := d.run(text, "import", append(args, "-")...)
	if r.code != 0 || !strings.Contains(r.err, want) {
		d.Fatalf("exit code %d\n%s%swant %s", r.code, r.out, r.err, want)
	}
	return r
}

func (d database) exports(args ...string) string {
	d.Helper()
	r := d.run("", "export", args...)
	if r.code != 0 {
		d.Fatalf("exit code %d: %s", r.code, r.err)
	}
	return r.out
}

const fixtureApp = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60"

func fixture(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "import", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// withNulls adds null for properties that an export in NDJSON lacks because the fixture is older than they are.
func withNulls(t *testing.T, export string) (filled string) {
	t.Helper()
	for line := range strings.Lines(export) {
		var row struct {
			App  string  `json:"mobileAppId"`
			User *string `json:"userAppInstallStatusId"`
			gen.MobileAppInstallStatus
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		filled += string(text) + "\n"
	}
	return filled
}

func TestEveryFormatImportsTheSameStatuses(t *testing.T) {
	want := withNulls(t, fixture(t, "statuses.ndjson"))
	forms := map[string]string{
		"Intune's CSV in UTF-16":   inUTF16(t, fixture(t, "intune.csv")),
		"Intune's CSV with tabs":   strings.ReplaceAll(fixture(t, "intune-saved-by-excel.csv"), ";", "\t"),
		"Intune's CSV in its zip":  zipped(t, "DeviceInstallStatusByApp_1.csv", fixture(t, "intune.csv")),
		"Intune's JSON in its zip": zipped(t, "DeviceInstallStatusByApp_1.json", fixture(t, "intune.json")),
	}
	for _, name := range []string{
		"intune.csv",                     // with a byte order mark, CR LF, German texts, quotes, every form of error code, and rows without a date
		"intune-saved-by-excel.csv",      // with semicolons, as Excel writes where the comma is the decimal separator
		"intune-saved-by-powershell.csv", // with a line #TYPE and every cell in quotes
		"intune-every-column.csv",        // exported without a selection of columns; the app's GUID is in upper case
		"intune-in-english.csv",          // exported with localizationType ReplaceLocalizableValues
		"intune.json",
		"intune-reporting-api.json",         // an answer of getDeviceInstallStatusReport
		"intune-reporting-api-pages.ndjson", // its pages, one a line
		"graph-entities-by-powershell.json", // Get-Mg… | ConvertTo-Json
		"graph-entities-by-export-csv.csv",  // Get-Mg… | Export-Csv of Windows PowerShell, with a line #TYPE
		"graph-answer.json", "graph-entities.json", "graph-entities-by-jq.json",
		"statuses.ndjson", "statuses.csv",
	} {
		forms[name] = fixture(t, name)
	}
	for name, text := range forms {
		d := newDatabase(t)
		d.imports(text, "4 rows read, 4 created, 0 changed, 0 unchanged, 0 invalid;", "--app", fixtureApp)
		if got := d.exports(); got != want {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
		d.imports(text, "4 rows read, 0 created, 0 changed, 4 unchanged, 0 invalid;", "--app", fixtureApp)
	}
}

func inUTF16(t *testing.T, text string) string {
	encoded, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.TrimPrefix(text, "\ufeff"))
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func zipped(t *testing.T, name, text string) string {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	entry, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	entry.Write([]byte(text))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.String()
}

func TestInvalidRowsAreListedAndNothingIsWritten(t *testing.T) {
	for name, want := range map[string]struct{ counts, kept string }{
		"refused.csv":    {"6 of 8 rows are invalid (listed on stdout); nothing was written", "8 rows read, 2 created, 0 changed, 0 unchanged, 6 invalid;"},
		"refused.ndjson": {"9 of 11 rows are invalid (listed on stdout); nothing was written", "11 rows read, 2 created, 0 changed, 0 unchanged, 9 invalid;"},
	} {
		d := newDatabase(t)
		listed := fixture(t, strings.Replace(name, "refused", "listed-of", 1)+".tsv")
		args := []string{"--app", fixtureApp, filepath.Join("testdata", "import", name)}
		r := d.run("", "import", args...)
		if r.code != 1 || r.out != listed || !strings.Contains(r.err, want.counts) {
			t.Errorf("%s: exit code %d\n%s%s", name, r.code, r.out, r.err)
		}
		if _, err := os.Stat(d.file); err == nil {
			t.Errorf("%s: a database was created", name)
		}
		r = d.run("", "import", append([]string{"--keep-going"}, args...)...)
		if r.code != 1 || r.out != listed || !strings.Contains(r.err, want.kept) {
			t.Errorf("%s with --keep-going: exit code %d\n%s%s", name, r.code, r.out, r.err)
		}
		if got := strings.Count(d.exports(), "\n"); got != 2 {
			t.Errorf("%s: %d rows were written", name, got)
		}
	}
}

func TestRowsWithoutAnAppAreListedOnce(t *testing.T) {
	for text, want := range map[string]string{
		"DeviceId\n1\n": "line 2\t\tno app; add --app ID\n",
		"DeviceId,ApplicationId\n1,app\n2,\n3,\n":     "line 3\t\tno app (the first of 2 such rows); add --app ID\n",
		`[{"id":"1"},{"id":"2"},{"id":"3"}]`:          "line 1\t/0\tno app (the first of 3 such rows); add --app ID\n",
		"DeviceId,DeviceName\n,no device\n2,no app\n": "line 2\tDeviceId\tmissing; each row needs a device\nline 3\t\tno app; add --app ID\n",
	} {
		if r := newDatabase(t).run(text, "import", "--state", "unknown", "-"); r.code != 1 || r.out != want {
			t.Errorf("%q: exit code %d\n%s%s", text, r.code, r.out, r.err)
		}
	}
}

func TestNotesReportWhatIsLeftOut(t *testing.T) {
	d := newDatabase(t)
	r := d.imports("DeviceId,Comment,AppInstallStateDetails\n1,secret,-1\n2,,1009\n3,,-1\n", "3 created", "--app", "app", "--state", "unknown")
	for _, note := range []string{"note: ignored columns: Comment\n", "note: install state detail -1 is not defined in the API and is left out: 2 rows\n", "detail 1009 is not defined in the API and is left out: 1 row\n"} {
		if !strings.Contains(r.err, note) || strings.Contains(r.err, "secret") {
			t.Errorf("%s", r.err)
		}
	}
}

func TestNotesReportWhatIsUnusual(t *testing.T) {
	const page = `{"TotalRowCount":1200,"Schema":[{"Column":"DeviceId"},{"Column":"AppInstallState_loc"}],"Values":[["1","Failed"],["2","Install Pending"]]}`
	for text, note := range map[string]string{
		page:                                  "note: the state is read from the English texts in AppInstallState_loc, since there is no code: 2 rows\nnote: the report of the app app has 1200 rows, the files 2: get the other pages (with top and skip) and import them too\n",
		`[{"Id":"1","Comment":1},{"Id":"2"}]`: "note: ignored columns: Comment (1 row)\n",
		`{"@odata.nextLink":"x","value":[{"id":"1"},{"id":"2"}]}`: "note: each list ends with an @odata.nextLink, so pages are missing: get them and import them too\n",
	} {
		if r := newDatabase(t).imports(text, "2 created", "--app", "app"); !strings.HasPrefix(r.err, note) {
			t.Errorf("%s: %s", text, r.err)
		}
	}
}

func TestAReportWithoutAStateIsRefused(t *testing.T) {
	d := newDatabase(t)
	if r := d.run("DeviceId\n1\n", "import", "--app", "app", "-"); r.code != 1 || !strings.Contains(r.err, "line 1: the header has DeviceId but no column with the state: AppInstallState") || !strings.Contains(r.err, "; --state unknown imports") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	if r := d.run(`{"DeviceId":"1"}`, "import", "--app", "app", "-"); r.code != 1 || !strings.HasPrefix(r.out, "line 1\t\tno AppInstallState, ") || !strings.Contains(r.out, "; --state unknown imports") {
		t.Errorf("exit code %d: %s", r.code, r.out)
	}
	d.imports("DeviceId,AppInstallState\n1,1\n", "1 created", "--app", "app")
	d.imports("DeviceId,DeviceName\n1,a\n2,b\n", "1 created, 1 changed", "--app", "app", "--state", "failed")
	if got := d.exports(); strings.Count(got, `"installState":"installed"`) != 1 || strings.Count(got, `"mobileAppInstallStatusValue":"failed","installState":"failed"`) != 1 {
		t.Error(got)
	}
}

func TestFrequentErrorCodesAreExplained(t *testing.T) {
	text := "DeviceId,HexErrorCode\n"
	for i, code := range []string{"0x87D1041C", "0x80070643", "0x87D1041C", "0", "", "0x87D1041C", "0x80070643", "0x87D12230", "5", "2", "1618"} {
		text += fmt.Sprintf("device%d,%s\n", i, code)
	}
	d := newDatabase(t)
	for _, counted := range []string{"11 created", "11 unchanged"} {
		r := d.imports(text, counted, "--app", "app", "--state", "unknown")
		want := "note: 3 rows with error 0x87D1041C: The installation reported success, but the app was not detected afterwards.\n" +
			"note: 2 rows with error 0x80070643: The installer (MSI) failed with a fatal error.\n" +
			"note: 1 row with error 0x87D12230: not known; as an HRESULT a failure of facility 2001 (Intune), code 8752 (0x2230)\n" +
			"note: 1 row with error 0x00000002: "
		if !strings.Contains(r.err, want) || strings.Count(r.err, " with error ") != 5 {
			t.Errorf("%s\nwant %s", r.err, want)
		}
	}
}

func TestTheRowOfADeviceThatSyncedLastIsImported(t *testing.T) {
	text := "DeviceId,DeviceName,LastModifiedDateTime\nA,first,2021-11-09 10:00:00\nb,other,\na,last,2021-11-09T13:00:00+02:00\nA,older,2021-11-09 10:59:59.9999999\na,as late,2021-11-09 11:00:00\na,never,\n"
	d := newDatabase(t)
	d.imports(text, "6 rows read, 2 created, 0 changed, 0 unchanged, 0 invalid, 4 superseded by a later row of the same device;", "--app", "app", "--state", "unknown")
	d.imports(text, "0 created, 0 changed, 2 unchanged", "--app", "app", "--state", "unknown")
	if got := d.exports(); !strings.Contains(got, `"as late"`) {
		t.Error(got)
	}
}

func TestARowOfIntuneKeepsPropertiesWithoutAColumn(t *testing.T) {
	d := newDatabase(t)
	id := status.DeviceStatusID("app", "device")
	d.imports(`{"id":"`+id+`","osVersion":"10.0","deviceName":"old","userAppInstallStatusId":"user"}`, "1 created", "--app", "app")
	d.imports("DeviceId,DeviceName,UserPrincipalName\ndevice,new,anna@contoso.example\n", "1 changed", "--app", "app", "--state", "failed")
	if got := d.exports(); !strings.Contains(got, `"installState":"unknown"`) || !strings.Contains(got, `"userAppInstallStatusId":"user"`) || !strings.Contains(got, `"osVersion":"10.0"`) || !strings.Contains(got, `"deviceName":"new"`) {
		t.Error(got)
	}
}

func TestAnEntityReplacesAllProperties(t *testing.T) {
	d := newDatabase(t)
	d.imports(`{"id":"id","osVersion":"10.0","errorCode":7,"installStateDetail":"pendingReboot"}`, "1 created", "--app", "app")
	d.imports(`{"id":"id","deviceName":"new"}`, "1 changed", "--app", "app")
	if got := d.exports(); !strings.Contains(got, `"deviceName":"new"`) || !strings.Contains(got, `"osVersion":null`) || !strings.Contains(got, `"errorCode":0`) || strings.Contains(got, "installStateDetail") {
		t.Error(got)
	}
}

func TestImportAndExportAreLimitedToATenantAndAnApp(t *testing.T) {
	d := newDatabase(t)
	d.imports(`{"id":"1","mobileAppId":"one"}`+"\n"+`{"id":"2","mobileAppId":"two"}`, "2 created")
	d.imports(`{"id":"3","mobileAppId":"one"}`, "1 created", "--tenant", tenantB)
	if got := d.exports("--app", "two"); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"id":"2"`) {
		t.Error(got)
	}
	if got := d.exports("--tenant", tenantB); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"id":"3"`) {
		t.Error(got)
	}
}

func TestAServerIsNotHeldUpByAnImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startProcess(t, dir)
	target := statusPath("served", "id")
	s.create(t, target, `{}`)
	var text strings.Builder
	text.WriteString("DeviceId,UserPrincipalName,AppInstallState\n")
	const rows = 5_000
	for n := range rows {
		fmt.Fprintf(&text, "device %d,user%d@contoso.example,1\n", n, n*7919%rows)
	}
	imported := make(chan ran, 1)
	go func() {
		imported <- database{t, filepath.Join(dir, "test.db")}.run(text.String(), "import", "--app", "app", "-")
	}()
	timed := func(c call) (status int, took time.Duration) {
		began := time.Now()
		return s.do(t, c).status, time.Since(began)
	}
	first := statusPath("app", status.DeviceStatusID("app", "device 0"))
	var writes, reads []time.Duration // while the import writes
	for n := 0; len(imported) == 0; n++ {
		found, read := timed(call{method: http.MethodGet, target: first})
		patched, write := timed(call{target: target, body: fmt.Sprintf(`{"errorCode":%d}`, n)})
		if patched != http.StatusOK {
			t.Fatalf("PATCH: %d", patched)
		}
		if found == http.StatusOK {
			writes, reads = append(writes, write), append(reads, read)
		}
		time.Sleep(5 * time.Millisecond)
	}
	if r := <-imported; r.code != 0 || !strings.Contains(r.err, fmt.Sprintf("%d created", rows)) {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	assertPrompt(t, "PATCH", writes)
	assertPrompt(t, "GET", reads)
}

// assertPrompt fails the test if calls waited for an import. On two busy cores the median of PATCH was 7 ms, and the longest
// took 0.5 s. If an import were a single transaction, no call would be answered between its first row and its end.
func assertPrompt(t *testing.T, method string, took []time.Duration) {
	t.Helper()
	const fewest, median, longest = 20, 100 * time.Millisecond, 5 * time.Second
	if len(took) < fewest {
		t.Fatalf("%s was answered %d times while the import wrote, want %d or more", method, len(took), fewest)
	}
	slices.Sort(took)
	if got := took[len(took)/2]; got > median {
		t.Errorf("%s took %v in the median while the import wrote, want %v or less", method, got, median)
	}
	if got := took[len(took)-1]; got > longest {
		t.Errorf("%s took up to %v while the import wrote, want %v or less", method, got, longest)
	}
	t.Logf("%s, %d times: median %v, p99 %v, longest %v", method, len(took), took[len(took)/2], took[len(took)*99/100], took[len(took)-1])
}
