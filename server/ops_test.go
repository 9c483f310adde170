package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"installstatus/server/auth"
)

// opsAddress returns the URL of the operators' listener of a server with --ops-addr.
func (s *testServer) opsAddress(t testing.TB) string {
	t.Helper()
	for range 500 {
		if _, address, told := strings.Cut(s.told.String(), "For operators: "); told {
			address, _, _ = strings.Cut(address, "/metrics")
			return address
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the server does not print the operators' address: %s", s.told)
	return ""
}

// fetch gets a URL.
func (s *testServer) fetch(t testing.TB, address string) (status int, body string) {
	t.Helper()
	response, err := s.client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// metrics returns the lines of /metrics.
func (s *testServer) metrics(t testing.TB) []string {
	t.Helper()
	_, text := s.fetch(t, s.opsAddress(t)+"/metrics")
	return strings.Split(strings.TrimSpace(text), "\n")
}

// metric returns the value of a series, or "" if there is none.
func metric(lines []string, series string) string {
	for _, line := range lines {
		if value, found := strings.CutPrefix(line, series+" "); found {
			return value
		}
	}
	return ""
}

// awaitMetric waits until a series has a value.
func (s *testServer) awaitMetric(t testing.TB, series, want string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		got := metric(s.metrics(t), series)
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still %q, want %s", series, got, want)
		}
	}
}

// awaitClosed waits until the server accepts no connections.
func (s *testServer) awaitClosed(t testing.TB) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		connection, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
		if err != nil {
			return
		}
		connection.Close()
		if time.Now().After(deadline) {
			t.Fatal("a stopping server still accepts connections")
		}
	}
}

func TestWhatTheServerDoesIsMeasured(t *testing.T) {
	t.Parallel()
	s := start(t, "--ops-addr", "127.0.0.1:0")
	target := statusPath("app", "id")
	s.create(t, target, `{}`)
	s.do(t, call{target: target, body: `{"errorCode":1}`})
	s.do(t, call{target: target, body: `{"errorCode":1.5}`})
	s.do(t, call{target: target, body: `{}`, header: map[string]string{"If-Match": `"another"`}})
	s.do(t, call{method: http.MethodGet, target: statusPath("app", "none")})
	s.do(t, call{method: http.MethodGet, target: statusesPath("app")})
	s.do(t, call{method: http.MethodGet, target: target, header: map[string]string{"Authorization": ""}})
	s.do(t, call{method: "BREW", target: target})
	s.batch(t, nil, inBatch("1", call{target: target, body: `{"errorCode":2}`}), inBatch("2", call{method: http.MethodGet, target: statusPath("app", "none")}))

	lines := s.metrics(t)
	const route, list = "/beta/deviceAppManagement/mobileApps/{mobileAppId}/deviceStatuses/{mobileAppInstallStatusId}", "/beta/deviceAppManagement/mobileApps/{mobileAppId}/deviceStatuses"
	for series, want := range map[string]string{
		request("PATCH", route, 200):         "1",
		request("PATCH", route, 201):         "1",
		request("PATCH", route, 400):         "1",
		request("PATCH", route, 412):         "1",
		request("GET", route, 404):           "1",
		request("GET", list, 200):            "1",
		request("GET", "", 401):              "1",
		request("_OTHER", "", 405):           "1",
		request("POST", "/beta/$batch", 200): "1",
		`installstatus_batch_requests_total{http_request_method="PATCH",http_response_status_code="200",http_route="` + route + `"}`: "1",
		`installstatus_batch_requests_total{http_request_method="GET",http_response_status_code="404",http_route="` + route + `"}`:   "1",
		`http_server_active_requests{http_request_method="PATCH"}`:                                                                   "0",
		`db_client_operation_duration_seconds_count{db_operation_name="update",error_type=""}`:                                       "3",
		`db_client_operation_duration_seconds_count{db_operation_name="update",error_type="condition_not_met"}`:                      "1",
		`db_client_operation_duration_seconds_count{db_operation_name="get",error_type="not_found"}`:                                 "2",
		`db_client_operation_duration_seconds_count{db_operation_name="list",error_type=""}`:                                         "1",
		`installstatus_commit_group_size_sum`:                    "4",
		`installstatus_commit_group_size_count`:                  "4",
		`installstatus_commit_group_size_bucket{le="1"}`:         "4",
		`installstatus_write_queue_length`:                       "0",
		`installstatus_token_cache_lookups_total{result="miss"}`: "8",
	} {
		if got := metric(lines, series); got != want {
			t.Errorf("%s is %q, want %s", series, got, want)
		}
	}
	// The writer answers a group before it returns its connection.
	s.awaitMetric(t, `db_client_connection_count{db_client_connection_state="used"}`, "0")
	for _, series := range []string{"go_goroutines", "process_open_fds", "process_resident_memory_bytes", "db_client_connection_wait_time_seconds_count"} {
		if metric(lines, series) == "" {
			t.Errorf("%s is missing", series)
		}
	}
}

func request(method, route string, status int) string {
	return fmt.Sprintf(`http_server_request_duration_seconds_count{http_request_method="%s",http_response_status_code="%d",http_route="%s"}`, method, status, route)
}

func TestMetricsContainNothingThatClientsChoose(t *testing.T) {
	t.Parallel()
	s := start(t, "--ops-addr", "127.0.0.1:0")
	probe := func(i int) {
		tenant := map[string]string{"Authorization": "Bearer " + s.tokenOf(t, auth.Grant{Tenant: fmt.Sprint("secret-tenant-", i), Scope: auth.WritePermission, Lifetime: time.Hour})}
		s.do(t, call{method: http.MethodGet, target: statusPath(fmt.Sprint("secret-app-", i), fmt.Sprint("secret-id-", i)), header: tenant})
		s.do(t, call{method: fmt.Sprint("SECRET", i), target: statusPath("app", "id"), header: tenant})
		s.do(t, call{method: http.MethodGet, target: fmt.Sprint("/beta/secret-segment-", i), header: tenant})
		s.do(t, call{method: http.MethodGet, target: fmt.Sprint("/secret-version-", i, "?secret=", i), header: tenant})
	}
	// The runtime's series come and go.
	series := func() (names []string) {
		for _, line := range s.metrics(t) {
			if !strings.HasPrefix(line, "go_") && !strings.HasPrefix(line, "process_") && !strings.HasPrefix(line, "#") {
				names = append(names, line[:strings.LastIndexByte(line, ' ')])
			}
		}
		return names
	}
	probe(0)
	few := series()
	for i := range 20 {
		probe(i + 1)
	}
	if many := series(); len(many) != len(few) {
		t.Errorf("%d series became %d:\n%s", len(few), len(many), strings.Join(many, "\n"))
	}
	if found := regexp.MustCompile("(?i)secret.*").FindString(strings.Join(s.metrics(t), "\n")); found != "" {
		t.Error(found)
	}
}

func TestOperatorsHaveTheirOwnListener(t *testing.T) {
	t.Parallel()
	s := start(t, "--ops-addr", ":0")
	address := s.opsAddress(t)
	if !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Errorf("a port alone is opened at %s", address)
	}
	for path, want := range map[string]int{"/metrics": 200, "/healthz": 200, "/readyz": 200, "/debug/pprof/": 200, "/debug/pprof/heap": 200, "/debug/pprof/symbol": 200, "/debug/pprof/cmdline": 404, "/beta": 404, "/": 404} {
		if status, body := s.fetch(t, address+path); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	for path, want := range map[string]int{"/metrics": 404, "/debug/pprof/": 404, "/healthz": 200} {
		if status, body := s.fetch(t, s.base+path); status != want {
			t.Errorf("on the clients' listener, %s: %d %s", path, status, body)
		}
	}
}

func TestTheOperatorsListenerOnLoopbackAnswersToNoOtherName(t *testing.T) {
	t.Parallel()
	s := start(t, "--ops-addr", ":0")
	address := s.opsAddress(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(address, "http://"), ":")
	for host, want := range map[string]int{
		"localhost:" + port: 200, "LOCALHOST": 200, "127.0.0.1": 200, "[::1]:" + port: 200, "192.0.2.1": 200,
		"rebound.example": 403, "rebound.example:" + port: 403, "localhost.rebound.example": 403, "127.0.0.1.rebound.example": 403,
	} {
		for _, path := range []string{"/metrics", "/debug/pprof/", "/readyz"} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Host = host
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("%s of %q: %d, want %d", path, host, response.StatusCode, want)
			}
		}
	}
}

func TestTheOperatorsListenerIsOffByDefault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args      []string
		listeners int
	}{{nil, 1}, {[]string{"--ops-addr", ":0"}, 2}} {
		s := startProcess(t, t.TempDir(), c.args...)
		s.create(t, statusPath("app", "id"), `{}`) // the server serves, so it opens no more listeners
		if got := listeners(t, s.pid); got != c.listeners {
			t.Errorf("%v: %d listeners, want %d", c.args, got, c.listeners)
		}
		s.stop()
	}
}

// listeners returns how many TCP sockets a process listens on.
func listeners(t testing.TB, pid int) (n int) {
	t.Helper()
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if len(files) == 0 {
		t.Skip("this system does not report what a process listens on")
	}
	own := make(map[string]bool)
	for _, file := range files {
		if to, err := os.Readlink(file); err == nil {
			own[to] = true
		}
	}
	for _, family := range []string{"tcp", "tcp6"} {
		table, _ := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, family)) // there may be no tcp6
		for line := range strings.Lines(string(table)) {
			const state, listening, inode = 3, "0A", 9
			if column := strings.Fields(line); column[state] == listening && own["socket:["+column[inode]+"]"] {
				n++
			}
		}
	}
	return n
}

func TestACleanStopLogsNoErrorOfTheOperatorsListener(t *testing.T) {
	t.Parallel()
	for range 5 {
		s := start(t, "--ops-addr", "127.0.0.1:0")
		s.metrics(t)
		if code := s.stop(); code != 0 {
			t.Errorf("exit code %d", code)
		}
		time.Sleep(20 * time.Millisecond) // for goroutines that may still log
		if lines := s.logged.String(); lines != "" {
			t.Error(lines)
		}
	}
}

func TestAStoppingServerIsNotReadyAndServesUntilTheDelayIsOver(t *testing.T) {
	t.Parallel()
	s := startProcess(t, t.TempDir(), "--ops-addr", "127.0.0.1:0", "--drain-delay", "2s")
	operators, target := s.opsAddress(t), statusPath("app", "id")
	s.create(t, target, `{}`)
	begin := func() net.Conn { // a change without its last byte
		connection, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(connection, "PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{", target, s.token(t))
		return connection
	}
	end := func(connection net.Conn) {
		defer connection.Close()
		io.WriteString(connection, "}")
		if answer, err := io.ReadAll(connection); err != nil || !strings.Contains(string(answer), "200 OK") || !strings.Contains(string(answer), "Connection: close") {
			t.Errorf("%v: %s", err, answer)
		}
	}
	held := begin()
	began := time.Now()
	stopped := make(chan int)
	go func() { stopped <- s.stop() }()
	for {
		if status, _ := s.fetch(t, s.base+"/readyz"); status == http.StatusServiceUnavailable {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if status, body := s.fetch(t, operators+"/readyz"); status != http.StatusServiceUnavailable || body != "stopping\n" {
		t.Errorf("the operators' /readyz: %d %s", status, body)
	}
	end(begin())
	s.awaitClosed(t)
	if took := time.Since(began); took < 2*time.Second {
		t.Errorf("the server accepted connections for %s", took)
	}
	if status, _ := s.fetch(t, operators+"/metrics"); status != http.StatusOK {
		t.Errorf("while a request is in flight, /metrics: %d", status)
	}
	end(held)
	if code := <-stopped; code != 0 {
		t.Errorf("exit code %d: %s", code, s.logged)
	}
}
