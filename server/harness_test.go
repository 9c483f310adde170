package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"installstatus/api/contract/contracttest"
	"installstatus/gen"
	"installstatus/server/auth"
	"installstatus/server/store/postgres/postgrestest"
)

// asProgram makes the test binary run the program, so that a test can start a process and kill it.
const asProgram = "INSTALLSTATUS_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	flag.Parse()
	if runtime.GOMAXPROCS(0) < 4 { // most tests wait for a process, a disk or a timeout
		flag.Set("test.parallel", "4")
	}
	os.Exit(m.Run())
}

// testServer is the program serving on a free port.
type testServer struct {
	base   string      // http://127.0.0.1:port
	dir    string      // its database and its key
	told   *syncBuffer // what it prints after the first line
	logged *syncBuffer
	stop   func() int // stops it like SIGTERM, and returns the exit code
	kill   func()     // kill -9, for a process of its own
	pid    int        // of that process
	client *http.Client
}

const (
	tenantA = "aaaaaaaa-0000-4000-8000-000000000001"
	tenantB = "bbbbbbbb-0000-4000-8000-000000000002"
)

// start runs serve in this process until the test ends, with a development issuer and further args.
func start(t testing.TB, args ...string) *testServer {
	return startIn(t, t.TempDir(), args...)
}

// onEachEngine runs a test on a server with each storage engine.
func onEachEngine(t *testing.T, test func(*testing.T, *testServer)) {
	t.Run("SQLite", func(t *testing.T) { test(t, start(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, start(t, "--db", postgrestest.New(t))) })
}

func serveArgs(dir string, args []string) []string {
	return append([]string{"serve", "--addr", "127.0.0.1:0", "--dev", "--no-request-log",
		"--dev-key", filepath.Join(dir, "dev.pem"), "--db", "sqlite:" + filepath.Join(dir, "test.db")}, args...)
}

func startIn(t testing.TB, dir string, args ...string) *testServer {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	s := newTestServer(dir)
	exit := make(chan int, 1)
	go func() {
		exit <- run(ctx, serveArgs(dir, args), terminal{out: in, err: s.logged})
		in.Close()
	}()
	s.stop = sync.OnceValue(func() int {
		cancel()
		return <-exit
	})
	t.Cleanup(func() { s.stop() })
	s.awaitAddress(t, out)
	return s
}

// startProcess runs serve in a process of its own that can be killed.
func startProcess(t testing.TB, dir string, args ...string) *testServer {
	t.Helper()
	s := newTestServer(dir)
	command := exec.Command(os.Args[0], serveArgs(dir, args)...)
	command.Env = append(os.Environ(), asProgram+"=1")
	command.Stderr = s.logged
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	s.pid = command.Process.Pid
	s.stop = sync.OnceValue(func() int {
		command.Process.Signal(syscall.SIGTERM)
		command.Wait()
		return command.ProcessState.ExitCode()
	})
	s.kill = func() {
		command.Process.Kill()
		command.Wait()
	}
	t.Cleanup(func() { command.Process.Kill() })
	s.awaitAddress(t, out)
	return s
}

func newTestServer(dir string) *testServer {
	return &testServer{dir: dir, told: new(syncBuffer), logged: new(syncBuffer), client: &http.Client{
		Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 100},
		Timeout:   30 * time.Second,
	}}
}

func (s *testServer) awaitAddress(t testing.TB, out io.Reader) {
	t.Helper()
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("the server did not start: %s", s.logged)
	}
	go io.Copy(s.told, lines)
	s.base = strings.TrimSuffix(strings.Fields(line)[2], "/beta")
}

// token returns a development token that may write in tenant A.
func (s *testServer) token(t testing.TB) string {
	return s.tokenOf(t, auth.Grant{Tenant: tenantA, Scope: auth.WritePermission, Lifetime: time.Hour})
}

func (s *testServer) tokenOf(t testing.TB, grant auth.Grant) string {
	t.Helper()
	issuer, err := auth.OpenDevelopment(filepath.Join(s.dir, "dev.pem"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := issuer.Issue(grant, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// call is a request.
type call struct {
	method string // PATCH if empty
	target string // percent-encoded, starting with /beta
	body   string
	header map[string]string // besides a token for tenant A and a JSON Content-Type; "" removes one of those
}

// answered is a response.
type answered struct {
	status int
	header http.Header
	body   string
}

// do sends the call, and checks the response against the contract.
func (s *testServer) do(t testing.TB, c call) answered {
	t.Helper()
	method := c.method
	if method == "" {
		method = http.MethodPatch
	}
	address, err := url.Parse(s.base + c.target)
	if err != nil {
		t.Fatal(err)
	}
	request := &http.Request{Method: method, URL: address, Header: http.Header{}}
	request.Header.Set("Authorization", "Bearer "+s.token(t))
	if method == http.MethodPatch || c.body != "" {
		request.Header.Set("Content-Type", "application/json")
		request.Body = io.NopCloser(strings.NewReader(c.body))
		request.ContentLength = int64(len(c.body))
	}
	for name, value := range c.header {
		if request.Header.Set(name, value); value == "" {
			request.Header.Del(name)
		}
	}
	return s.send(t, request)
}

func (s *testServer) send(t testing.TB, request *http.Request) answered {
	t.Helper()
	contracttest.Record(t, request)
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	contracttest.Check(t, contracttest.Answer{
		Method: request.Method, Target: request.URL.EscapedPath(),
		Status: response.StatusCode, Header: response.Header, Body: body,
	})
	return answered{status: response.StatusCode, header: response.Header, body: string(body)}
}

// create creates the status at a path.
func (s *testServer) create(t testing.TB, target, body string) answered {
	t.Helper()
	a := s.do(t, call{target: target, body: body, header: map[string]string{"Prefer": "create-if-missing"}})
	if a.status != http.StatusCreated {
		t.Fatalf("creating %s: %d %s", target, a.status, a.body)
	}
	return a
}

// problem returns the error in a response.
func (a answered) problem(t testing.TB) gen.MainError {
	t.Helper()
	var body gen.ODataError
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return body.Error
}

// statusPath returns the path of a device status by its app.
func statusPath(app, id string) string {
	return fmt.Sprintf("/beta/deviceAppManagement/mobileApps/%s/deviceStatuses/%s", url.PathEscape(app), url.PathEscape(id))
}

// userStatusPath returns the path of a device status by its user status.
func userStatusPath(app, user, id string) string {
	return fmt.Sprintf("/beta/deviceAppManagement/mobileApps/%s/userStatuses/%s/deviceStatuses/%s", url.PathEscape(app), url.PathEscape(user), url.PathEscape(id))
}

// statusesPath returns the path of an app's device statuses.
func statusesPath(app string) string { return strings.TrimSuffix(statusPath(app, ""), "/") }

// userStatusesPath returns the path of a user status's device statuses.
func userStatusesPath(app, user string) string {
	return strings.TrimSuffix(userStatusPath(app, user, ""), "/")
}

// syncBuffer is a buffer for concurrent use.
type syncBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.String()
}
