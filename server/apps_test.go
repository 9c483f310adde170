package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"installstatus/server/store/postgres/postgrestest"
)

func TestAppsListsTenantsAndAppsWithCountsAndLastSync(t *testing.T) {
	for engine, db := range map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + newDatabase(t).file },
		"PostgreSQL": func(t *testing.T) string { return postgrestest.New(t) },
	} {
		t.Run(engine, func(t *testing.T) { testApps(t, db(t)) })
	}
}

func testApps(t *testing.T, db string) {
	installstatus := func(in string, args ...string) ran {
		var out, err bytes.Buffer
		code := run(t.Context(), append(args, "--db", db), terminal{in: strings.NewReader(in), out: &out, err: &err})
		return ran{code, out.String(), err.String()}
	}
	const guid = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60"
	for tenant, text := range map[string]string{
		"first": `{"id":"1","mobileAppId":"a\tpp"}`,
		"second": `{"id":"1","mobileAppId":"` + strings.ToUpper(guid) + `","lastSyncDateTime":"2026-01-02T00:00:00Z"}` + "\n" +
			`{"id":"2","mobileAppId":"` + guid + `","lastSyncDateTime":"2026-01-01T23:00:00.50-02:00"}`,
	} {
		if r := installstatus(text, "import", "--tenant", tenant, "-"); r.code != 0 {
			t.Fatal(r.err)
		}
	}
	const header = "TENANT  APP                                   DEVICE STATUSES  LAST SYNC\n"
	for args, want := range map[string]string{
		"": header +
			"first   a\\tpp                                 1                never\n" +
			"second  7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60  2                2026-01-01T23:00:00.50-02:00\n",
		"--tenant first": "TENANT  APP    DEVICE STATUSES  LAST SYNC\nfirst   a\\tpp  1                never\n",
		"--tenant third": "TENANT  APP  DEVICE STATUSES  LAST SYNC\n",
		"--json --tenant second": `{"tenant":"second","mobileAppId":"7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60",` +
			`"deviceStatusCount":2,"lastSyncDateTime":"2026-01-01T23:00:00.50-02:00"}` + "\n",
		"--json --tenant third": "",
	} {
		if r := installstatus("", append([]string{"apps"}, strings.Fields(args)...)...); r.code != 0 || r.out != want {
			t.Errorf("apps %s: exit code %d, %s\n%swant\n%s", args, r.code, r.err, r.out, want)
		}
	}
	if r := installstatus("", "apps", "--json"); r.code != 0 || strings.Count(r.out, "\n") != 2 {
		t.Errorf("apps --json: exit code %d, %s\n%s", r.code, r.err, r.out)
	}
}

func TestAppsListsAllPages(t *testing.T) {
	d := newDatabase(t)
	var text strings.Builder
	for n := range 25 {
		fmt.Fprintf(&text, "{\"id\":\"1\",\"mobileAppId\":\"app %d\"}\n", n)
	}
	d.imports(text.String(), "25 created")
	if r := d.run("", "apps", "--json"); r.code != 0 || strings.Count(r.out, "\n") != 25 {
		t.Errorf("exit code %d, %s\n%s", r.code, r.err, r.out)
	}
}

func TestAppsRefusesBadUsage(t *testing.T) {
	for args, want := range map[string]int{"--db sqlite::memory:": 2, "--tenant ä": 2, "--db sqlite:missing.db": 1, "x": 2, "--db mysql:": 2} {
		var out, err bytes.Buffer
		if code := run(t.Context(), append([]string{"apps"}, strings.Fields(args)...), terminal{out: &out, err: &err}); code != want || out.Len() > 0 {
			t.Errorf("apps %s: exit code %d, want %d\n%s%s", args, code, want, &out, &err)
		}
	}
}
