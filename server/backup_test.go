package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// copied runs backup or restore.
func copied(ctx context.Context, command, db, file string) ran {
	var out, err bytes.Buffer
	code := run(ctx, []string{command, "--db", "sqlite:" + db, file}, terminal{out: &out, err: &err})
	return ran{code, out.String(), err.String()}
}

// writing lets clients write until it is stopped. Each client changes the errorCode of its own row.
type writing struct {
	answered [16]atomic.Int64 // the last errorCode answered to each client
	times    [16][]time.Duration
	stop     func()
}

func (s *testServer) keepWriting(t testing.TB) *writing {
	t.Helper()
	w := new(writing)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	w.stop = sync.OnceFunc(func() { cancel(); group.Wait() })
	t.Cleanup(w.stop)
	token := s.token(t)
	for i := range w.answered {
		s.create(t, statusPath("app", fmt.Sprint(i)), `{}`)
		group.Go(func() {
			for n := int64(1); ctx.Err() == nil; n++ {
				request, _ := http.NewRequest(http.MethodPatch, s.base+statusPath("app", fmt.Sprint(i)), strings.NewReader(fmt.Sprintf(`{"errorCode":%d,"deviceName":"%d"}`, n, n)))
				request.Header.Set("Authorization", "Bearer "+token)
				request.Header.Set("Content-Type", "application/json")
				began := time.Now()
				response, err := s.client.Do(request)
				if err != nil {
					t.Errorf("client %d: %v", i, err)
					return
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
				if response.StatusCode != http.StatusOK {
					t.Errorf("client %d: %d", i, response.StatusCode)
					return
				}
				w.answered[i].Store(n)
				w.times[i] = append(w.times[i], time.Since(began))
			}
		})
	}
	return w
}

func TestABackupOfAServedDatabaseContainsEveryWriteAnsweredBefore(t *testing.T) {
	served := newDatabase(t)
	served.fill("many", 2000) // more than one step of the copy
	s := startProcess(t, filepath.Dir(served.file))
	w := s.keepWriting(t)
	for round := range 3 {
		time.Sleep(100 * time.Millisecond)
		var before [len(w.answered)]int64
		for i := range before {
			before[i] = w.answered[i].Load()
		}
		backup := filepath.Join(t.TempDir(), "backup.db")
		if r := copied(t.Context(), "backup", served.file, backup); r.code != 0 || r.out != "" || !strings.Contains(r.err, "checked") {
			t.Fatalf("%+v", r)
		}
		onlyFileIn(t, filepath.Dir(backup))

		dir := t.TempDir()
		if r := copied(t.Context(), "restore", filepath.Join(dir, "test.db"), backup); r.code != 0 {
			t.Fatalf("%+v", r)
		}
		onlyFileIn(t, dir)
		restored := startIn(t, dir)
		for i := range before {
			a := restored.do(t, call{method: http.MethodGet, target: statusPath("app", fmt.Sprint(i))})
			if stored := int64(storedErrorCode(t, a.body)); stored < before[i] {
				t.Errorf("round %d: client %d was answered %d, but %d is restored", round, i, before[i], stored)
			}
		}
		if a := restored.do(t, call{method: http.MethodGet, target: statusPath("many", "1999")}); a.status != http.StatusOK {
			t.Errorf("round %d: %d %s", round, a.status, a.body)
		}
		restored.create(t, statusPath("app", "new"), `{}`)
		restored.stop()
	}
	w.stop()
	times := slices.Concat(w.times[:]...)
	slices.Sort(times)
	if longest := times[len(times)-1]; longest > 10*time.Second {
		t.Errorf("a write took %s during a backup", longest)
	}
	t.Logf("%d writes, p99 %s, longest %s", len(times), times[len(times)*99/100], times[len(times)-1])
}

// fill creates rows of 1 KB and more, whose ids count from 0.
func (d database) fill(app string, rows int) {
	d.Helper()
	var text strings.Builder
	for i := range rows {
		fmt.Fprintf(&text, `{"id":"%d","osDescription":"%s"}`+"\n", i, strings.Repeat("x", 1000))
	}
	d.imports(text.String(), fmt.Sprintf("%d created", rows), "--app", app)
}

// onlyFileIn fails the test unless a directory contains exactly one file, and only its user can read it.
func onlyFileIn(t testing.TB, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	if info, err := files[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v %v", files[0].Name(), info.Mode(), err)
	}
}

func TestACopyReplacesNoFile(t *testing.T) {
	s := start(t)
	s.create(t, statusPath("app", "id"), `{}`)
	served := filepath.Join(s.dir, "test.db")
	backup := filepath.Join(t.TempDir(), "backup.db")
	if r := copied(t.Context(), "backup", served, backup); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	for _, left := range []string{"", "-wal", "-shm", "-journal"} {
		for command, source := range map[string]string{"backup": served, "restore": backup} {
			t.Run(command+" "+left, func(t *testing.T) {
				there := filepath.Join(t.TempDir(), "there.db")
				if err := os.WriteFile(there+left, []byte("another file"), 0o600); err != nil {
					t.Fatal(err)
				}
				from, to := source, there
				if command == "restore" { // its first argument is the database
					from, to = there, source
				}
				r := copied(t.Context(), command, from, to)
				if r.code != 1 || !strings.Contains(r.err, there+left+": it already exists") || strings.Count(r.err, "\n") != 1 {
					t.Errorf("%+v", r)
				}
				if text, err := os.ReadFile(there + left); err != nil || string(text) != "another file" {
					t.Errorf("it was changed to %q, %v", text, err)
				}
				onlyFileIn(t, filepath.Dir(there))
			})
		}
	}
	if r := copied(t.Context(), "restore", served, backup); r.code != 1 || !strings.Contains(r.err, "stop the server") {
		t.Errorf("over a served database: %+v", r)
	}
	if a := s.do(t, call{method: http.MethodGet, target: statusPath("app", "id")}); a.status != http.StatusOK {
		t.Error(a.status)
	}
}

func TestAFailedCopyLeavesNoFile(t *testing.T) {
	d := newDatabase(t)
	d.fill("app", 300)
	whole, dir := d.file, filepath.Dir(d.file)
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(text) / 2; i < len(text)/2+8192; i++ {
		text[i] ^= 0x5a
	}
	damaged := filepath.Join(dir, "damaged.db")
	if err := os.WriteFile(damaged, text, 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.db")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx        context.Context
		from, want string
	}{
		"a damaged file":     {t.Context(), damaged, "damaged"},
		"not a database":     {t.Context(), other, "not a database of installstatus"},
		"a missing file":     {t.Context(), filepath.Join(dir, "none.db"), "no such file"},
		"a directory":        {t.Context(), dir, "not a regular file"},
		"a cancelled backup": {cancelled, whole, "context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			to := t.TempDir()
			r := copied(c.ctx, "backup", c.from, filepath.Join(to, "backup.db"))
			if r.code != 1 || !strings.Contains(r.err, c.want) || strings.Count(r.err, "\n") != 1 {
				t.Errorf("%+v", r)
			}
			if files, err := os.ReadDir(to); err != nil || len(files) > 0 {
				t.Errorf("%v %v", files, err)
			}
		})
	}
	if r := copied(t.Context(), "backup", whole, filepath.Join(dir, "none", "backup.db")); r.code != 1 || !strings.Contains(r.err, "no such file") {
		t.Errorf("into a missing directory: %+v", r)
	}
}
