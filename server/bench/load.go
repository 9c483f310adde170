package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// round is the result of one round of a server.
type round struct {
	requests float64       // per second
	p50, p99 time.Duration // from a request to its response
	cpu      time.Duration // of the server process, per request
	others   float64       // share of other processes, in percent of the machine
}

// load runs wrk at full speed and measures the cost. A single wrong response is an error.
func (p *process) load(ctx context.Context, texts string, rows, connections int, length time.Duration, seed int, others *others) (round, error) {
	wrk := exec.CommandContext(ctx, "wrk", "--threads", "1", "--connections", fmt.Sprint(connections),
		"--duration", fmt.Sprint(int(length.Seconds()), "s"), "--timeout", "10s", "--script", "load.lua",
		"http://"+p.host+"/", "--", texts, fmt.Sprint(rows), fmt.Sprint(seed))
	wrk.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	wrk.Stderr = os.Stderr

	before, err := cpuTime(p.pid())
	if err != nil {
		return round{}, err
	}
	if err := others.begin(); err != nil {
		return round{}, err
	}
	out, err := wrk.Output()
	if err != nil {
		return round{}, fmt.Errorf("wrk: %w", err)
	}
	share, err := others.end()
	if err != nil {
		return round{}, err
	}
	after, err := cpuTime(p.pid())
	if err != nil {
		return round{}, err
	}

	said, err := parse(string(out))
	if err != nil {
		return round{}, err
	}
	return round{
		requests: float64(said.requests) / (float64(said.microseconds) / 1e6),
		p50:      time.Duration(said.p50) * time.Microsecond,
		p99:      time.Duration(said.p99) * time.Microsecond,
		cpu:      (after - before) / time.Duration(said.requests),
		others:   share,
	}, nil
}

// said is the line of numbers that load.lua prints last.
type said struct{ requests, microseconds, right, wrong, status, failed, p50, p99 int64 }

func parse(out string) (s said, err error) {
	_, line, _ := strings.Cut(out, "measured ")
	line, rest, _ := strings.Cut(line, "\n")
	if _, err := fmt.Sscanf(line, "requests=%d microseconds=%d right=%d wrong=%d status=%d failed=%d p50=%d p99=%d",
		&s.requests, &s.microseconds, &s.right, &s.wrong, &s.status, &s.failed, &s.p50, &s.p99); err != nil {
		return s, fmt.Errorf("unexpected output of wrk: %s", out)
	}
	switch {
	case s.wrong > 0 || s.status > 0:
		return s, fmt.Errorf("%d of %d answers are wrong, %d by their status; %s", s.wrong, s.requests, s.status, rest)
	case s.failed > 0:
		return s, fmt.Errorf("%d connections failed or waited too long", s.failed)
	case s.requests == 0 || s.right < s.requests:
		return s, fmt.Errorf("only %d of %d responses were checked", s.right, s.requests)
	}
	return s, nil
}

// others measures what share of the machine processes outside this run use. It leaves out kernel threads.
type others struct {
	own   []int // the processes of the run
	cores int

	began         time.Time
	machine, ours time.Duration
}

func (o *others) begin() (err error) {
	o.began = time.Now()
	o.machine, o.ours, err = o.read()
	return err
}

// end returns the share since begin, in percent of the machine.
func (o *others) end() (float64, error) {
	machine, ours, err := o.read()
	taken := (machine - o.machine) - (ours - o.ours)
	return max(0, 100*float64(taken)/(float64(time.Since(o.began))*float64(o.cores))), err
}

func (o *others) read() (machine, ours time.Duration, err error) {
	for _, pid := range o.own {
		used, err := cpuTime(pid)
		if err != nil {
			return 0, 0, err
		}
		ours += used
	}
	kernel, err := kernelTime()
	if err != nil {
		return 0, 0, err
	}
	machine, err = machineTime()
	return machine, ours + kernel, err
}
