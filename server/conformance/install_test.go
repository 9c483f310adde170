package conformance

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// python returns the folder with the programs of requirements.txt.
var python = sync.OnceValues(func() (string, error) {
	dir, err := filepath.Abs(filepath.Join(outDir, "venv"))
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "bin")
	return bin, installed(dir, []string{"requirements.txt"}, func() error {
		if err := run("python3", "-m", "venv", dir); err != nil {
			return fmt.Errorf("python3 with venv is needed (apt-get install python3-venv): %w", err)
		}
		return run(filepath.Join(bin, "pip"), "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt")
	})
})

// npm returns the folder with the programs of package.json.
var npm = sync.OnceValues(func() (string, error) {
	dir, err := filepath.Abs(filepath.Join(outDir, "npm"))
	if err != nil {
		return "", err
	}
	modules := filepath.Join(dir, "node_modules")
	return modules, installed(dir, []string{"package.json", "package-lock.json"}, func() error {
		return run("npm", "install", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")
	})
})

// node returns the path of Node.js from npm: Prism needs a newer version than most systems have.
func node(modules string) string {
	arch := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return filepath.Join(modules, "node-"+runtime.GOOS+"-"+arch, "bin", "node")
}

// installed installs into dir what the files list, unless it has done so for the same content.
func installed(dir string, files []string, install func() error) error {
	const done = ".done"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var wanted []byte
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		wanted = append(wanted, text...)
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), text, 0o644); err != nil {
			return err
		}
	}
	if before, err := os.ReadFile(filepath.Join(dir, done)); err == nil && bytes.Equal(before, wanted) {
		return nil
	}
	if err := install(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, done), wanted, 0o644)
}

// run runs a command and waits for it. Its error contains the command's output.
func run(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return nil
}
