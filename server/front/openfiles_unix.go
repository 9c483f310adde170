//go:build unix

package front

import (
	"math"
	"os"
	"syscall"
)

// OpenFiles returns how many files and sockets the process may have open. Go raises the soft limit to the hard one.
func OpenFiles() uint {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxUint
	}
	return uint(limit.Cur)
}

// freeFiles returns how many more files and sockets the process may open now.
func freeFiles() uint {
	limit := OpenFiles()
	open, err := os.ReadDir("/dev/fd")
	if err != nil {
		return limit
	}
	return limit - min(limit, uint(len(open)))
}
