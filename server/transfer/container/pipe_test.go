//go:build unix

package container

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestAPipeIsRefusedAndNotWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	if _, err := Open(t.Context(), path); err == nil || !strings.HasPrefix(err.Error(), "not a regular file;") {
		t.Errorf("%v", err)
	}
}
