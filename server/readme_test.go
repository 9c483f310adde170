package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"installstatus/server/auth"
)

// shell runs the commands of a page in a folder, as a reader would in a terminal.
type shell struct {
	dir     string
	base    string // the server's address, in place of the one in the page
	earlier string // the commands that set variables for the later ones
}

// newShell returns a shell in a new folder that contains bin/installstatus.
func newShell(t *testing.T) *shell {
	t.Helper()
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	program, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	s := &shell{dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(s.dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(s.dir, "bin", "installstatus")); err != nil {
		t.Fatal(err)
	}
	return s
}

// serve starts the server that `make run` starts.
func (s *shell) serve(t *testing.T, args ...string) *testServer {
	t.Helper()
	server := startProcess(t, s.dir, append([]string{"--sample",
		"--dev-key", filepath.Join(s.dir, "installstatus-dev.pem"), "--db", "sqlite:" + filepath.Join(s.dir, "installstatus.db")}, args...)...)
	s.base = server.base
	return server
}

// run runs commands and returns what they print.
func (s *shell) run(t *testing.T, commands string) string {
	t.Helper()
	commands = strings.ReplaceAll(s.earlier+commands, "http://127.0.0.1:8080", s.base)
	command := exec.Command("sh", "-ec", commands)
	command.Dir = s.dir
	command.Env = append(os.Environ(), asProgram+"=1")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, commands, out)
	}
	return string(out)
}

// blocks returns a page's blocks of code in one language.
func blocks(t *testing.T, page, language string) (code []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		code = append(code, block[1])
	}
	return code
}

func TestTheReadmesCommandsWorkWhenPasted(t *testing.T) {
	s := newShell(t)
	server := s.serve(t)
	commands, answer := blocks(t, "../README.md", "sh"), answerOf(blocks(t, "../README.md", "json")[0])
	if out := s.run(t, commands[0]); out != answer {
		t.Errorf("the first commands print\n%s", out)
	}
	variables, _, _ := strings.Cut(commands[0], "\n\n")
	s.earlier = variables + "\n"

	server.kill()
	s.serve(t, "--addr", strings.TrimPrefix(server.base, "http://"))
	if out := s.run(t, commands[1]); out != answer {
		t.Errorf("after a restart the status is\n%s", out)
	}

	errors, answers := blocks(t, "../api/README.md", "sh"), blocks(t, "../api/README.md", "json")
	out, _, _ := strings.Cut(s.run(t, errors[0]), `"innerError"`)
	if shown, _, _ := strings.Cut(answers[0], `"innerError"`); out != shown {
		t.Errorf("three mistakes are answered by\n%s", out)
	}
}

func TestTheCommandsOfThePagesWorkWhenPasted(t *testing.T) {
	s := newShell(t)
	server := s.serve(t)
	authentication := blocks(t, "auth/README.md", "sh")
	if out := s.run(t, authentication[len(authentication)-1]); !strings.Contains(out, `"access_token"`) {
		t.Errorf("the token endpoint answers %s", out)
	}

	report := blocks(t, "transfer/README.md", "csv")[0]
	if err := os.WriteFile(filepath.Join(s.dir, "report.csv"), []byte(report), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, commands := range blocks(t, "transfer/README.md", "sh") {
		s.run(t, commands)
	}
	exported, err := os.ReadFile(filepath.Join(s.dir, "statuses.ndjson"))
	if err != nil || !strings.Contains(string(exported), `"deviceName":"DESKTOP-7"`) || !strings.Contains(string(exported), `"errorCode":-2016345060`) {
		t.Errorf("%v: the export is %s", err, exported)
	}

	backup := blocks(t, "store/README.md", "sh")
	s.run(t, backup[0])
	server.kill()
	s.run(t, backup[1])
	s.serve(t)
	if again := s.run(t, "bin/installstatus export --tenant "+auth.DevelopmentTenant); again != string(exported) {
		t.Errorf("the restored database has %s", again)
	}
}
