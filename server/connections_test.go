package main

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"installstatus/server/certs/certstest"
	"installstatus/server/front"
	"installstatus/server/front/fronttest"
)

func TestTheConnectionsIdleLongestAreEvicted(t *testing.T) {
	t.Parallel()
	const most = 10
	for name, scheme := range map[string][]string{"HTTP": nil, "HTTPS": pairFlags(certstest.NewPair(t, 1))} {
		t.Run(name, func(t *testing.T) {
			s := start(t, append([]string{"--max-connections", fmt.Sprint(most)}, scheme...)...)
			_, address, _ := strings.Cut(s.base, "://")
			if scheme != nil {
				s.client = certstest.Client(t, scheme[1], true)
			}
			s.create(t, statusPath("app", "id"), `{}`)
			s.client.CloseIdleConnections()
			crowd := make([]net.Conn, 5*most)
			for i := range crowd {
				crowd[i] = fronttest.Dial(t, address, "\x16"[:i%2*len(scheme)/4]) // with TLS, every other one begins a handshake
			}
			for i := range 3 {
				if a := s.do(t, call{target: statusPath("app", "id"), body: fmt.Sprintf(`{"errorCode":%d}`, i)}); a.status != http.StatusOK {
					t.Errorf("%d %s", a.status, a.body)
				}
				s.client.CloseIdleConnections()
				time.Sleep(10 * time.Millisecond)
			}
			for i, connection := range crowd { // the three requests may have evicted some of the last
				open := fronttest.IsOpen(connection)
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

// A client is served quickly beside a thousand idle connections, and two hundred that send a header or a body at one byte a
// second.
func TestAClientIsServedBesideIdleAndSlowOnes(t *testing.T) {
	const idle, slow, within = 1000, 200, 500 * time.Millisecond
	if front.OpenFiles() < 2*(idle+slow) {
		t.Skipf("%d open files are too few", front.OpenFiles())
	}
	s := startProcess(t, t.TempDir(), "--max-connections", fmt.Sprint(2*(idle+slow)))
	s.create(t, statusPath("app", "id"), `{}`)
	address := strings.TrimPrefix(s.base, "http://")
	header := fmt.Sprintf("PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n", statusPath("app", "id"), s.token(t))
	began, crowd := time.Now(), make([]net.Conn, idle+slow)
	for i := range crowd {
		begins := ""
		if i >= idle {
			begins = header + "\r\n"[:i%2*2] // an even one has not ended its header
		}
		crowd[i] = fronttest.Dial(t, address, begins)
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
		t.Errorf("99 of 100 requests are answered within %s, want %s", p99, within)
	}
	open := each(len(crowd), func(i int) bool { return fronttest.IsOpen(crowd[i]) })
	if time.Since(began) < front.DefaultLimits(0, 0).Header && slices.Contains(open, false) {
		t.Error("some of the other connections were closed")
	}
}
