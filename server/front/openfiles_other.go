//go:build !unix

package front

import "math"

// OpenFiles returns no limit: the system sets none for a process.
func OpenFiles() uint { return math.MaxUint }

func freeFiles() uint { return OpenFiles() }
