//go:build linux || darwin

package sqlite

import (
	"io"
	"os"
	"syscall"
)

// isLocked reports whether another process has locked a byte of a file, or may have.
func isLocked(file *os.File, at int64) bool {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: at, Len: 1}
	err := syscall.FcntlFlock(file.Fd(), syscall.F_GETLK, &lock)
	return err != nil || lock.Type != syscall.F_UNLCK
}
