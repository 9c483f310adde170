package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"installstatus/api"
	"installstatus/api/contract/contracttest"
	"installstatus/api/status"
	"installstatus/api/status/memory"
)

// slowStore holds each call until it is let go, or until its context ends.
type slowStore struct {
	memory.Store
	letGo chan struct{}
}

func (s *slowStore) wait(ctx context.Context) error {
	select {
	case <-s.letGo:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *slowStore) Get(ctx context.Context, tenant string, key status.Key) (status.Status, error) {
	if err := s.wait(ctx); err != nil {
		return status.Status{}, err
	}
	return s.Store.Get(ctx, tenant, key)
}

func (s *slowStore) Update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (status.Status, bool, error) {
	if err := s.wait(ctx); err != nil {
		return status.Status{}, false, err
	}
	return s.Store.Update(ctx, tenant, key, patch, cond)
}

// admitting is an API over a store that takes so many reads, and as many writes, at once.
type admitting struct {
	*boundedStore
	store   *slowStore
	handler http.Handler
	logged  *syncBuffer
}

func newAdmitting(t testing.TB, most int64) *admitting {
	t.Helper()
	a := &admitting{store: &slowStore{letGo: make(chan struct{})}, logged: new(syncBuffer)}
	log := newLog(a.logged)
	a.boundedStore = newBoundedStore(a.store, most, log)
	var err error
	a.handler, err = api.New(a.boundedStore, api.Options{
		Authenticate: func(*http.Request) (api.Caller, error) {
			return api.Caller{Tenant: tenantA, Scopes: []string{writePermission}}, nil
		},
		Admit:   a.before(nil),
		Observe: logExchanges(log, false),
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// send sends a request for a status that is made if it is missing. Any body but "" is read from.
func (a *admitting) send(t testing.TB, method string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, statusPath("app", "id"), body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Prefer", "create-if-missing")
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	contracttest.Check(t, contracttest.Answer{Method: method, Target: r.URL.EscapedPath(), Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()})
	return w
}

// fill has writes come until so many wait. done waits for their answers.
func (a *admitting) fill(t testing.TB, writes int64) (done func() []int) {
	t.Helper()
	var group sync.WaitGroup
	statuses := make([]int, writes)
	for i := range statuses {
		group.Go(func() { statuses[i] = a.send(t, http.MethodPatch, strings.NewReader(`{}`)).Code })
	}
	for a.writes.inside.Load() < writes {
		time.Sleep(time.Millisecond)
	}
	return func() []int {
		group.Wait()
		return statuses
	}
}

// unread fails the test if it is read.
type unread struct{ testing.TB }

func (u unread) Read([]byte) (int, error) {
	u.Error("the body is read")
	return 0, io.EOF
}

func TestAFullStoreRefusesAtOnceAndReadsNoBody(t *testing.T) {
	a := newAdmitting(t, 10)
	done := a.fill(t, 10)
	for range 100 {
		began := time.Now()
		w := a.send(t, http.MethodPatch, unread{t})
		if took := time.Since(began); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || took > 5*time.Second {
			t.Fatalf("%d %v after %s", w.Code, w.Header(), took)
		}
	}
	close(a.store.letGo)
	for _, status := range done() {
		if status != http.StatusOK && status != http.StatusCreated {
			t.Errorf("one of those that waited: %d", status)
		}
	}
	if w := a.send(t, http.MethodPatch, strings.NewReader(`{}`)); w.Code != http.StatusOK {
		t.Errorf("when there is room again: %d", w.Code)
	}
	if logged := a.logged.String(); strings.Count(logged, "\n") != 1 || !strings.Contains(logged, "requests are refused") {
		t.Errorf("101 refusals are logged as %s", logged)
	}
}

func TestWhereNoMoreWritesAreTakenReadsAre(t *testing.T) {
	a := newAdmitting(t, 10)
	done := a.fill(t, 10)
	read := make(chan int)
	go func() { read <- a.send(t, http.MethodGet, nil).Code }()
	close(a.store.letGo)
	if status := <-read; status != http.StatusNotFound && status != http.StatusOK {
		t.Error(status)
	}
	done()
}

func TestACallerWhoGoesIsNoFullStore(t *testing.T) {
	a := newAdmitting(t, 10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := a.Update(ctx, tenantA, status.Key{App: "app", ID: "id"}, status.Patch{}, status.Cond{}); !errors.Is(err, context.Canceled) || errors.Is(err, errFull) {
		t.Error(err)
	}
	if a.writes.inside.Load() != 0 {
		t.Error("it is still counted")
	}
}

func TestOfManyWritesAsManyAreTakenAsMay(t *testing.T) {
	a := newAdmitting(t, 10)
	done := a.fill(t, 10)
	var group sync.WaitGroup
	body := []byte(`{"osVersion":"` + strings.Repeat("1", 1000) + `"}`)
	for range 1000 {
		group.Go(func() {
			if w := a.send(t, http.MethodPatch, bytes.NewReader(body)); w.Code != http.StatusServiceUnavailable {
				t.Errorf("%d", w.Code)
			}
		})
	}
	group.Wait()
	if inside := a.writes.inside.Load(); inside != 10 {
		t.Errorf("%d are inside", inside)
	}
	close(a.store.letGo)
	done()
}

// load has clients change rows for a time, each as fast as it is answered.
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

func TestMoreClientsThanCanBeServedTakeNothingFromThoughput(t *testing.T) {
	s := startProcess(t, t.TempDir())
	s.load(t, 64, 500*time.Millisecond)
	sustained, usual, _ := s.load(t, 64, 2*time.Second)
	most, slowest, refused := s.load(t, 2000, 2*time.Second)
	t.Logf("64 clients: %.0f a second, p99 %s; 2,000 clients: %.0f a second, p99 %s, %d refused", sustained, usual, most, slowest, refused)
	if most < sustained/3 { // clients and server share a machine that may be busy
		t.Errorf("with 2,000 clients %.0f writes a second are served, with 64 it is %.0f", most, sustained)
	}
	if slowest > 15*time.Second {
		t.Errorf("with 2,000 clients a write takes up to %s", slowest)
	}
}
