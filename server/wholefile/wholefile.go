// Package wholefile writes small files atomically: no reader ever sees a part of one, not even after a crash.
package wholefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Make creates a file unless it exists, which is not an error: if several processes call Make for a path, the first one creates
// the file, and all can read it afterwards.
func Make(path string, text []byte, mode fs.FileMode) error {
	return write(path, text, mode, func(draft string) error {
		if err := os.Link(draft, path); !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	})
}

// Replace creates a file or replaces an existing one.
func Replace(path string, text []byte, mode fs.FileMode) error {
	return write(path, text, mode, func(draft string) error { return os.Rename(draft, path) })
}

// write writes and syncs a temporary file in the same directory. place then gives it its name.
func write(path string, text []byte, mode fs.FileMode, place func(draft string) error) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".installstatus-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Chmod(mode), draft.Sync(), draft.Close()); err != nil {
		return err
	}
	return place(draft.Name())
}
