package recipe

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// copied is a copy of the repository.
type copied struct {
	folder    string
	before    map[string]string // the edited files before any edit
	generated string            // the contract that gen/ was generated from
}

// newCopy copies the files of the repository as they are in the work tree.
func newCopy(t *testing.T) *copied {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	c := &copied{folder: t.TempDir(), before: make(map[string]string)}
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	files, err := list.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	for _, file := range strings.Split(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(root, file))
		if os.IsNotExist(err) {
			continue // removed, but not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		c.write(t, file, string(content))
	}
	return c
}

func (c *copied) read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(c.folder, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func (c *copied) write(t *testing.T, file, content string) {
	t.Helper()
	place := filepath.Join(c.folder, file)
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// apply applies all edits but one, nil for none, to the original files.
func (c *copied) apply(t *testing.T, edits []edit, but *edit) {
	t.Helper()
	now := make(map[string]string)
	for i := range edits {
		e := &edits[i]
		before, known := now[e.file]
		if !known && e.old != "" {
			before = c.first(t, e.file)
		}
		now[e.file] = before
		if e == but {
			continue
		}
		after, applied := e.apply(before)
		if !applied && but == nil { // otherwise the edit that is left out may have added the place
			t.Fatalf("%s must contain this once for step %d, %s:\n%s", e.file, e.step, e.word, e.old)
		}
		now[e.file] = after
	}
	for file, content := range now {
		if content == "" {
			c.remove(t, file)
		} else if !c.holds(file, content) { // so that unchanged files are not rebuilt
			c.write(t, file, content)
		}
	}
}

func (e *edit) apply(content string) (edited string, applied bool) {
	if e.old == "" {
		return e.new, true
	}
	return strings.Replace(content, e.old, e.new, 1), strings.Count(content, e.old) == 1
}

// first returns the original content of a file.
func (c *copied) first(t *testing.T, file string) string {
	t.Helper()
	if _, known := c.before[file]; !known {
		c.before[file] = c.read(t, file)
	}
	return c.before[file]
}

func (c *copied) holds(file, content string) bool {
	held, err := os.ReadFile(filepath.Join(c.folder, file))
	return err == nil && string(held) == content
}

func (c *copied) remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(filepath.Join(c.folder, file)); err != nil {
		t.Fatal(err)
	}
}

// run runs a command in the copy, without the variables that enabled these tests.
func (c *copied) run(command ...string) (output string, err error) {
	run := exec.Command(command[0], command[1:]...)
	run.Dir = c.folder
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "INSTALLSTATUS_") {
			run.Env = append(run.Env, variable)
		}
	}
	combined, err := run.CombinedOutput()
	return string(combined), err
}

// must runs a command that must succeed.
func (c *copied) must(t *testing.T, command ...string) (output string) {
	t.Helper()
	output, err := c.run(command...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, output)
	}
	return output
}
