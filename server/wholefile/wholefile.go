// Package wholefile writes small files so that nobody ever sees a part of one, not even after a crash. It knows nothing of what
// is in them.
package wholefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Make makes a file with a text. Where there is one already it stays, and that is no error: of processes that make a file
// together, the first one's is the one to read.
func Make(path string, text []byte, mode fs.FileMode) error {
	return write(path, text, mode, func(draft string) error {
		if err := os.Link(draft, path); !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	})
}

// Replace makes a file with a text, in the place of one that is there.
func Replace(path string, text []byte, mode fs.FileMode) error {
	return write(path, text, mode, func(draft string) error { return os.Rename(draft, path) })
}

// write writes beside the path, where nobody looks, and then puts what is on disk in its place.
func write(path string, text []byte, mode fs.FileMode, place func(draft string) error) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".installstatus-*") // its mode is 0600
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
