package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// load runs clients that change rows as fast as they are answered, and returns what they measured.
func (s *testServer) load(t testing.TB, clients int, lasts time.Duration) (served float64, p99 time.Duration, refused int) {
	t.Helper()
	token, until := s.token(t), time.Now().Add(lasts)
	client := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	var group sync.WaitGroup
	var mutex sync.Mutex
	var times []time.Duration
	for i := range clients {
		group.Go(func() {
			var mine []time.Duration
			turnedAway := 0
			for n := 0; time.Now().Before(until); n++ {
				request, _ := http.NewRequest(http.MethodPatch, s.base+statusPath("app", fmt.Sprint(i)), strings.NewReader(fmt.Sprintf(`{"errorCode":%d}`, n)))
				request.Header.Set("Authorization", "Bearer "+token)
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Prefer", "create-if-missing")
				began := time.Now()
				response, err := client.Do(request)
				if err != nil {
					t.Errorf("a request failed: %v", err)
					return
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
				switch {
				case response.StatusCode < 300:
					mine = append(mine, time.Since(began))
				case response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != "":
					turnedAway++
				default:
					t.Errorf("%d %v", response.StatusCode, response.Header)
				}
			}
			mutex.Lock()
			defer mutex.Unlock()
			times, refused = append(times, mine...), refused+turnedAway
		})
	}
	group.Wait()
	slices.Sort(times)
	return float64(len(times)) / lasts.Seconds(), times[len(times)*99/100], refused
}

func TestTooManyClientsDoNotReduceThroughput(t *testing.T) {
	s := startProcess(t, t.TempDir())
	s.load(t, 64, 500*time.Millisecond)
	sustained, usual, _ := s.load(t, 64, 2*time.Second)
	most, slowest, refused := s.load(t, 2000, 2*time.Second)
	t.Logf("64 clients: %.0f a second, p99 %s; 2,000 clients: %.0f a second, p99 %s, %d refused", sustained, usual, most, slowest, refused)
	if most < sustained/3 { // clients and server share the machine
		t.Errorf("2,000 clients get %.0f writes a second, 64 get %.0f", most, sustained)
	}
	if slowest > 15*time.Second {
		t.Errorf("with 2,000 clients a write takes up to %s", slowest)
	}
}
