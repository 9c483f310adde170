//go:build unix

package main

import (
	"math"
	"syscall"
)

// openFiles is how many files and sockets the process may have open. Go has raised the soft limit to the hard one.
func openFiles() uint {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxUint
	}
	return uint(limit.Cur)
}
