package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	"installstatus/api/status/memory"
	"installstatus/gen"
	"installstatus/server/transfer"
)

// database is a file that commands of tests share.
type database struct {
	*testing.T
	file string
}

func newDatabase(t *testing.T) database {
	return database{t, filepath.Join(t.TempDir(), "test.db")}
}

// ran is what a command that has ended has said.
type ran struct {
	code     int
	out, err string
}

// run runs import or export on the database, for tenant A.
func (d database) run(in, command string, args ...string) ran {
	d.Helper()
	var out, err bytes.Buffer
	args = append([]string{command, "--db", "sqlite:" + d.file, "--tenant", tenantA}, args...)
	code := run(d.Context(), args, terminal{in: strings.NewReader(in), out: &out, err: &err})
	return ran{code, out.String(), err.String()}
}

// imports imports a text, and asserts that the last line says what is wanted of its numbers.
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

// withNulls is an export in NDJSON with null for what it does not say: a property that is younger than the fixture.
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

func TestTheSameRowsInEveryFormBecomeTheSameStatuses(t *testing.T) {
	want := withNulls(t, fixture(t, "statuses.ndjson"))
	forms := map[string]string{
		"Intune's CSV in UTF-16":   inUTF16(t, fixture(t, "intune.csv")),
		"Intune's CSV with tabs":   strings.ReplaceAll(fixture(t, "intune-saved-by-excel.csv"), ";", "\t"),
		"Intune's CSV in its zip":  zipped(t, "DeviceInstallStatusByApp_1.csv", fixture(t, "intune.csv")),
		"Intune's JSON in its zip": zipped(t, "DeviceInstallStatusByApp_1.json", fixture(t, "intune.json")),
	}
	for _, name := range []string{
		"intune.csv",                     // with a byte order mark, CR LF, German texts, quotes, every form of error code, dates or none
		"intune-saved-by-excel.csv",      // with semicolons, as Excel saves it where the comma divides decimals
		"intune-saved-by-powershell.csv", // with a line #TYPE, and every cell in quotes
		"intune-every-column.csv",        // as exported where nobody selected columns, the app's GUID in upper case
		"intune-in-english.csv",          // as exported with localizationType ReplaceLocalizableValues
		"intune.json",
		"graph-answer.json", "graph-entities.json", "graph-entities-by-jq.json",
		"statuses.ndjson", "statuses.csv",
	} {
		forms[name] = fixture(t, name)
	}
	for name, text := range forms {
		d := newDatabase(t)
		d.imports(text, "4 rows read, 4 created, 0 changed, 0 unchanged, 0 refused;", "--app", fixtureApp)
		if got := d.exports(); got != want {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
		d.imports(text, "4 rows read, 0 created, 0 changed, 4 unchanged, 0 refused;", "--app", fixtureApp)
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

func TestRowsThatCannotBeTakenAreListedAndNothingIsWritten(t *testing.T) {
	for name, want := range map[string]struct{ counts, kept string }{
		"refused.csv":    {"6 of 8 rows", "8 rows read, 2 created, 0 changed, 0 unchanged, 6 refused;"},
		"refused.ndjson": {"8 of 10 rows", "10 rows read, 2 created, 0 changed, 0 unchanged, 8 refused;"},
	} {
		d := newDatabase(t)
		listed := fixture(t, strings.Replace(name, "refused", "listed-of", 1)+".tsv")
		args := []string{"--app", fixtureApp, filepath.Join("testdata", "import", name)}
		r := d.run("", "import", args...)
		if r.code != 1 || r.out != listed || !strings.Contains(r.err, want.counts) {
			t.Errorf("%s: exit code %d\n%s%s", name, r.code, r.out, r.err)
		}
		if _, err := os.Stat(d.file); err == nil {
			t.Errorf("%s: there is a database", name)
		}
		r = d.run("", "import", append([]string{"--keep-going"}, args...)...)
		if r.code != 1 || r.out != listed || !strings.Contains(r.err, want.kept) {
			t.Errorf("%s, kept going: exit code %d\n%s%s", name, r.code, r.out, r.err)
		}
		if got := strings.Count(d.exports(), "\n"); got != 2 {
			t.Errorf("%s: %d rows were written", name, got)
		}
	}
}

func TestRowsWithoutAnAppAreAskedAboutOnce(t *testing.T) {
	for text, want := range map[string]string{
		"DeviceId\n1\n": "line 2\t\tit names no app; add --app ID\n",
		"DeviceId,ApplicationId\n1,app\n2,\n3,\n":     "line 3\t\t2 rows, of which this is the first, name no app; add --app ID\n",
		`[{"id":"1"},{"id":"2"},{"id":"3"}]`:          "line 1\t/0\t3 rows, of which this is the first, name no app; add --app ID\n",
		"DeviceId,DeviceName\n,no device\n2,no app\n": "line 2\tDeviceId\tmissing; the device is what a row is about\nline 3\t\tit names no app; add --app ID\n",
	} {
		if r := newDatabase(t).run(text, "import", "-"); r.code != 1 || r.out != want {
			t.Errorf("%q: exit code %d\n%s%s", text, r.code, r.out, r.err)
		}
	}
}

func TestNotesTellWhatIsLeftOut(t *testing.T) {
	d := newDatabase(t)
	r := d.imports("DeviceId,Comment,AppInstallStateDetails\n1,secret,-1\n2,,1009\n3,,-1\n", "3 created", "--app", "app")
	for _, note := range []string{"note: columns that are ignored: Comment\n", "note: rows with the install state detail -1, which the API has no word for, get none: 2\n", "detail 1009"} {
		if !strings.Contains(r.err, note) || strings.Contains(r.err, "secret") {
			t.Errorf("%s", r.err)
		}
	}
}

func TestOfTheRowsOfADeviceTheOneThatSyncedLastCounts(t *testing.T) {
	text := "DeviceId,DeviceName,LastModifiedDateTime\nA,first,2021-11-09 10:00:00\nb,other,\na,last,2021-11-09T13:00:00+02:00\nA,older,2021-11-09 10:59:59.9999999\na,as late,2021-11-09 11:00:00\na,never,\n"
	d := newDatabase(t)
	d.imports(text, "6 rows read, 2 created, 0 changed, 0 unchanged, 0 refused, 4 left out for a later one of the same device;", "--app", "app")
	d.imports(text, "0 created, 0 changed, 2 unchanged", "--app", "app")
	if got := d.exports(); !strings.Contains(got, `"as late"`) {
		t.Error(got)
	}
}

func TestARowOfIntuneKeepsWhatItsColumnsDoNotSay(t *testing.T) {
	d := newDatabase(t)
	id := status.DeviceStatusID("app", "device")
	d.imports(`{"id":"`+id+`","osVersion":"10.0","deviceName":"old","userAppInstallStatusId":"user"}`, "1 created", "--app", "app")
	d.imports("DeviceId,DeviceName,UserPrincipalName\ndevice,new,anna@contoso.example\n", "1 changed", "--app", "app")
	if got := d.exports(); !strings.Contains(got, `"userAppInstallStatusId":"user"`) || !strings.Contains(got, `"osVersion":"10.0"`) || !strings.Contains(got, `"deviceName":"new"`) {
		t.Error(got)
	}
}

func TestAnEntityIsWhole(t *testing.T) {
	d := newDatabase(t)
	d.imports(`{"id":"id","osVersion":"10.0","errorCode":7,"installStateDetail":"pendingReboot"}`, "1 created", "--app", "app")
	d.imports(`{"id":"id","deviceName":"new"}`, "1 changed", "--app", "app")
	if got := d.exports(); !strings.Contains(got, `"deviceName":"new"`) || !strings.Contains(got, `"osVersion":null`) || !strings.Contains(got, `"errorCode":0`) || strings.Contains(got, "installStateDetail") {
		t.Error(got)
	}
}

func TestImportAndExportAreOfOneTenantAndOfOneAppIfAsked(t *testing.T) {
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

// interrupting is a store during whose second import somebody interrupts.
type interrupting struct {
	memory.Store
	imports   int
	interrupt func()
}

func (s *interrupting) Import(ctx context.Context, tenant, app string, rows []status.Imported) (int, int, error) {
	if s.imports++; s.imports == 2 {
		s.interrupt()
	}
	return s.Store.Import(ctx, tenant, app, rows)
}

// checked is an import of some rows of an app, before it writes.
func checked(t *testing.T, rows int) *importing {
	t.Helper()
	var text strings.Builder
	text.WriteString("DeviceId\n")
	for n := range rows {
		fmt.Fprintln(&text, n)
	}
	file, err := transfer.Spool(t.Context(), strings.NewReader(text.String()), func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	i := &importing{importCommand: importCommand{App: "app", Tenant: "tenant"}, file: file, progress: newProgress(new(bytes.Buffer))}
	if err := i.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return i
}

func TestAnInterruptedImportEndsBetweenChunksAndSaysHowFarItCame(t *testing.T) {
	i := checked(t, 5*chunk)
	ctx, cancel := context.WithCancel(t.Context())
	store := &interrupting{interrupt: cancel}
	want := fmt.Sprintf("interrupted when %d of %d rows had been written", 2*chunk, 5*chunk)
	if err := i.write(ctx, store); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	if page, err := store.List(t.Context(), "tenant", status.Query{App: "app", Limit: 10 * chunk}); err != nil || len(page.Rows) != 2*chunk {
		t.Errorf("%d rows are there, %v", len(page.Rows), err)
	}
	if err := i.check(ctx); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("a check goes on: %v", err)
	}
}

// sized is a store that knows how many rows each import had.
type sized struct {
	memory.Store
	sizes []int
}

func (s *sized) Import(ctx context.Context, tenant, app string, rows []status.Imported) (int, int, error) {
	s.sizes = append(s.sizes, len(rows))
	return s.Store.Import(ctx, tenant, app, rows)
}

func TestRowsAreWrittenInChunksOfAnAppWhateverTheirOrder(t *testing.T) {
	of := func(calls, rows int) []int { return slices.Repeat([]int{rows}, calls) }
	for name, c := range map[string]struct {
		apps, rows int
		want       []int
	}{
		"one app":                      {1, 2*chunk + 200, []int{chunk, chunk, 200}},
		"two in turn":                  {2, 2*chunk + 200, []int{chunk, chunk, 100, 100}},
		"more than are kept of all":    {16, maxAhead + 320, slices.Concat(of(16, maxAhead/16), of(16, 320/16))},
		"each row of another app":      {maxAhead + 1, maxAhead + 1, of(maxAhead+1, 1)},
		"as many as are kept, but one": {16, maxAhead - 1, slices.Concat(of(15, maxAhead/16), of(1, maxAhead/16-1))},
		"none":                         {1, 0, nil},
	} {
		var text strings.Builder
		for n := range c.rows {
			fmt.Fprintf(&text, "{\"id\":\"%d\",\"mobileAppId\":\"%05d\"}\n", n, n%c.apps)
		}
		file, err := transfer.Spool(t.Context(), strings.NewReader(text.String()), func(int64) {})
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		i := importing{importCommand: importCommand{Tenant: "tenant"}, file: file, progress: newProgress(new(bytes.Buffer))}
		store := new(sized)
		if err := errors.Join(i.check(t.Context()), i.write(t.Context(), store)); err != nil || i.created != c.rows {
			t.Errorf("%s: %d of %d rows were created, %v", name, i.created, c.rows, err)
		}
		if !slices.Equal(store.sizes, c.want) {
			t.Errorf("%s: imported %d, want %d", name, store.sizes, c.want)
		}
	}
}

func TestAnImportKeepsNoMoreOfALargeFileThanItMay(t *testing.T) {
	var text strings.Builder
	const rows = 600
	for n := range rows {
		fmt.Fprintf(&text, "{\"id\":\"%d\",\"deviceName\":\"%s\"}\n", n, strings.Repeat("😀", 8192))
	}
	file, err := transfer.Spool(t.Context(), strings.NewReader(text.String()), func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	i := importing{importCommand: importCommand{App: "app", Tenant: "tenant"}, file: file, progress: newProgress(new(bytes.Buffer))}
	store := new(sized)
	if err := errors.Join(i.check(t.Context()), i.write(t.Context(), store)); err != nil || i.created != rows {
		t.Errorf("%d of %d rows were created, %v", i.created, rows, err)
	}
	if largest := slices.Max(store.sizes) * text.Len() / rows; largest > maxBytesAhead*5/4 {
		t.Errorf("it kept %d bytes", largest)
	}
}

// failing is a store whose second import fails when it has written a part of its rows.
type failing struct {
	memory.Store
	imports int
}

func (s *failing) Import(ctx context.Context, tenant, app string, rows []status.Imported) (created, changed int, err error) {
	if s.imports++; s.imports == 2 {
		rows, err = rows[:chunk/2], status.ErrUnavailable
	}
	created, changed, _ = s.Store.Import(ctx, tenant, app, rows)
	return created, changed, err
}

func TestAnImportThatFailsCountsWhatIsWrittenAllTheSame(t *testing.T) {
	i := checked(t, 3*chunk)
	const written = chunk + chunk/2
	want := fmt.Sprintf("writing, when %d of %d rows had been written: the store is unavailable", written, 3*chunk)
	if err := i.write(t.Context(), new(failing)); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if i.created != written || i.changed != 0 || i.written != written {
		t.Errorf("%d created and %d changed of %d are counted, and %d are created", i.created, i.changed, i.written, written)
	}
}

func TestAServerIsNotHeldUpByAnImport(t *testing.T) {
	dir := t.TempDir()
	s := startProcess(t, dir)
	s.create(t, statusPath("served", "id"), `{}`)
	var text strings.Builder
	text.WriteString("DeviceId,UserPrincipalName\n")
	const rows = 20_000
	for n := range rows {
		fmt.Fprintf(&text, "device %d,user%d@contoso.example\n", n, n*7919%rows)
	}
	imported := make(chan ran)
	go func() {
		imported <- database{t, filepath.Join(dir, "test.db")}.run(text.String(), "import", "--app", "app", "-")
	}()
	var took []time.Duration
	for n := 0; ; n++ {
		select {
		case r := <-imported:
			if r.code != 0 || !strings.Contains(r.err, fmt.Sprintf("%d created", rows)) {
				t.Errorf("exit code %d: %s", r.code, r.err)
			}
			slices.Sort(took)
			t.Logf("%d PATCHes meanwhile: p50 %v, p99 %v, at most %v", n, took[n/2], took[n*99/100], took[n-1])
			return
		default:
		}
		began := time.Now()
		if a := s.do(t, call{target: statusPath("served", "id"), body: fmt.Sprintf(`{"errorCode":%d}`, n)}); a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		took = append(took, time.Since(began))
		time.Sleep(5 * time.Millisecond)
	}
}
