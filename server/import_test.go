package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"installstatus/server/auth"
)

// intuneHeader are the columns of Intune's report DeviceInstallStatusByApp, with its byte order mark.
const intuneHeader = "\ufeffDeviceName,UserPrincipalName,Platform,AppVersion,DeviceId,AssignmentFilterIdsExist,LastModifiedDateTime,AppInstallState,AppInstallState_loc,AppInstallStateDetails,AppInstallStateDetails_loc,HexErrorCode\n"

// command runs a command line in a directory of its own database.
func command(t *testing.T, dir, stdin string, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args = append(args[:1:1], append([]string{"--db", "sqlite:" + filepath.Join(dir, "test.db"), "--tenant", tenantA}, args[1:]...)...)
	code = run(t.Context(), args, terminal{in: strings.NewReader(stdin), out: &stdout, err: &stderr})
	return code, stdout.String(), stderr.String()
}

func TestImportTakesIntunesReport(t *testing.T) {
	dir := t.TempDir()
	report := intuneHeader +
		"PC-1,anna@contoso.example,Windows,1.2,d-1,0,2021-11-09 10:32:11.1234567,1,Installiert,0,,0x0\n" +
		"\"PC, \"\"2\"\"\",bert@contoso.example,Windows,,d-2,0,2021-11-09T10:32:11Z,2,Fehlgeschlagen,2000,siehe,0x87D1041C\n"
	if code, out, err := command(t, dir, report, "import", "--app", "app", "-"); code != 0 || out != "" || !strings.Contains(err, "2 rows read, 2 created") {
		t.Fatalf("%d %s %s", code, out, err)
	}
	if code, _, err := command(t, dir, report, "import", "--app", "app", "-"); code != 0 || !strings.Contains(err, "0 created, 0 changed, 2 unchanged") {
		t.Errorf("the same again: %d %s", code, err)
	}
	s := startIn(t, dir)
	a := s.do(t, call{method: http.MethodGet, target: statusesPath("app") + "?$orderby=deviceId"})
	for _, want := range []string{
		`"deviceName":"PC-1","deviceId":"d-1","lastSyncDateTime":"2021-11-09T10:32:11.1234567Z","mobileAppInstallStatusValue":"installed","installState":"installed"`,
		`"deviceName":"PC, \"2\"","deviceId":"d-2"`, `"errorCode":-2016345060`, `"installStateDetail":"seeInstallErrorCode"`, `"osDescription":"Windows"`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("%s is not in %s", want, a.body)
		}
	}
}

func TestImportSaysWhatItCannotTakeAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	report := intuneHeader +
		"PC-1,anna@contoso.example,Windows,1.2,d-1,0,2021-11-09 10:32:11.0,1,,0,,0x0\n" +
		"PC-2,anna@contoso.example,Windows,1.2,,0,2021-11-09 10:32:11.0,1,,0,,0x0\n" +
		"PC-3,anna@contoso.example,Windows,1.2,d-3,0,yesterday,1,,0,,0x0\n" +
		"PC-4,anna@contoso.example,Windows,1.2,d-4,0,2021-11-09 10:32:11.0,77,,0,,0x0\n" +
		"PC-5,anna@contoso.example,Windows,1.2,d-5,0,2021-11-09 10:32:11.0,1,,0,,0xZZ\n"
	code, out, err := command(t, dir, report, "import", "--app", "app", "-")
	for i, want := range []string{"line 3\tDeviceId\t", "line 4\tLastModifiedDateTime\t", "line 5\tAppInstallState\t", "line 6\tHexErrorCode\t"} {
		if lines := strings.Split(out, "\n"); len(lines) != 5 || !strings.HasPrefix(lines[i], want) {
			t.Errorf("problem %d is not at %q: %s", i+1, want, out)
		}
	}
	if code != 1 || !strings.Contains(err, "4 of 5 rows") || strings.Contains(out+err, "anna") {
		t.Errorf("%d %s", code, err)
	}
	if code, out, _ := command(t, dir, "", "export"); code == 0 && out != "" {
		t.Errorf("something was written: %s", out)
	}
	if code, _, err := command(t, dir, report, "import", "--keep-going", "--app", "app", "-"); code != 1 || !strings.Contains(err, "1 created") {
		t.Errorf("--keep-going: %d %s", code, err)
	}
	for stdin, says := range map[string]string{"": "", "no report at all": "", "DeviceName\nx\n": "", `{"deviceId":7}`: ""} {
		if code, out, err := command(t, dir, stdin, "import", "--app", "app", "-"); code != 1 || strings.Count(err, "\n") > 2 || !strings.Contains(err, says) {
			t.Errorf("%q: %d %s %s", stdin, code, out, err)
		}
	}
}

func TestAnExportIsImportedExactly(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	s := startIn(t, from)
	s.create(t, userStatusPath("app", "a user", "1"), seedBody)
	s.create(t, statusPath("app", "2"), `{"deviceName":"a\"b,c;\r\n\tü💾 ","osVersion":"","lastSyncDateTime":"2017-01-01T00:02:49.3205976-08:00","installStateDetail":"pendingReboot"}`)
	s.create(t, statusPath("another / app", "3"), `{}`)
	s.create(t, statusPath("app", "4"), `{"userPrincipalName":"anna@contoso.example","errorCode":-2147483648}`)
	token := s.tokenOf(t, auth.Grant{Tenant: tenantB, Scope: writePermission, Lifetime: time.Hour})
	s.do(t, call{target: statusPath("app", "of another tenant"), body: `{}`, header: map[string]string{"Authorization": "Bearer " + token, "Prefer": "create-if-missing"}})
	s.stop()
	code, exported, err := command(t, from, "", "export")
	if code != 0 || strings.Count(exported, "\n") != 4 || strings.Contains(exported, "another tenant") {
		t.Fatalf("%d %s %s", code, exported, err)
	}
	for round := range 2 {
		if code, out, err := command(t, to, exported, "import", "-"); code != 0 || !strings.Contains(err, fmt.Sprintf("%d created", []int{4, 0}[round])) {
			t.Fatalf("%d %s %s", code, out, err)
		}
	}
	if _, again, _ := command(t, to, "", "export"); again != exported {
		t.Errorf("exported again, it is\n%s\ninstead of\n%s", again, exported)
	}
	if a := startIn(t, to).do(t, call{method: http.MethodGet, target: userStatusPath("app", "a user", "1")}); a.status != http.StatusOK {
		t.Errorf("by its user status: %d", a.status)
	}
}

func TestImportOpensTheZipThatIntuneDelivers(t *testing.T) {
	var zipped bytes.Buffer
	w := zip.NewWriter(&zipped)
	file, err := w.Create("DeviceInstallStatusByApp.csv")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(file, intuneHeader+"PC-1,,Windows,1.2,d-1,0,2021-11-09 10:32:11.0,1,,0,,0x0\n")
	w.Close()
	if code, out, err := command(t, t.TempDir(), zipped.String(), "import", "--app", "app", "-"); code != 0 || !strings.Contains(err, "1 created") {
		t.Errorf("%d %s %s", code, out, err)
	}
}
