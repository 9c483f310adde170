package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// machine describes the machine of the measurement.
type machine struct {
	cores     int
	processor string
	kernel    string
	wrk       string
	sync      time.Duration // the median time to write 4 KiB to disk
}

func (m machine) String() string {
	return fmt.Sprintf("%d cores of %s, Linux %s, %s, wrk %s; the disk takes %d µs for a write of 4 KiB with fdatasync (median)",
		m.cores, m.processor, m.kernel, runtime.Version(), m.wrk, m.sync.Microseconds())
}

func describe(ctx context.Context) (m machine, err error) {
	m = machine{cores: runtime.NumCPU(), processor: "an unnamed processor"}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, name, ok := strings.Cut(string(text), "model name"); ok {
			line, _, _ := strings.Cut(name, "\n")
			m.processor = strings.TrimLeft(line, "\t: ")
		}
	}
	kernel, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return m, err
	}
	m.kernel = strings.TrimSpace(string(kernel))
	wrk, _ := exec.CommandContext(ctx, "wrk", "--version").Output() // exits with 1
	if words := strings.Fields(string(wrk)); len(words) > 1 {
		m.wrk = words[1]
	}
	m.sync, err = syncTime()
	return m, err
}

func syncTime() (time.Duration, error) {
	file, err := os.CreateTemp(outDir, "sync")
	if err != nil {
		return 0, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	var times []time.Duration
	for range 200 {
		begun := time.Now()
		if _, err := file.Write(make([]byte, 4096)); err != nil {
			return 0, err
		}
		if err := syscall.Fdatasync(int(file.Fd())); err != nil {
			return 0, err
		}
		times = append(times, time.Since(begun))
	}
	return median(times), nil
}

func median[T ~int64 | ~float64](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
