package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"installstatus/server/auth"
	"installstatus/server/bench/traffic"
)

// house is what a run needs besides a plan. All of it is in the ignored directory out, on the disk of the repository, since a
// directory in memory, as /tmp may be, cannot measure durable writes.
type house struct {
	token    string
	versions map[string]string // of modules
	machine  machine
}

const (
	outDir = "out"
	devKey = outDir + "/dev.pem"
)

// prepare builds all servers, and checks that wrk is installed.
func prepare(ctx context.Context) (*house, error) {
	if err := os.MkdirAll(outDir, 0o755); err != nil {
		return nil, err
	}
	if err := needWrk(ctx); err != nil {
		return nil, err
	}
	if err := generate(ctx); err != nil {
		return nil, err
	}
	for _, program := range []string{"raw", "stock", "ogen", "memory"} {
		if err := build(ctx, ".", program); err != nil {
			return nil, err
		}
	}
	if err := build(ctx, "../..", "server"); err != nil {
		return nil, err
	}
	h := new(house)
	var err error
	if h.token, err = issue(); err != nil {
		return nil, err
	}
	if h.versions, err = versions(ctx); err != nil {
		return nil, err
	}
	h.machine, err = describe(ctx)
	return h, err
}

// generate runs the generators of the generated servers.
func generate(ctx context.Context) error {
	if err := os.MkdirAll("gen/stock", 0o755); err != nil {
		return err
	}
	return errors.Join(
		command(ctx, ".", "go", "tool", "oapi-codegen", "-config", "stock/oapi-codegen.yaml", "../../openapi.yaml"),
		command(ctx, ".", "go", "tool", "ogen", "-config", "ogen/ogen.yml", "-target", "gen/ogen", "-package", "ogen", "-clean", "-loglevel", "error", "../../openapi.yaml"),
	)
}

// build builds a package with the flags of this server, under the given name.
func build(ctx context.Context, dir, name string) error {
	program, err := filepath.Abs(filepath.Join(outDir, name))
	if err != nil {
		return err
	}
	return command(ctx, dir, "go", "build", "-trimpath", "-o", program, "./"+name)
}

func needWrk(ctx context.Context) error {
	if _, err := exec.LookPath("wrk"); err == nil {
		return nil
	}
	_, err := exec.LookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		return errors.New("the load generator wrk is missing; install it: apt-get install wrk (Debian, Ubuntu), dnf install wrk (Fedora)")
	}
	if command(ctx, ".", "apt-get", "install", "-y", "-qq", "wrk") == nil {
		return nil
	}
	return errors.Join(
		command(ctx, ".", "apt-get", "update", "-qq"),
		command(ctx, ".", "apt-get", "install", "-y", "-qq", "wrk"),
	)
}

// issue makes a token for the servers that check one.
func issue() (string, error) {
	key, err := auth.LoadOrMakeKey(devKey)
	if err != nil {
		return "", err
	}
	issuer, err := auth.NewDevelopment(key)
	if err != nil {
		return "", err
	}
	return issuer.Issue(auth.Grant{Tenant: traffic.Tenant, Scope: "DeviceManagementApps.ReadWrite.All", Lifetime: time.Hour}, time.Now())
}

// versions are those of the modules that the servers are named after.
func versions(ctx context.Context) (map[string]string, error) {
	list := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "all")
	list.Env = append(os.Environ(), followServer())
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("listing modules: %w", err)
	}
	found := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		if path, version, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			found[path] = strings.TrimPrefix(version, "v")
		}
	}
	return found, nil
}

// command runs a command to its end. If it fails, the error contains its output.
func command(ctx context.Context, dir, name string, args ...string) error {
	fmt.Fprintln(os.Stderr, name, strings.Join(args, " "))
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "DEBIAN_FRONTEND=noninteractive")
	if dir == "." {
		c.Env = append(c.Env, followServer())
	}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// followServer lets go raise the versions in this module's go.mod that the server's own module requires to be later.
func followServer() string { return "GOFLAGS=" + os.Getenv("GOFLAGS") + " -mod=mod" }
