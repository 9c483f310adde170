package wholefile_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"installstatus/server/wholefile"
)

func TestAFileIsMadeOnceAndReplacedEachTime(t *testing.T) {
	for _, c := range []struct {
		rule   string
		write  func(string, []byte, fs.FileMode) error
		before string // "" for no file
		want   string
	}{
		{"a missing file is made", wholefile.Make, "", "new"},
		{"one that is there stays", wholefile.Make, "old", "old"},
		{"a missing file is made in nobody's place", wholefile.Replace, "", "new"},
		{"one that is there is replaced", wholefile.Replace, "old, and longer", "new"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if c.before != "" {
				if err := os.WriteFile(path, []byte(c.before), 0o640); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.write(path, []byte("new"), 0o640); err != nil {
				t.Fatal(err)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != c.want {
				t.Errorf("it has %q, %v", text, err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
				t.Errorf("its mode is %v, %v", info.Mode(), err)
			}
			alone(t, path)
		})
	}
}

func TestThoseWhoMakeAFileTogetherAgreeOnOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	read := make([]string, 20)
	var group sync.WaitGroup
	for i := range read {
		group.Go(func() {
			if err := wholefile.Make(path, fmt.Appendf(nil, "%d", i), 0o600); err != nil {
				t.Error(err)
			}
			text, _ := os.ReadFile(path)
			read[i] = string(text)
		})
	}
	group.Wait()
	for _, text := range read {
		if text == "" || text != read[0] {
			t.Errorf("one reads %q, another %q", text, read[0])
		}
	}
	alone(t, path)
}

func TestWhatCannotBeWrittenLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	for rule, path := range map[string]string{
		"a directory that is not there": filepath.Join(dir, "none", "file"),
		"a directory's place":           dir,
	} {
		if err := wholefile.Replace(path, []byte("new"), 0o600); err == nil {
			t.Errorf("%s: it was written", rule)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%v are left, %v", entries, err)
	}
}

// alone fails the test unless a file has its directory for itself.
func alone(t *testing.T, path string) {
	t.Helper()
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("beside it there are %v, %v", entries, err)
	}
}
