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

// runAll runs commands one after the other. It logs each, and its output if it fails.
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

// prepare returns the command with additional environment variables.
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

// line returns the command as a shell command in the directory of the contract.
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
