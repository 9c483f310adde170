package main

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// dial opens a connection, and sends what it should begin with.
func dial(t testing.TB, address, begins string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	io.WriteString(connection, begins)
	return connection
}

// isOpen reports whether the server has not closed a connection that it has sent nothing.
func isOpen(connection net.Conn) bool {
	connection.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := connection.Read(make([]byte, 1))
	return os.IsTimeout(err)
}

func TestTheConnectionsThatWaitLongestGiveWay(t *testing.T) {
	const most = 10
	for name, scheme := range map[string][]string{"HTTP": nil, "HTTPS": newPair(t, 1).flags()} {
		t.Run(name, func(t *testing.T) {
			s := start(t, append([]string{"--max-connections", fmt.Sprint(most)}, scheme...)...)
			_, address, _ := strings.Cut(s.base, "://")
			if scheme != nil {
				s.client = trusting(t, scheme[1], true)
			}
			s.create(t, statusPath("app", "id"), `{}`)
			s.client.CloseIdleConnections()
			crowd := make([]net.Conn, 5*most)
			for i := range crowd {
				crowd[i] = dial(t, address, "\x16"[:i%2*len(scheme)/4]) // every other one begins a handshake, where there is one
			}
			for i := range 3 {
				if a := s.do(t, call{target: statusPath("app", "id"), body: fmt.Sprintf(`{"errorCode":%d}`, i)}); a.status != http.StatusOK {
					t.Errorf("%d %s", a.status, a.body)
				}
				s.client.CloseIdleConnections()
				time.Sleep(10 * time.Millisecond)
			}
			for i, connection := range crowd { // of the last ones, those that gave way to the three requests may be closed
				open := isOpen(connection)
				if i < len(crowd)-most+1 && open || i >= len(crowd)-most+3 && !open {
					t.Errorf("connection %d is open: %t", i, open)
				}
			}
			if lines := strings.Count(s.logged.String(), "max_connections"); lines != 1 {
				t.Errorf("%d lines are logged: %s", lines, s.logged)
			}
		})
	}
}

func TestAConnectionWithARequestDoesNotGiveWay(t *testing.T) {
	active, release := make(chan struct{}, 3), make(chan struct{})
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		active <- struct{}{}
		<-release
	})
	address := listening(t, usualLimits(2).server(handler, slog.New(slog.DiscardHandler)))
	first, second := dial(t, address, getRequest), dial(t, address, getRequest)
	<-active
	<-active
	third := dial(t, address, getRequest)
	third.SetReadDeadline(time.Now().Add(10 * time.Second))
	if io.Copy(io.Discard, third); !isOpen(first) || !isOpen(second) {
		t.Error("one with a request was closed")
	}
	if isOpen(third) {
		t.Error("the third was not closed")
	}
	close(release)
	for _, connection := range []net.Conn{first, second} {
		readAnswer(t, connection)
	}
}

func TestAConnectionThatWasUsedWaitsFromThenOn(t *testing.T) {
	server := usualLimits(2).server(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	idle, observe := make(chan struct{}, 4), server.ConnState
	server.ConnState = func(connection net.Conn, state http.ConnState) {
		observe(connection, state)
		if state == http.StateIdle {
			idle <- struct{}{}
		}
	}
	address := listening(t, server)
	answered := func(connection net.Conn) {
		t.Helper()
		readAnswer(t, connection)
		<-idle // which is after the answer
	}
	first, second := dial(t, address, getRequest), dial(t, address, "")
	answered(first)
	io.WriteString(second, getRequest)
	answered(second)
	io.WriteString(first, getRequest)
	answered(first)
	readAnswer(t, dial(t, address, getRequest))
	if !isOpen(first) || isOpen(second) {
		t.Error("it was not the second that gave way")
	}
}

const getRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

func readAnswer(t testing.TB, connection net.Conn) {
	t.Helper()
	connection.SetReadDeadline(time.Now().Add(5 * time.Second))
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
}

func TestConnectionsAreAtMostWhatTheOpenFilesBear(t *testing.T) {
	if l := usualLimits(0); l.connections < 1 || l.connections > 10_000 || uint(l.connections) > openFiles() {
		t.Errorf("%d connections with %d open files", l.connections, openFiles())
	}
	if l := usualLimits(7); l.connections != 7 {
		t.Error(l.connections)
	}
}

// A client is served quickly beside a thousand connections without a request, and two hundred that send a header or a
// body one byte a second.
func TestAClientIsServedBesideIdleAndSlowOnes(t *testing.T) {
	const idle, slow, within = 1000, 200, 500 * time.Millisecond
	if openFiles() < 2*(idle+slow) {
		t.Skipf("%d open files are too few", openFiles())
	}
	s := startProcess(t, t.TempDir(), "--max-connections", fmt.Sprint(2*(idle+slow)))
	s.create(t, statusPath("app", "id"), `{}`)
	address := strings.TrimPrefix(s.base, "http://")
	header := fmt.Sprintf("PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n", statusPath("app", "id"), s.token(t))
	began, crowd := time.Now(), make([]net.Conn, idle+slow)
	for i := range crowd {
		begins := ""
		if i >= idle {
			begins = header + "\r\n"[:i%2*2] // an even one is still in its header
		}
		crowd[i] = dial(t, address, begins)
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			for _, connection := range crowd[idle:] {
				connection.Write([]byte("a"))
			}
			select {
			case <-done:
				return
			case <-time.After(time.Second):
			}
		}
	}()
	var took []time.Duration
	for until := time.Now().Add(2 * time.Second); time.Now().Before(until); {
		sent := time.Now()
		a := s.do(t, call{target: statusPath("app", "id"), body: fmt.Sprintf(`{"errorCode":%d}`, len(took))})
		if a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		took = append(took, time.Since(sent))
	}
	slices.Sort(took)
	p50, p99 := took[len(took)/2], took[len(took)*99/100]
	t.Logf("%d requests: half within %s, 99 of 100 within %s", len(took), p50, p99)
	if p99 > within {
		t.Errorf("99 of 100 requests are answered within %s, and should be within %s", p99, within)
	}
	open := each(len(crowd), func(i int) bool { return isOpen(crowd[i]) })
	if time.Since(began) < usualLimits(0).header && slices.Contains(open, false) {
		t.Error("some of the others were closed")
	}
}
