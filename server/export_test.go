package main

import (
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
	"installstatus/server/store/sqlite"
)

func TestExportAsCSV(t *testing.T) {
	d := newDatabase(t)
	d.imports(fixture(t, "intune.csv"), "4 created", "--app", fixtureApp)
	got, want := d.exports("--format", "csv"), fixture(t, "statuses.csv")
	if want = withLaterColumns(want, got); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// withLaterColumns appends the columns that only the export has to a fixture. They are empty.
func withLaterColumns(fixture, export string) string {
	header, rows, _ := strings.Cut(fixture, "\n")
	whole, _, _ := strings.Cut(export, "\n")
	later := strings.TrimPrefix(whole, header)
	empty := strings.Repeat(",", strings.Count(later, ","))
	return header + later + "\n" + strings.ReplaceAll(rows, "\n", empty+"\n")
}

func TestAnExportReportsItsSize(t *testing.T) {
	d := newDatabase(t)
	for rows, want := range map[string]string{
		`{"id":"1","mobileAppId":"one"}`:                                           "1 row of 1 app exported;",
		`{"id":"2","mobileAppId":"one"}` + "\n" + `{"id":"3","mobileAppId":"two"}`: "2 rows of 2 apps exported;",
	} {
		tenant := want[:1]
		d.imports(rows, "invalid;", "--tenant", tenant)
		if r := d.run("", "export", "--tenant", tenant); !strings.HasPrefix(r.err, want) {
			t.Errorf("%s, want %s", r.err, want)
		}
	}
}

func TestAnExportOfATenantWithoutDataIsEmpty(t *testing.T) {
	d := newDatabase(t)
	d.imports(`{"id":"another tenant's"}`, "1 created", "--app", "app", "--tenant", tenantB)
	if got := d.exports(); got != "" {
		t.Error(got)
	}
	for _, format := range []string{"ndjson", "csv"} {
		d.imports(d.exports("--format", format), "0 rows read")
	}
}

func TestAnImportedExportIsExportedTheSame(t *testing.T) {
	t.Parallel()
	d := newDatabase(t)
	tenants := 0
	texts := rapid.Custom(func(t *rapid.T) status.Text {
		return status.Text{Valid: true, Value: strings.ReplaceAll(rapid.OneOf(rapid.String(), rapid.StringMatching(`[",;\r\n \t=+@'-]{0,4}`)).Draw(t, "text"), "\x00", "")}
	})
	store, err := sqlite.Open(t.Context(), d.file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	rapid.Check(t, func(t *rapid.T) {
		tenants++
		from := fmt.Sprint("tenant-", tenants)
		for n := range rapid.IntRange(1, 8).Draw(t, "statuses") {
			key := status.Key{App: "app " + rapid.SampledFrom([]string{"1", "2"}).Draw(t, "app"), ID: fmt.Sprint(n, texts.Draw(t, "id").Value)}
			key.User = rapid.SampledFrom([]string{"", "user"}).Draw(t, "user")
			patch := status.PatchOf(status.Status{ErrorCode: rapid.Int32().Draw(t, "code")}, "errorCode")
			for _, property := range []string{"deviceName", "deviceId", "userPrincipalName", "osVersion"} {
				if rapid.Bool().Draw(t, "given") {
					if err := patch.Set(property, query.TextValue(texts.Draw(t, "of").Value)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if _, _, err := store.Update(d.Context(), from, key, patch, status.Cond{CreateIfMissing: true}); err != nil {
				t.Fatal(err)
			}
			if name := texts.Draw(t, "another name"); name.Value == "" { // which does not move the row to another user status
				if _, _, err := store.Update(d.Context(), from, key, status.PatchOf(status.Status{UserPrincipalName: name}, "userPrincipalName"), status.Cond{}); err != nil {
					t.Fatal(err)
				}
			}
		}
		to := from + "-copy"
		want := d.exports("--tenant", from)
		exported := want
		switch rapid.SampledFrom([]string{"NDJSON", "CSV", "for Excel"}).Draw(t, "format") {
		case "CSV":
			exported = d.exports("--tenant", from, "--format", "csv")
		case "for Excel":
			exported = d.exports("--tenant", from, "--for-excel")
			mustBeHarmless(t, exported)
		}
		d.imports(exported, "0 invalid", "--tenant", to)
		if got := d.exports("--tenant", to); got != want {
			t.Fatalf("%s\nwant %s", got, want)
		}
	})
}

// mustBeHarmless fails the test if a cell of an export for Excel may be a formula. A negative error code is a number.
func mustBeHarmless(t *rapid.T, export string) {
	text, marked := strings.CutPrefix(export, "\ufeff")
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked || !strings.HasSuffix(text, "\r\n") {
		t.Fatalf("%v in %q", err, export)
	}
	for _, record := range records {
		for i, cell := range record {
			if cell = strings.TrimSpace(cell); cell != "" && strings.Contains("=+-@", cell[:1]) && records[0][i] != "errorCode" {
				t.Fatalf("%q may be a formula", cell)
			}
		}
	}
}

func TestExportForExcel(t *testing.T) {
	d := newDatabase(t)
	d.imports(`{"id":"1","mobileAppId":"app","deviceName":"=HYPERLINK(\"http://x\")","errorCode":-5,"osVersion":"","userName":"it's"}`, "1 created")
	got := d.exports("--for-excel")
	for _, want := range []string{"\ufeffmobileAppId,", `,"'=HYPERLINK(""http://x"")",`, ",-5,", ",it's,", "\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if strings.Count(got, "\n") != strings.Count(got, "\r\n") {
		t.Errorf("%q", got)
	}
	d.imports(got, "1 unchanged")
	d.imports(strings.TrimPrefix(got, "\ufeff"), "1 changed") // only a byte order mark says that the apostrophe is not the name's own
}

func TestExportOfSeveralApps(t *testing.T) {
	d := newDatabase(t)
	var text strings.Builder
	for _, app := range []string{"a", "b", "c", fixtureApp} {
		fmt.Fprintf(&text, "{\"id\":\"1\",\"mobileAppId\":%q}\n", app)
	}
	d.imports(text.String(), "4 created")
	for args, want := range map[string]string{
		"--app c,a":               "1 a, 1 c",
		"--app c --app a --app c": "1 a, 1 c",
		"--app b":                 "1 b",
		"--app " + strings.ToUpper(fixtureApp) + ",b": "1 " + fixtureApp + ", 1 b",
	} {
		got := d.exports(append(strings.Fields(args), "--format", "csv")...)
		var rows []string
		for _, line := range strings.Split(strings.TrimSpace(got), "\n")[1:] {
			cells := strings.Split(line, ",")
			rows = append(rows, cells[2]+" "+cells[0])
		}
		if strings.Join(rows, ", ") != want {
			t.Errorf("%s: %q, want %s", args, rows, want)
		}
	}
}

func TestAnUnknownAppIsNamedWithThoseThatThereAre(t *testing.T) {
	d := newDatabase(t)
	if r := d.run("", "export", "--app", "x", "--db", "sqlite:"+d.file); r.code != 1 {
		t.Errorf("a missing database: exit code %d", r.code)
	}
	d.imports(`{"id":"1"}`, "1 created", "--app", fixtureApp)
	d.imports(`{"id":"1"}`, "note: another is a new app; the tenant has 1 app: "+fixtureApp+"\n", "--app", "another")
	near := strings.Replace(fixtureApp, "7a", "7b", 1)
	for args, want := range map[string]string{
		"--app x":              "installstatus: there is no app x; the tenant has 2 apps: " + fixtureApp + ", another\n",
		"--app another,anotha": "installstatus: there is no app anotha; did you mean another? the tenant has 2 apps: " + fixtureApp + ", another\n",
		"--app " + near:        "installstatus: there is no app " + near + "; did you mean " + fixtureApp + "? the tenant has 2 apps: " + fixtureApp + ", another\n",
		"--app x --tenant y":   "installstatus: there is no app x; the tenant has no apps\n",
	} {
		for _, format := range []string{"--format=csv", "--for-excel"} {
			if r := d.run("", "export", append(strings.Fields(args), format)...); r.code != 1 || r.out != "" || r.err != want {
				t.Errorf("%s: exit code %d, %q\n%swant %s", args, r.code, r.out, r.err, want)
			}
		}
	}
	note := "note: --app ID names the app of such rows; the tenant has 2 apps: " + fixtureApp + ", another\n"
	if r := d.run(`{"id":"1"}`, "import", "-"); r.code != 1 || !strings.Contains(r.err, note) {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
	var text strings.Builder
	for n := range 30 {
		fmt.Fprintf(&text, "{\"id\":\"1\",\"mobileAppId\":\"many %02d\"}\n", n)
	}
	d.imports(text.String(), "30 created", "--tenant", "many")
	want := "the tenant has 30 apps, such as many 00, many 01, many 02, many 03, many 04, many 05, many 06, many 07, many 08, many 09; installstatus apps lists all\n"
	if r := d.run("", "export", "--tenant", "many", "--app", "quite another"); r.code != 1 || !strings.HasSuffix(r.err, want) {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
}

func TestATenantMovesFromSQLiteToPostgreSQLAndBack(t *testing.T) {
	t.Parallel()
	from, to, back := newDatabase(t), postgrestest.New(t), newDatabase(t)
	store, err := sqlite.Open(t.Context(), from.file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	texts := []string{"", "é", "e\u0301", "日本", "👩‍💻", "a\"b", "a,b;c", "a\r\nb", "\x01", "\U0010ffff", strings.Repeat("😀", 1024), strings.Repeat("k", 1023) + "a", strings.Repeat("k", 1023) + "b"}
	var group sync.WaitGroup // together, updates share syncs to disk
	for n := range 500 {
		group.Go(func() {
			text := status.TextOf(texts[n%len(texts)])
			key := status.Key{App: "app" + texts[n%10], User: []string{"", "user"}[n%2], ID: fmt.Sprint(n, " ", texts[n%10])}
			patch := status.PatchOf(status.Status{DeviceName: text, ErrorCode: int32(n), OSVersion: text}, "deviceName", "errorCode", "osVersion")
			if n%3 == 0 {
				patch = patch.And(status.PatchOf(status.Status{UserPrincipalName: text}, "userPrincipalName"))
			}
			if _, _, err := store.Update(t.Context(), tenantA, key, patch, status.Cond{CreateIfMissing: true}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	want := from.exports()
	from.imports(want, "500 created", "--db", to)
	if moved := from.exports("--db", to); moved != want {
		t.Error("the export from PostgreSQL differs from what was imported")
	}
	back.imports(from.exports("--db", to), "500 created")
	if moved := back.exports(); moved != want {
		t.Error("the rows that came back from PostgreSQL differ")
	}
}
