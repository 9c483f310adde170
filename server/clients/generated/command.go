package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// runAll runs commands one after the other, and logs each, and what it says if it fails.
func runAll(ctx context.Context, log io.Writer, commands []command) error {
	for _, c := range commands {
		fmt.Fprintln(log, c)
		if out, err := c.prepare(ctx).CombinedOutput(); err != nil {
			fmt.Fprintf(log, "%s\n", out)
			return fmt.Errorf("%s: %w; its output is above", c.args[0], err)
		}
	}
	return nil
}

// prepare gives the command, to be started with more in its environment.
func (c command) prepare(ctx context.Context, env ...string) *exec.Cmd {
	name := c.args[0]
	if strings.Contains(name, "/") && c.dir == "" {
		name = filepath.FromSlash("./" + name)
	}
	command := exec.CommandContext(ctx, name, c.args[1:]...)
	command.Dir = c.dir
	command.Env = append(append(os.Environ(), c.env...), env...)
	return command
}

// line is the command as a line of a shell, in the folder of the contract.
func (c command) line() string {
	words := slices.Clone(c.args)
	for i, word := range words {
		if strings.ContainsAny(word, "*' ") {
			words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	line := strings.Join(append(slices.Clone(c.env), words...), " ")
	if c.dir != "" {
		line = "(cd " + c.dir + " && " + line + ")"
	}
	return line
}

func (c command) String() string {
	line := strings.Join(c.args, " ")
	if c.dir != "" {
		line = "cd " + c.dir + " && " + line
	}
	return "+ " + line
}
