package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// rules are the checks that each program reports: the rule holds, or the generator or the language cannot do it.
var rules = []string{
	"patch-app-path", "patch-user-path", "omitted-kept", "null-cleared", "enum-typed", "negative-int32", "instant",
	"seventh-digit", "error-404", "error-400-details", "error-412", "typed-error", "etag", "return-minimal", "create-delete",
	"list-paging",
}

// result is a program's report.
type result struct {
	language
	holds  []string // in the order of rules
	cannot []string // the reasons, in the order of rules
}

// programTime is the time limit of a program.
const programTime = 2 * time.Minute

// check builds the server and the programs, and runs each program against a server of its own.
func check(ctx context.Context, languages []language, log io.Writer) (results []result, err error) {
	dir, err := os.MkdirTemp("", "installstatus-clients")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the server: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program := filepath.Join(dir, "installstatus")
	if err := runAll(ctx, log, []command{at("", "go", "build", "-o", program, "./server")}); err != nil {
		return nil, err
	}
	for _, l := range languages {
		if err := runAll(ctx, log, l.build); err != nil {
			return nil, fmt.Errorf("building the program in %s: %w", l.title, err)
		}
		said, err := l.against(ctx, program, dir, log)
		if err != nil {
			return nil, fmt.Errorf("the program in %s: %w", l.title, err)
		}
		r, err := l.read(said)
		if err != nil {
			return nil, fmt.Errorf("the program in %s: %w", l.title, err)
		}
		results = append(results, r)
	}
	return results, nil
}

// against runs the program of the language against a new server and returns its output. The program trusts the server as serve
// --tls-self-signed explains for the language.
func (l language) against(ctx context.Context, program, dir string, log io.Writer) (said string, err error) {
	ctx, cancel := context.WithTimeout(ctx, programTime)
	defer cancel()
	key, authority := filepath.Join(dir, "dev.pem"), filepath.Join(dir, "ca.pem")
	server := exec.CommandContext(ctx, program, "serve", "--dev", "--sample", "--dev-key", key, "--db", "sqlite::memory:",
		"--addr", "127.0.0.1:0", "--tls-self-signed", "--tls-ca", authority, "--no-request-log")
	server.Cancel = func() error { return server.Process.Signal(syscall.SIGTERM) }
	server.WaitDelay = 10 * time.Second
	server.Stderr = log
	out, err := server.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := server.Start(); err != nil {
		return "", fmt.Errorf("starting the server: %w", err)
	}
	defer func() {
		cancel()
		_ = server.Wait() // its exit code does not matter
	}()
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	words := strings.Fields(line)
	if err != nil || len(words) < 3 {
		return "", errors.New("the server did not start")
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()

	token, err := exec.CommandContext(ctx, program, "token", "--dev-key", key).Output()
	if err != nil {
		return "", fmt.Errorf("asking for a token: %w", err)
	}
	trust, err := trusting(ctx, strings.TrimSuffix(authority, ".pem")+".crt")
	if err != nil {
		return "", err
	}
	run := l.start.prepare(ctx, append(trust, "SERVER="+strings.TrimSuffix(words[2], "/beta"), "TOKEN="+strings.TrimSpace(string(token)))...)
	var both bytes.Buffer
	run.Stdout, run.Stderr = &both, &both
	fmt.Fprintln(log, l.start)
	err = run.Run()
	fmt.Fprint(log, both.String())
	if err != nil {
		return "", fmt.Errorf("%w; what it said is above", err)
	}
	return both.String(), nil
}

// trusting returns the environment in which programs trust an authority.
func trusting(ctx context.Context, authority string) ([]string, error) {
	env := []string{"SSL_CERT_FILE=" + authority, "NODE_EXTRA_CA_CERTS=" + authority}
	store := strings.TrimSuffix(authority, ".crt") + ".p12"
	if keytool, _ := exec.LookPath("keytool"); keytool == "" {
		return env, nil // without Java no program needs it
	}
	if _, err := os.Stat(store); err != nil {
		out, err := exec.CommandContext(ctx, "keytool", "-importcert", "-noprompt", "-alias", "installstatus", "-file", authority,
			"-keystore", store, "-storepass", "changeit").CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("keytool: %w\n%s", err, out)
		}
	}
	return append(env, "JDK_JAVA_OPTIONS=-Djavax.net.ssl.trustStore="+store+" -Djavax.net.ssl.trustStorePassword=changeit"), nil
}

// read parses a program's report, which must contain each rule once.
func (l language) read(said string) (result, error) {
	r, why := result{language: l}, map[string]string{}
	for line := range strings.Lines(said) {
		verdict, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rule, reason, _ := strings.Cut(rest, ": ")
		switch verdict {
		case "ok", "cannot":
		case "not":
			return result{}, fmt.Errorf("%s does not hold", strings.TrimPrefix(rest, "ok "))
		default:
			continue // a runtime may print something too
		}
		if _, again := why[rule]; again || !slices.Contains(rules, rule) || (verdict == "cannot") != (reason != "") {
			return result{}, fmt.Errorf("it must say %q in another way, or once", strings.TrimSpace(line))
		}
		why[rule] = reason
	}
	for _, rule := range rules {
		switch reason, there := why[rule]; {
		case !there:
			return result{}, fmt.Errorf("it says nothing of %s", rule)
		case reason != "":
			r.cannot = append(r.cannot, rule+": "+reason)
		default:
			r.holds = append(r.holds, rule)
		}
	}
	return r, nil
}
