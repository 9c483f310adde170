package conformance

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// variable must be "required" to run these tests: they install tools, need Python and npm, and take minutes.
	variable = "INSTALLSTATUS_CONFORMANCE"

	contractFile = "../../openapi.yaml"
	outDir       = "out" // installed tools and built programs
)

// required skips the test unless variable is set.
func required(t *testing.T) {
	t.Helper()
	if os.Getenv(variable) != "required" {
		t.Skipf("%s=required runs it, as make conformance does; it needs Python, npm and a network", variable)
	}
}

// program builds the program once and returns its path.
var program = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs(filepath.Join(outDir, "installstatus"))
	if err != nil {
		return "", err
	}
	return path, run("go", "build", "-o", path, "..")
})

// server is the program in its own process, with a database that is removed after the test.
type server struct {
	origin string // http://127.0.0.1:port
	token  string // for writing
}

func start(t *testing.T) server {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	command := exec.Command(path, "serve", "--dev", "--addr", "127.0.0.1:0", "--no-request-log",
		"--dev-key", filepath.Join(dir, "dev.pem"), "--db", "sqlite:"+filepath.Join(dir, "test.db"))
	lines := startCommand(t, command)
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("the server did not start: %v", err)
	}
	go io.Copy(io.Discard, lines)
	s := server{origin: strings.TrimSuffix(strings.Fields(line)[2], "/beta")}
	s.token = s.askForToken(t)
	return s
}

// startCommand starts a command that ends with the test, and returns its output.
func startCommand(t *testing.T, command *exec.Cmd) *bufio.Reader {
	t.Helper()
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Signal(os.Interrupt)
		timer := time.AfterFunc(10*time.Second, func() { command.Process.Kill() })
		command.Wait()
		timer.Stop()
	})
	return bufio.NewReader(out)
}

func (s server) askForToken(t *testing.T) string {
	t.Helper()
	response, err := http.PostForm(s.origin+"/dev/token", url.Values{
		"grant_type": {"client_credentials"}, "tenant": {"contoso"}, "expires_in": {"7200"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("no token (%d): %v", response.StatusCode, err)
	}
	return answer.Token
}
