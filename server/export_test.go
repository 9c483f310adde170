package main

import (
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
		return status.Text{Valid: true, Value: strings.ReplaceAll(rapid.OneOf(rapid.String(), rapid.StringMatching(`[",;\r\n ]{0,3}`)).Draw(t, "text"), "\x00", "")}
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
		if rapid.Bool().Draw(t, "as CSV") {
			exported = d.exports("--tenant", from, "--format", "csv")
		}
		d.imports(exported, "0 invalid", "--tenant", to)
		if got := d.exports("--tenant", to); got != want {
			t.Fatalf("%s\nwant %s", got, want)
		}
	})
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
