package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestADatabaseThatCannotBeWrittenIsReadButNotServed(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "installstatus-*") // unlike TempDir, other users may enter it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := database{t, filepath.Join(dir, "test.db")}
	d.imports(`{"id":"kept"}`, "1 created", "--app", "app")
	command := func(args ...string) ran {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		process := exec.CommandContext(ctx, "/proc/self/exe", args...) // other users may not reach its path
		process.Env, process.Dir = append(os.Environ(), asProgram+"=1"), dir
		if os.Geteuid() == 0 { // modes don't bind root
			process.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
		var out, told bytes.Buffer
		process.Stdout, process.Stderr = &out, &told
		if err := process.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
			t.Fatal(err)
		}
		return ran{process.ProcessState.ExitCode(), out.String(), told.String()}
	}
	if err := errors.Join(os.Chmod(d.file, 0o444), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args    []string
		code    int
		message string
	}{
		{[]string{"export", "--db", "sqlite:test.db", "--tenant", tenantA}, 0, `"id":"kept"`},
		{[]string{"backup", "--db", "sqlite:test.db", "backup.db"}, 0, "test.db copied to backup.db"},
		{[]string{"serve", "--db", "sqlite:test.db", "--dev", "--addr", "127.0.0.1:0"}, 1, "must be writable"},
		{[]string{"import", "--db", "sqlite:test.db", "--tenant", tenantA, "--app", "app", "-"}, 1, "must be writable"},
	} {
		if r := command(c.args...); r.code != c.code || !strings.Contains(r.out+r.err, c.message) {
			t.Errorf("%s: exit code %d, want %d\n%s%s", c.args[0], r.code, c.code, r.out, r.err)
		}
	}
}

const nobody = 65534
