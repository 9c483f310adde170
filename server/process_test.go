package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"installstatus/api"
	"installstatus/server/auth"
)

func TestAnsweredWritesSurviveKill9(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const writers = 8
	answered := make([]int, writers) // the last errorCode that each writer got an answer for
	for round := range 20 {
		s := startProcess(t, dir)
		var group sync.WaitGroup
		for w := range writers {
			target := statusPath("app", fmt.Sprint(w))
			if round == 0 {
				s.create(t, target, `{}`)
			}
			a := s.do(t, call{method: http.MethodGet, target: target})
			if stored := storedErrorCode(t, a.body); stored != answered[w] && stored != answered[w]+1 {
				t.Fatalf("round %d: writer %d got an answer for %d, and %d is stored", round, w, answered[w], stored)
			} else {
				answered[w] = stored
			}
			token := s.token(t)
			group.Go(func() {
				for {
					next := answered[w] + 1
					request, _ := http.NewRequest(http.MethodPatch, s.base+target, strings.NewReader(fmt.Sprintf(`{"errorCode":%d,"deviceName":"%d"}`, next, next)))
					request.Header.Set("Authorization", "Bearer "+token)
					request.Header.Set("Content-Type", "application/json")
					response, err := s.client.Do(request)
					if err != nil {
						return
					}
					_, err = io.Copy(io.Discard, response.Body)
					response.Body.Close()
					if err != nil || response.StatusCode != http.StatusOK {
						return
					}
					answered[w] = next
				}
			})
		}
		time.Sleep(time.Duration(20+10*round) * time.Millisecond)
		s.kill()
		group.Wait()
	}
	total := 0
	for _, n := range answered {
		total += n
	}
	if total == 0 {
		t.Error("no write was answered")
	}
	t.Logf("%d answered writes, none lost", total)
}

// storedErrorCode returns the errorCode. Every write of the test above puts it into deviceName too, so a row must be whole.
func storedErrorCode(t *testing.T, body string) int {
	t.Helper()
	var entity struct {
		ErrorCode  int
		DeviceName *string
	}
	if err := json.Unmarshal([]byte(body), &entity); err != nil {
		t.Fatal(err)
	}
	if entity.DeviceName != nil && *entity.DeviceName != fmt.Sprint(entity.ErrorCode) {
		t.Fatalf("half a write is stored: %s", body)
	}
	return entity.ErrorCode
}

func TestDataSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := startIn(t, dir)
	target := userStatusPath("app", "user", seedID)
	created := first.create(t, target, seedBody)
	if code := first.stop(); code != 0 {
		t.Fatalf("exit code %d: %s", code, first.logged)
	}
	second := startIn(t, dir)
	a := second.do(t, call{method: http.MethodGet, target: target})
	if a.body != created.body || a.header.Get("ETag") != created.header.Get("ETag") {
		t.Errorf("%s %v", a.body, a.header)
	}
}

func TestStoppingAnswersRequestsInFlight(t *testing.T) {
	t.Parallel()
	s := start(t, "--ops-addr", "127.0.0.1:0")
	s.create(t, statusPath("app", "id"), `{}`)
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{\"errorCode\":", statusPath("app", "id"), s.token(t))
	s.awaitMetric(t, `http_server_active_requests{http_request_method="PATCH"}`, "1")
	stopped := make(chan int)
	go func() { stopped <- s.stop() }()
	s.awaitClosed(t)
	fmt.Fprint(connection, "1234567}")
	connection.SetReadDeadline(time.Now().Add(10 * time.Second))
	answer, err := io.ReadAll(connection)
	if err != nil || !bytes.Contains(answer, []byte("200 OK")) || !bytes.Contains(answer, []byte(`"errorCode":123456`)) {
		t.Errorf("%v: %s", err, answer)
	}
	if code := <-stopped; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := start(t)
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200} {
		response, err := s.client.Get(s.base + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != want || string(body) != "ok\n" {
			t.Errorf("%s: %d %s", path, response.StatusCode, body)
		}
	}
}

func TestTheRequestLogHasOneLinePerRequest(t *testing.T) {
	t.Parallel()
	s := start(t, "--request-log")
	s.create(t, statusPath("app", "id"), seedBody)
	s.do(t, call{method: http.MethodGet, target: "/beta/unknown", header: map[string]string{"Authorization": ""}})
	s.stop()
	lines := strings.Split(strings.TrimSpace(s.logged.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), lines)
	}
	var first, second map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(lines[1]), &second); err != nil {
		t.Fatal(err)
	}
	if first["operation"] != "updateDeviceStatus" || first["status"] != 201.0 || first["tenant"] != tenantA || first["method"] != "PATCH" || !guid.MatchString(fmt.Sprint(first["request_id"])) {
		t.Error(lines[0])
	}
	if second["operation"] != "" || second["status"] != 401.0 || second["tenant"] != "" {
		t.Error(lines[1])
	}
}

func TestTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, "dev.pem")
	garbage := filepath.Join(dir, "garbage")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		args     []string
		code     int
		out, err string // text in stdout and stderr
		in       string
	}{
		{"help", []string{"--help"}, 0, "serve", "", ""},
		{"help of serve", []string{"serve", "--help"}, 0, "Examples:", "", ""},
		{"help of token", []string{"token", "--help"}, 0, "Examples:", "", ""},
		{"help of version", []string{"version", "--help"}, 0, "Example:", "", ""},
		{"help of import", []string{"import", "--help"}, 0, "Examples:", "", ""},
		{"help of export", []string{"export", "--help"}, 0, "Examples:", "", ""},
		{"version", []string{"version"}, 0, "installstatus ", "", ""},
		{"token", []string{"token", "--dev-key", key}, 0, "eyJ", "", ""},
		{"no command", nil, 2, "", "serve", ""},
		{"an unknown command", []string{"sevre"}, 2, "", "sevre", ""},
		{"an unknown flag", []string{"serve", "--prot", "1"}, 2, "", "--prot", ""},
		{"no one could sign in", []string{"serve"}, 2, "", "--dev", ""},
		{"an address without a port", []string{"serve", "--dev", "--addr", "127.0.0.1", "--dev-key", key}, 2, "", "missing port", ""},
		{"dev off loopback", []string{"serve", "--dev", "--addr", "0.0.0.0:0", "--dev-key", key}, 2, "", "loopback", ""},
		{"dev on all addresses", []string{"serve", "--dev", "--addr", ":0", "--dev-key", key}, 2, "", "loopback", ""},
		{"sample without dev", []string{"serve", "--sample", "--jwks-file", "x", "--issuer", "y"}, 2, "", "--dev", ""},
		{"sample data of a tenant that is not served", []string{"serve", "--dev", "--dev-key", key, "--addr", "127.0.0.1:0", "--db", "sqlite::memory:", "--sample", "--tenants", "b,c"}, 2, "", "--sample needs the development tenant " + auth.DevelopmentTenant + " among --tenants", ""},
		{"keys without an issuer", []string{"serve", "--jwks-file", "x"}, 2, "", "--issuer", ""},
		{"a missing keys file", []string{"serve", "--jwks-file", filepath.Join(dir, "none"), "--issuer", "y"}, 1, "", "none", ""},
		{"another database", []string{"serve", "--dev", "--dev-key", key, "--db", "mysql://x"}, 2, "", "--db", ""},
		{"a directory that is not there", []string{"serve", "--dev", "--dev-key", key, "--addr", "127.0.0.1:0", "--db", "sqlite:" + filepath.Join(dir, "no", "x.db")}, 1, "", "x.db", ""},
		{"a file that is no database", []string{"serve", "--dev", "--dev-key", key, "--addr", "127.0.0.1:0", "--db", "sqlite:" + garbage}, 1, "", "garbage", ""},
		{"a key file that is no key", []string{"token", "--dev-key", garbage}, 1, "", "garbage", ""},
		{"a token for no time", []string{"token", "--dev-key", key, "--expires", "0s"}, 2, "", "", ""},
		{"a valid body", []string{"validate", "-"}, 0, "", "", seedAnswer},
		{"a body with violations", []string{"validate", "-"}, 1, "/errorCode\tNotAnInteger\tCannot", "-: 2 violations in the body of updateDeviceStatus", `{"errorCode": 9.5, "installState": "faild"}`},
		{"a body that is not JSON", []string{"validate", "-"}, 1, "\tInvalidJson\t", "1 violation in the body of updateDeviceStatus", `{`},
		{"an id in the body of a POST", []string{"validate", "--operation", "createDeviceStatus", "-"}, 1, "/id\tIdNotAllowed", "createDeviceStatus", `{"id": "x"}`},
		{"a batch", []string{"validate", "--operation", "batch", "-"}, 0, "", "", `{"requests":[{"id":"1","method":"GET","url":"/deviceAppManagement/mobileApps/a/deviceStatuses"},{"id":"2","method":"GET","url":"/deviceAppManagement/mobileApps/a/deviceStatuses","dependsOn":["1"]}]}`},
		{"a batch with an id twice", []string{"validate", "--operation", "batch", "-"}, 1, "/requests/1/id\tDuplicateId\tAnother", "1 violation in the body of batch", `{"requests":[{"id":"1","method":"GET","url":"/deviceAppManagement/mobileApps/a/deviceStatuses"},{"id":"1","method":"GET","url":"/deviceAppManagement/mobileApps/a/deviceStatuses"}]}`},
		{"a batch that waits for an unknown request", []string{"validate", "--operation", "batch", "-"}, 1, "/requests/0/dependsOn/0\tUnknownDependency\tNo request", "1 violation in the body of batch", `{"requests":[{"id":"1","method":"GET","url":"/deviceAppManagement/mobileApps/a/deviceStatuses","dependsOn":["2"]}]}`},
		{"a batch that waits for itself", []string{"validate", "--operation", "batch", "-"}, 1, "/requests/0/dependsOn\tCircularDependency\tThe request", "1 violation in the body of batch", `{"requests":[{"id":"1","method":"GET","url":"/deviceAppManagement/mobileApps/a/deviceStatuses","depends_on":["1"]}]}`},
		{"a batch without requests", []string{"validate", "--operation", "batch", "-"}, 1, "/requests\t", "1 violation in the body of batch", `{}`},
		{"a name that is more than one line", []string{"validate", "-"}, 1, `/a\tb\nc` + "\tUnknownProperty\tThe property 'a" + `\tb\nc'`, "1 violation in the body of updateDeviceStatus", `{"a\tb\nc": 1}`},
		{"an operation without a body", []string{"validate", "--operation", "getDeviceStatus", "-"}, 2, "", "updateDeviceStatus", `{}`},
		{"a body that is not there", []string{"validate", filepath.Join(dir, "none")}, 1, "", "none", ""},
		{"the longest body", []string{"validate", "-"}, 0, "", "", "{}" + strings.Repeat(" ", api.MaxBody-2)},
		{"a body that is too long", []string{"validate", "-"}, 1, "-:1:1: \tRequestEntityTooLarge\tThe body is longer than 1 MiB", "1 violation", `{"deviceName":"` + strings.Repeat("x", api.MaxBody) + `"}`},
		{"an error code", []string{"explain", "-2016345060"}, 0, "0x87D1041C  -2016345060\n  meaning: The installation reported success", "", ""},
		{"error codes as JSON", []string{"explain", "80070643", "--json", "0x643"}, 0, `{"code":"0x643","known":true,"hex":"0x00000643","decimal":1603,"name":"ERROR_INSTALL_FAILURE","meaning":`, "", ""},
		{"an error code that is not known", []string{"explain", "0x87D12230"}, 1, "not known; as an HRESULT a failure of facility 2001 (Intune)", "1 code not known", ""},
		{"what is no error code", []string{"explain", "fai\tled", "5"}, 1, `fai\tled: not a 32-bit error code`, "1 code not known", ""},
		{"no error code", []string{"explain"}, 2, "", "code", ""},
		{"an unknown flag of explain", []string{"explain", "-x", "5"}, 2, "", "-x", ""},
		{"an import into no tenant", []string{"import", "-"}, 2, "", "--tenant", ""},
		{"an import into an empty tenant", []string{"import", "--tenant=", "-"}, 2, "", "--tenant", ""},
		{"an import into what no token has", []string{"import", "--tenant=a b", "-"}, 2, "", "--tenant must be 1 to 128 printable ASCII characters without a space", `{"id":"1"}`},
		{"an export of what no token has", []string{"export", "--tenant=a b"}, 2, "", "--tenant must be 1 to 128 printable ASCII characters without a space", ""},
		{"an import for no app", []string{"import", "--tenant=t", "--app=" + strings.Repeat("x", 1025), "-"}, 2, "", "--app", ""},
		{"an import of nothing", []string{"import", "--tenant=t", "-"}, 0, "", "-: 0 rows read", " \n"},
		{"an import of something else", []string{"import", "--tenant=t", "-"}, 1, "", "-: reading CSV: line 1: the header", "hello\n"},
		{"an import of a file that is not there", []string{"import", "--tenant=t", filepath.Join(dir, "none")}, 1, "", "none: no such file", ""},
		{"an import of a directory", []string{"import", "--tenant=t", dir}, 1, "", "it is a folder; name the files in it", ""},
		{"an import of an invalid row", []string{"import", "--tenant=t", "-"}, 1, "line 2\tDeviceId\tmissing", "1 of 1 rows are invalid (listed on stdout); nothing was written", "DeviceId,AppInstallState\n,1\n"},
		{"an import into no directory", []string{"import", "--tenant=t", "--app=a", "--db", "sqlite:" + filepath.Join(dir, "no", "x.db"), "-"}, 1, "", "x.db", `{"id":"1"}`},
		{"an import into what is kept nowhere", []string{"import", "--tenant=t", "--app=a", "--db", "sqlite::memory:", "-"}, 2, "", "keeps nothing", `{"id":"1"}`},
		{"an export of what is kept nowhere", []string{"export", "--tenant=t", "--db", "sqlite::memory:"}, 2, "", "keeps nothing", ""},
		{"an export of no tenant", []string{"export"}, 2, "", "--tenant", ""},
		{"an export in another format", []string{"export", "--tenant=t", "--format=xml"}, 2, "", "--format", ""},
		{"an export of a database that is not there", []string{"export", "--tenant=t", "--db", "sqlite:" + filepath.Join(dir, "none.db")}, 1, "", "none.db", ""},
		{"help of backup", []string{"backup", "--help"}, 0, "Examples:", "", ""},
		{"help of restore", []string{"restore", "--help"}, 0, "Example:", "", ""},
		{"a backup of nothing", []string{"backup", "--db", "sqlite:" + filepath.Join(dir, "none.db"), filepath.Join(dir, "b")}, 1, "", "none.db: no such file", ""},
		{"a backup of what is kept nowhere", []string{"backup", "--db", "sqlite::memory:", filepath.Join(dir, "b")}, 2, "", "--db", ""},
		{"a backup of PostgreSQL", []string{"backup", "--db", "postgres://localhost/x", filepath.Join(dir, "b")}, 1, "", "pg_dump", ""},
		{"a backup of what is no database", []string{"backup", "--db", "sqlite:" + garbage, filepath.Join(dir, "b")}, 1, "", "garbage", ""},
		{"a backup in the place of a file", []string{"backup", "--db", "sqlite:" + garbage, garbage}, 1, "", "does not replace files", ""},
		{"a restore in the place of a file", []string{"restore", "--db", "sqlite:" + garbage, "x"}, 1, "", "stop the server", ""},
		{"a restore into PostgreSQL", []string{"restore", "--db", "postgresql://localhost/x", "x"}, 1, "", "pg_restore", ""},
		{"operators at no address", []string{"serve", "--dev", "--dev-key", key, "--db", "sqlite::memory:", "--addr", "127.0.0.1:0", "--ops-addr", "9090"}, 2, "", "--ops-addr", ""},
		{"operators at a port that is taken", []string{"serve", "--dev", "--dev-key", key, "--db", "sqlite::memory:", "--addr", "127.0.0.1:0", "--ops-addr", taken(t)}, 1, "", "choose another --ops-addr", ""},
		{"unknown limits", []string{"serve", "--dev", "--dev-key", key, "--throttle", "entra"}, 2, "", "intune", ""},
		{"a port that is taken", []string{"serve", "--dev", "--dev-key", key, "--db", "sqlite::memory:", "--addr", taken(t)}, 1, "", "in use", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, err bytes.Buffer
			if code := run(t.Context(), c.args, terminal{in: strings.NewReader(c.in), out: &out, err: &err}); code != c.code {
				t.Fatalf("exit code %d\n%s%s", code, out.String(), err.String())
			}
			if !strings.Contains(out.String(), c.out) || !strings.Contains(err.String(), c.err) {
				t.Errorf("stdout: %s\nstderr: %s", out.String(), err.String())
			}
			if c.code == 1 && strings.Count(err.String(), "\n") != 1 {
				t.Errorf("a failure is one line: %s", err.String())
			}
			if c.code != 0 && c.out == "" && out.Len() > 0 {
				t.Errorf("stdout: %s", out.String())
			}
		})
	}
}

func TestOnlyServeOffersADatabaseInMemory(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"serve", "import", "export", "apps", "backup", "restore"} {
		var out, err bytes.Buffer
		if code := run(t.Context(), []string{command, "--help"}, terminal{out: &out, err: &err}); code != 0 {
			t.Fatalf("%s: exit code %d: %s", command, code, err.String())
		}
		_, flags, _ := strings.Cut(out.String(), "\nFlags:")
		if offered := strings.Contains(flags, "sqlite::memory:"); offered != (command == "serve") {
			t.Errorf("%s: %s", command, flags)
		}
	}
}

// taken returns an address that is in use.
func taken(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().String()
}

func TestFlagsCanComeFromTheEnvironment(t *testing.T) {
	key := filepath.Join(t.TempDir(), "dev.pem")
	t.Setenv("INSTALLSTATUS_DEV_KEY", key)
	var out, err bytes.Buffer
	if code := run(t.Context(), []string{"token"}, terminal{out: &out, err: &err}); code != 0 {
		t.Fatal(err.String())
	}
	if _, err := os.Stat(key); err != nil {
		t.Error(err)
	}
}

func TestThePrintedCommandWorksWhenPasted(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	odd := filepath.Join(t.TempDir(), "it's")
	if err := os.Mkdir(odd, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--sample"}, {"--sample", "--tls-self-signed", "--tls-ca", filepath.Join(odd, "ca.pem")}} {
		s := start(t, args...)
		var command []string
		for range 100 {
			if command = regexp.MustCompile(`(?s)\ncurl -i.*?\n}'\n`).FindStringSubmatch(s.told.String()); command != nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if command == nil {
			t.Fatalf("no command is printed: %s", s.told)
		}
		if out, err := exec.Command("sh", "-c", command[0]).Output(); err != nil || !strings.Contains(string(out), seedAnswer) {
			t.Errorf("%v: %s", err, out)
		}
	}
}

func TestTheSampleIsAddedOnceAndKeepsChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := startIn(t, dir, "--sample")
	header := map[string]string{}
	sample := func(s *testServer, c call) answered {
		token, err := os.ReadFile(filepath.Join(dir, "dev.pem"))
		if err != nil || len(token) == 0 {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if code := run(t.Context(), []string{"token", "--dev-key", filepath.Join(dir, "dev.pem")}, terminal{out: &out, err: io.Discard}); code != 0 {
			t.Fatal(code)
		}
		header["Authorization"] = "Bearer " + strings.TrimSpace(out.String())
		c.header = header
		return s.do(t, c)
	}
	for _, target := range []string{statusPath(sampleApp, sampleStatus), userStatusPath(sampleApp, sampleUser, sampleStatus)} {
		if a := sample(first, call{target: target, body: seedBody}); a.status != 200 || a.body != seedAnswer {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	first.stop()
	second := startIn(t, dir, "--sample")
	if a := sample(second, call{method: http.MethodGet, target: statusPath(sampleApp, sampleStatus)}); a.body != seedAnswer {
		t.Errorf("after a restart the status is %s", a.body)
	}
}
