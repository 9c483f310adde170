package sqlite

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"installstatus/api/status"
)

func TestAnImportKnowsWhetherAnotherStoreHasTheFileOpen(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("this system does not tell")
	}
	const path = "INSTALLSTATUS_TEST_PRESENT"
	if file := os.Getenv(path); file != "" {
		openTest(t, file)
		os.Stdout.WriteString("open\n")
		io.Copy(io.Discard, os.Stdin) // until it is killed
		return
	}
	file := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, file)
	mustUpdate(t, store, benchKey(1), benchPatch(1))
	expect := func(when string, want bool) {
		t.Helper()
		if got := store.others.present(); got != want {
			t.Errorf("%s: others are present: %t, want %t", when, got, want)
		}
	}
	expect("alone", false)
	for range 2 {
		process := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		process.Env = append(os.Environ(), path+"="+file)
		stdin, err := process.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		defer stdin.Close()
		stdout, err := process.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "open\n" {
			t.Fatal(line, err)
		}
		expect("beside a process", true)
		if _, err := store.Import(t.Context(), "tenant", "app", []status.Imported{{ID: "imported"}}); err != nil {
			t.Error(err)
		}
		process.Process.Kill()
		process.Wait()
		expect("after the process was killed", false)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	other := openTest(t, link)
	expect("beside a store of this process", true)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	expect("after that was closed", false)
}

func TestAProcessThatOpensTheFileDuringAnImportCanWrite(t *testing.T) {
	const path = "INSTALLSTATUS_TEST_DURING"
	if file := os.Getenv(path); file != "" {
		mustUpdate(t, openTest(t, file), benchKey(1), benchPatch(1)) // fails after 5 s without the lock
		return
	}
	file := filepath.Join(t.TempDir(), "test.db")
	store := openTest(t, file)
	mustUpdate(t, store, benchKey(1), benchPatch(2))
	rows := make([]status.Imported, 20_000)
	for n := range rows {
		rows[n] = status.Imported{ID: benchKey(n + 2).ID, Patch: benchPatch(n)}
	}
	imported := make(chan error, 1)
	go func() {
		written, err := store.Import(t.Context(), "tenant", "app", rows)
		if written.Created != len(rows) {
			t.Errorf("%+v, want %d created", written, len(rows))
		}
		imported <- err
	}()
	process := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	process.Env = append(os.Environ(), path+"="+file)
	if output, err := process.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, output)
	}
	t.Logf("the import had ended before: %t", len(imported) > 0)
	if err := <-imported; err != nil {
		t.Error(err)
	}
}
