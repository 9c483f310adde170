package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// process is a running contender.
type process struct {
	contender
	host    string // with the port
	command *exec.Cmd
}

// start returns a server that has its rows and listens. It ends with this process, even if that is killed.
func start(ctx context.Context, c contender, rows int, gc collector) (*process, error) {
	args, err := c.args(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("preparing %s: %w", c.name, err)
	}
	command := exec.CommandContext(ctx, outDir+"/"+c.program, args...)
	command.Env = append(environment(), gc.environment()...)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if !c.logs {
		command.Stderr = os.Stderr
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.name, err)
	}
	p := &process{contender: c, command: command}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	words := strings.Fields(line)
	if err != nil || len(words) < 3 {
		p.stop()
		return nil, fmt.Errorf("%s did not start; to see why, go to server/bench and run %s", c.name, command)
	}
	p.host = strings.TrimSuffix(strings.TrimPrefix(words[2], "http://"), "/beta")
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return p, nil
}

// environment is that of this process without the variables that change how a server runs.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(setting string) bool {
		name, _, _ := strings.Cut(setting, "=")
		return slices.Contains([]string{"GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GODEBUG"}, name) || strings.HasPrefix(name, "INSTALLSTATUS_")
	})
}

func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGTERM) // the process may have ended already
	ended := time.AfterFunc(5*time.Second, func() { _ = p.command.Process.Kill() })
	defer ended.Stop()
	_ = p.command.Wait() // its exit code does not matter
}

func (p *process) pid() int { return p.command.Process.Pid }
