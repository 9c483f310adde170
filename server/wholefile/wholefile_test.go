package wholefile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"installstatus/server/wholefile"
)

func TestMakeKeepsAnExistingFileAndReplaceDoesNot(t *testing.T) {
	for _, c := range []struct {
		rule   string
		write  func(string, []byte, fs.FileMode) error
		before string // "" for no file
		want   string
	}{
		{"Make creates a missing file", wholefile.Make, "", "new"},
		{"Make keeps an existing file", wholefile.Make, "old", "old"},
		{"Replace creates a missing file", wholefile.Replace, "", "new"},
		{"Replace replaces an existing file", wholefile.Replace, "old, and longer", "new"},
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
				t.Errorf("the file contains %q, %v", text, err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
				t.Errorf("the mode is %v, %v", info.Mode(), err)
			}
			onlyFile(t, path)
		})
	}
}

func TestConcurrentMakersReadTheSameFile(t *testing.T) {
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
			t.Errorf("one maker read %q, another %q", text, read[0])
		}
	}
	onlyFile(t, path)
}

func TestReadersNeverSeeAPartOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	versions := []string{strings.Repeat("a", 1<<18), strings.Repeat("b", 1<<17)}
	if err := wholefile.Make(path, []byte(versions[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	replaced := make(chan error)
	go func() {
		var err error
		for n := range 20 {
			err = errors.Join(err, wholefile.Replace(path, []byte(versions[(n+1)%2]), 0o600))
		}
		replaced <- err
	}()
	for {
		select {
		case err := <-replaced:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
		if text, err := os.ReadFile(path); err != nil || !slices.Contains(versions, string(text)) {
			t.Fatalf("%d bytes were read, %v", len(text), err)
		}
	}
}

func TestAFailedWriteLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "directory")
	if err := os.Mkdir(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	for rule, path := range map[string]string{
		"a missing directory":     filepath.Join(dir, "none", "file"),
		"the path of a directory": taken,
	} {
		if err := wholefile.Replace(path, []byte("new"), 0o600); err == nil {
			t.Errorf("%s: no error", rule)
		}
	}
	onlyFile(t, taken)
}

// onlyFile fails the test unless the file is the only one in its directory.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("the directory contains %v, %v", entries, err)
	}
}
