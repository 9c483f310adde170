package main

import (
	"os"
	"runtime/debug"
)

// memoryFlags say how much memory may be spent on collecting garbage less often.
type memoryFlags struct {
	MemoryLimit uint32 `default:"512" help:"How much memory to aim at. Well below it garbage is collected a quarter as often as Go does by default (GOGC=400), which makes a request cheaper; near it, as often as it takes. 0 leaves both to Go. GOGC and GOMEMLIMIT in the environment count instead, where they are set." placeholder:"MiB"`
}

// rareCollection lets the heap grow to five times what lives on it, which is some 5 MB.
const rareCollection = 400 // percent

func (f memoryFlags) setCollector() {
	if f.MemoryLimit == 0 {
		return
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(rareCollection)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(f.MemoryLimit) << 20)
	}
}
