// Package clients follows its README.md, "Microsoft's SDKs", with each SDK against a live server. It contains only tests.
package clients

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// required is the environment variable that enables these tests. They need Node, Python and package registries.
const required = "INSTALLSTATUS_CLIENTS"

// sdk is an SDK, with its section in README.md and its program.
type sdk struct{ heading, program string }

var sdks = []sdk{
	{"### JavaScript: @microsoft/microsoft-graph-client", "sdk-javascript/main.mjs"},
	{"### Go: msgraph-sdk-go-core", "sdk-go/main.go"},
	{"### Python: msgraph-beta-sdk", "sdk-python/main.py"},
}

func TestTheReadmeShowsWhatTheProgramsDo(t *testing.T) {
	for _, s := range sdks {
		shown, program := s.block(t, 1), read(t, s.program)
		if lines := marked(program); lines != shown {
			t.Errorf("README.md shows another program than %s has between its marks:\n%s", s.program, lines)
		}
	}
}

func TestTheReadmeIsFollowedWithEverySDK(t *testing.T) {
	if os.Getenv(required) == "" {
		t.Skipf("no SDK is tried: that needs Node, Python and package registries, and %s=required asks for it", required)
	}
	server := start(t)
	for _, s := range sdks {
		t.Run(filepath.Dir(s.program), func(t *testing.T) { server.try(t, s, server.address, server.authority) })
		t.Run(filepath.Dir(s.program)+" throttled", func(t *testing.T) {
			address, authority := throttling(t, server)
			server.try(t, s, address, authority, "THROTTLED=yes")
		})
	}
}

// block returns a block of code under the SDK's heading in README.md: 0 for the commands, 1 for the program.
func (s sdk) block(t *testing.T, n int) string {
	t.Helper()
	_, section, found := strings.Cut(read(t, "README.md"), "\n"+s.heading)
	blocks := regexp.MustCompile("(?ms)^```[a-z]+\n(.*?)^```$").FindAllStringSubmatch(section, n+1)
	if !found || len(blocks) <= n {
		t.Fatalf("README.md has no block %d behind %q", n, s.heading)
	}
	return blocks[n][1]
}

// marked returns the lines of a program between its marks.
func marked(program string) (lines string) {
	shown := false
	for line := range strings.Lines(program) {
		switch {
		case strings.Contains(line, "README.md shows what follows."):
			shown = true
		case strings.Contains(line, "README.md shows what stands above."):
			shown = false
		case shown:
			lines += line
		}
	}
	return lines
}

// server is the program, serving TLS with a self-signed certificate.
type server struct{ file, folder, address, authority string }

func start(t *testing.T) server {
	t.Helper()
	s := server{folder: t.TempDir()}
	s.file = filepath.Join(s.folder, "installstatus")
	if output, err := exec.Command("go", "build", "-o", s.file, "installstatus/server").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	serve := exec.Command(s.file, "serve", "--dev", "--sample", "--tls-self-signed", "--addr", "127.0.0.1:0", "--db", "sqlite::memory:", "--no-request-log")
	serve.Dir = s.folder
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		serve.Process.Kill()
		serve.Wait()
	})
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	address := regexp.MustCompile(`https://[0-9.:]+`).FindString(line)
	if address == "" {
		t.Fatalf("the server says %q, %v", line, err)
	}
	go io.Copy(io.Discard, lines)
	s.address, s.authority = address, filepath.Join(s.folder, "installstatus-ca.crt")
	return s
}

// try runs the SDK's commands from README.md, and prints what the program reports.
func (s server) try(t *testing.T, tried sdk, address, authority string, environment ...string) {
	t.Helper()
	issue := exec.Command(s.file, "token")
	issue.Dir = s.folder
	token, err := issue.Output()
	if err != nil {
		t.Fatal(err)
	}
	commands := exec.Command("sh", "-ec", tried.block(t, 0))
	commands.Dir = "../.."
	commands.Env = append(append(os.Environ(), environment...), "SERVER="+address, "TOKEN="+strings.TrimSpace(string(token)), "CA="+authority)
	output, err := commands.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	held := 0
	for line := range strings.Lines(string(output)) {
		if strings.HasPrefix(line, "holds: ") {
			held++
			fmt.Printf("%s: %s", strings.TrimPrefix(t.Name(), "TestTheReadmeIsFollowedWithEverySDK/"), strings.TrimPrefix(line, "holds: "))
		}
	}
	if held == 0 {
		t.Errorf("the program reported no check:\n%s", output)
	}
}

// throttling is a proxy to the server that responds to the first write with 429.
func throttling(t *testing.T, before server) (address, authority string) {
	t.Helper()
	target, err := url.Parse(before.address)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(read(t, before.authority)))
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // the host of the links in responses
		},
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
	}
	var refused atomic.Bool
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch && refused.CompareAndSwap(false, true) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			io.WriteString(w, `{"error":{"code":"TooManyRequests","message":"Too many requests."}}`)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	front.EnableHTTP2 = true
	front.StartTLS()
	t.Cleanup(front.Close)
	authority = filepath.Join(t.TempDir(), "proxy.crt")
	var text bytes.Buffer
	if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(authority, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return front.URL, authority
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
