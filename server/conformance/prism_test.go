package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"installstatus/api/contract/contracttest"
)

// prism starts Prism as a proxy to a server. If a response violates the contract, Prism responds with its own error. Invalid
// requests pass through, because the tests send many on purpose.
func prism(t *testing.T, at server) server {
	t.Helper()
	modules, err := npm()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	listener.Close()
	command := exec.Command(node(modules), filepath.Join(modules, "@stoplight/prism-cli/dist/index.js"), "proxy", contractFile, at.origin+"/beta",
		"--errors", "--validate-request", "false", "--port", port, "--verboseLevel", "error")
	lines := startCommand(t, command)
	go io.Copy(io.Discard, lines)
	for range 600 {
		if connection, err := net.Dial("tcp", address); err == nil {
			connection.Close()
			return server{origin: "http://" + address, token: at.token}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("Prism did not listen within a minute")
	return server{}
}

// recorded runs the tests of the rules and of PATCH, and returns the requests that they send.
func recorded(t *testing.T) (requests []contracttest.Recorded) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "requests")
	for _, tests := range [][]string{
		{"../../api/contract", "Rule"},
		{"..", "Patch|Documented|OneEntity|CreateIfMissing|Prefer|IfMatch|IfNoneMatch|Post|Delete|Listed|Select|Count|Summary|UserStatus"},
	} {
		command := exec.Command("go", "test", tests[0], "-run", tests[1], "-count", "1")
		command.Env = append(os.Environ(), contracttest.RecordVariable+"="+file)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("recording the requests of %s: %v\n%s", tests[0], err, out)
		}
	}
	lines, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	decoder := json.NewDecoder(bufio.NewReader(lines))
	for {
		var request contracttest.Recorded
		if err := decoder.Decode(&request); err == io.EOF {
			return requests
		} else if err != nil {
			t.Fatal(err)
		}
		requests = append(requests, request)
	}
}

// complaint is Prism's error for a response that violates the contract.
type complaint struct {
	Type       string
	Title      string
	Detail     string
	Validation []struct {
		Location []string
		Message  string
	}
}

// send sends a request with the server's token, and returns the status and Prism's complaint, nil if there is none.
func (s server) send(t *testing.T, request contracttest.Recorded) (status int, problem *complaint) {
	t.Helper()
	target, err := url.Parse(s.origin)
	if err != nil {
		t.Fatal(err)
	}
	opaque := request.Target
	if len(opaque) >= 5 && strings.EqualFold(opaque[:5], "/beta") {
		opaque = opaque[5:] // Prism has the paths of the contract
	}
	target.Opaque = "//" + target.Host + opaque
	header := request.Header.Clone()
	header.Set("Authorization", "Bearer "+s.token)
	r := &http.Request{Method: request.Method, URL: target, Header: header, Body: io.NopCloser(bytes.NewReader(request.Body)), ContentLength: int64(len(request.Body))}
	if len(request.Body) == 0 {
		r.Body = http.NoBody
	}
	client := &http.Client{Timeout: 4 * time.Second, Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		return 0, &complaint{Type: "NO_ANSWER", Detail: err.Error()}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem+json") {
		problem = &complaint{Type: "HEAD"} // has no body, so Prism reports no more
		if err := json.Unmarshal(body, problem); err != nil && r.Method != http.MethodHead {
			t.Fatalf("%v in %s", err, body)
		}
	}
	return response.StatusCode, problem
}

// spelledOtherwise is a path that Prism takes for one with an id: a list with a slash at its end, or another spelling of $count.
var spelledOtherwise = regexp.MustCompile(`/$|(?i:/(\$|%24)count$)`)

// isReadByPrism reports whether Prism finds the operation of a request, and reads its body: JSON in UTF-8, no bare value, and not so
// deep that Prism ends.
func isReadByPrism(request contracttest.Recorded) bool {
	path, _, _ := strings.Cut(request.Target, "?")
	if spelledOtherwise.MatchString(path) && !strings.HasSuffix(path, "/$count") || bytes.Count(request.Body, []byte("[")) > 500 {
		return false
	}
	_, parameters, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if charset := parameters["charset"]; errors.Is(err, mime.ErrInvalidMediaParameter) || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return false
	}
	body := bytes.TrimSpace(request.Body)
	return len(body) == 0 || json.Valid(body) && (body[0] == '{' || body[0] == '[')
}

func TestPrismFindsNothing(t *testing.T) {
	required(t)
	through := prism(t, start(t))
	rows := exclusionsOf(t, "Prism")
	used := make([]int, len(rows))
	statuses := make(map[int]int)
	for _, request := range recorded(t) {
		status, problem := 0, &complaint{Type: "NOT_READ", Detail: "Prism never answers it"}
		if isReadByPrism(request) {
			status, problem = through.send(t, request)
			statuses[status]++
		}
		if problem == nil && status >= http.StatusInternalServerError {
			problem = &complaint{Type: "FAULT"}
		}
		if problem == nil {
			continue
		}
		kind := path.Base(strings.ReplaceAll(problem.Type, "#", "/"))
		i := slices.IndexFunc(rows, func(e exclusion) bool { return e.what == kind })
		if i < 0 {
			t.Errorf("%s %.200s %v %.300s:\n%d %+v", request.Method, request.Target, request.Header, request.Body, status, *problem)
		} else {
			used[i]++
		}
	}
	t.Logf("answers that went through, by status: %v", statuses)
	for i, times := range used {
		t.Logf("%s: %d", rows[i].what, times)
		if times == 0 {
			t.Errorf("exclusions.md excludes %s, but nothing needs it", rows[i].what)
		}
	}
	if statuses[http.StatusOK] < 50 || statuses[http.StatusBadRequest] < 50 {
		t.Errorf("too few requests: %v", statuses)
	}
}

func TestPrismFinds(t *testing.T) {
	required(t)
	s := start(t)
	create := contracttest.Recorded{Method: http.MethodPatch, Target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses/id",
		Header: http.Header{"Content-Type": {"application/json"}, "Prefer": {"create-if-missing"}}, Body: []byte(`{"installState":"failed"}`)}
	get := contracttest.Recorded{Method: http.MethodGet, Target: create.Target, Header: http.Header{}}
	through := prism(t, s.behind(t, fault{}))
	for _, request := range []contracttest.Recorded{create, get} {
		if status, problem := through.send(t, request); problem != nil || status >= 300 {
			t.Fatalf("without a fault: %d %+v", status, problem)
		}
	}
	for _, f := range faults {
		if !f.prism {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			if status, problem := prism(t, s.behind(t, f)).send(t, create); problem == nil {
				t.Errorf("it passes on %d", status)
			}
		})
	}
}
