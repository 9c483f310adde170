//go:build unix

package front

import (
	"math"
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
