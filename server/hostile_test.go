package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// bomb returns about 1 MiB of gzip data that decompresses to the given number of 64 MiB blocks.
func bomb(t testing.TB, blocks int) string {
	var block bytes.Buffer
	w, err := gzip.NewWriterLevel(&block, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 64<<20)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	return strings.Repeat(block.String(), blocks)
}

func TestGzipBombsOf1GiBAreRefusedWithLittleMemory(t *testing.T) {
	t.Parallel()
	s := startProcess(t, t.TempDir())
	s.create(t, statusPath("app", "id"), seedBody)
	before := s.peakMemory(t)
	for _, blocks := range []int{15, 16} { // just below and above the limit
		body := bomb(t, blocks)
		for _, status := range each(20, func(int) int {
			for {
				a := s.do(t, call{target: statusPath("app", "id"), body: body, header: map[string]string{"Content-Encoding": "gzip"}})
				if a.status != http.StatusServiceUnavailable { // the others take the memory
					return a.status
				}
				time.Sleep(50 * time.Millisecond)
			}
		}) {
			if status != http.StatusRequestEntityTooLarge {
				t.Errorf("%d bytes sent: %d", len(body), status)
			}
		}
	}
	grown := s.peakMemory(t) - before
	t.Logf("the peak grew by %d KiB", grown)
	if grown > 128<<10 && !withRaceDetector() {
		t.Errorf("the peak grew by %d KiB", grown)
	}
}

// withRaceDetector reports whether the race detector is on, which takes several times the memory.
func withRaceDetector() bool {
	build, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(build.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// peakMemory returns the peak memory of the process, in KiB.
func (s *testServer) peakMemory(t testing.TB) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		t.Skip("this system does not report the memory of a process")
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.Atoi(strings.Fields(value)[0])
			if err != nil {
				t.Fatal(err)
			}
			return kib
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

func TestTwoProcessesServeOneFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	servers := []*testServer{startProcess(t, dir), startProcess(t, dir)}
	servers[0].create(t, statusPath("app", "id"), `{}`)
	properties := []string{"deviceName", "deviceId", "osVersion", "osDescription", "userName", "userPrincipalName", "displayVersion"}
	for _, status := range each(40, func(i int) int {
		property := properties[i%len(properties)]
		return servers[i%2].do(t, call{target: statusPath("app", "id"), body: fmt.Sprintf(`{"%s":"by %d"}`, property, i%len(properties))}).status
	}) {
		if status != http.StatusOK {
			t.Fatal(status)
		}
	}
	for _, s := range servers {
		body := s.do(t, call{method: http.MethodGet, target: statusPath("app", "id")}).body
		for i, property := range properties {
			if want := fmt.Sprintf(`"%s":"by %d"`, property, i); !strings.Contains(body, want) {
				t.Errorf("%s is lost from %s", want, body)
			}
		}
	}
}

func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("cannot make a small disk: %s", out)
	}
	t.Cleanup(func() { exec.Command("umount", "-l", disk).Run() })
	s := startIn(t, dir, "--db", "sqlite:"+filepath.Join(disk, "test.db"))
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 300<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 8000)
	answered := 0
	for ; ; answered++ {
		a := s.do(t, call{target: statusPath("app", fmt.Sprint(answered)), body: `{"deviceName":"` + long + `"}`, header: map[string]string{"Prefer": "create-if-missing"}})
		if a.status == http.StatusServiceUnavailable {
			if a.header.Get("Retry-After") == "" || a.problem(t).Code != "ServiceUnavailable" {
				t.Error(a.header, a.body)
			}
			break
		}
		if a.status != http.StatusCreated || answered > 1000 {
			t.Fatalf("write %d: %d %s", answered, a.status, a.body)
		}
	}
	for i := range answered {
		if a := s.do(t, call{method: http.MethodGet, target: statusPath("app", fmt.Sprint(i))}); a.status != http.StatusOK || !strings.Contains(a.body, long) {
			t.Errorf("answered write %d: %d", i, a.status)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if a := s.do(t, call{target: statusPath("app", "after"), body: `{"deviceName":"` + long + `"}`, header: map[string]string{"Prefer": "create-if-missing"}}); a.status != http.StatusCreated {
		t.Errorf("with room again: %d %s", a.status, a.body)
	}
	t.Logf("%d writes were answered before the disk was full", answered)
}

func TestOptionsOfAnyAddressIsAnsweredByTheContract(t *testing.T) {
	t.Parallel()
	s := start(t)
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprint(connection, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	answer, err := io.ReadAll(connection)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 401 ") || !strings.Contains(string(answer), "InvalidAuthenticationToken") {
		t.Errorf("%s, %v", answer, err)
	}
}

func TestGarbageOnTheWireDoesNoHarm(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.create(t, statusPath("app", "id"), `{}`)
	token := s.token(t)
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"PATCH ", "GET ", "/beta/deviceAppManagement/mobileApps/app/deviceStatuses/id", " HTTP/1.1\r\n", "Host: x\r\n", "\r\n", "\r\n\r\n",
		"Authorization: Bearer " + token + "\r\n", "Content-Type: application/json\r\n", "Content-Length: 2\r\n", "Content-Length: -1\r\n", "Content-Length: 99999999999\r\n",
		"Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n", "{}", "{", "\x00", "\xff\xfe", "%00", "%zz", "('", "If-Match: \"\r\n", "Prefer: \x01\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "Expect: 100-continue\r\n", "a: " + strings.Repeat("x", 5000) + "\r\n"}
	for range 300 {
		connection, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		var sent strings.Builder
		for range 1 + random.IntN(12) {
			sent.WriteString(pieces[random.IntN(len(pieces))])
		}
		connection.SetDeadline(time.Now().Add(200 * time.Millisecond))
		connection.Write([]byte(sent.String()))
		if tcp, ok := connection.(*net.TCPConn); ok {
			tcp.CloseWrite()
		}
		answer := make([]byte, 4096)
		n, _ := connection.Read(answer)
		connection.Close()
		if strings.HasPrefix(string(answer[:n]), "HTTP/1.1 500") {
			t.Errorf("%q is answered by %s", sent.String(), answer[:n])
		}
	}
	if a := s.do(t, call{target: statusPath("app", "id"), body: `{}`}); a.status != http.StatusOK {
		t.Errorf("afterwards: %d %s", a.status, a.body)
	}
	if logged := s.logged.String(); logged != "" {
		t.Errorf("faults were logged: %s", logged)
	}
}
