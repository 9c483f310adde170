package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/stat and /proc/PID/stat, 1/100 s on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// cpuTime returns the CPU time that a process and its ended children have used.
func cpuTime(pid int) (time.Duration, error) {
	fields, err := statFields(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return sum(fields[11:15])
}

// machineTime returns the CPU time that all processes have used, and that the host of a virtual machine has withheld.
func machineTime() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line) // cpu user nice system idle iowait irq softirq steal …
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, fmt.Errorf("/proc/stat does not begin with the line that was expected: %s", line)
	}
	used := append(fields[1:4:4], fields[8])
	if irq := fields[6]; irq == "0" {
		// This kernel charges interrupts to the process that they interrupt, and counts them here as softirq. Other
		// kernels charge them to no process; then most of them are ours, from packets on loopback.
		used = append(used, fields[7])
	}
	return sum(used)
}

// kernelTime returns the CPU time of the kernel threads, which write to disk what the servers have written.
func kernelTime() (total time.Duration, err error) {
	processes, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	const kernelThread = 0x00200000 // PF_KTHREAD
	for _, file := range processes {
		fields, err := statFields(file)
		if err != nil {
			continue // the process has ended
		}
		if flags, _ := strconv.ParseUint(fields[6], 10, 32); flags&kernelThread != 0 {
			used, err := sum(fields[11:13])
			if err != nil {
				return 0, err
			}
			total += used
		}
	}
	return total, nil
}

// statFields returns the fields of /proc/PID/stat from the third on. The second is the program's name in parentheses, which may
// contain anything.
func statFields(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 15 {
		return nil, fmt.Errorf("%s has only %d fields", file, len(fields))
	}
	return fields, nil
}

func sum(ticks []string) (total time.Duration, err error) {
	for _, text := range ticks {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(n) * tick
	}
	return total, nil
}

// peakMemory returns the peak memory of a process since forgetPeak, in bytes.
func peakMemory(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no VmHWM", pid)
}

// forgetPeak resets the peak, so that it does not include creating the rows.
func forgetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}
