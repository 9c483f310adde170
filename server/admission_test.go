package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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
	*admission
	store   *slowStore
	handler http.Handler
	logged  *syncBuffer
}

func newAdmitting(t testing.TB, most int64, patience time.Duration) *admitting {
	t.Helper()
	a := &admitting{store: &slowStore{letGo: make(chan struct{})}, logged: new(syncBuffer)}
	log := newLog(a.logged)
	a.admission = newAdmission(a.store, most, patience, log)
	var err error
	a.handler, err = api.New(a.admission, api.Options{
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
	a := newAdmitting(t, 10, time.Minute)
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
	a := newAdmitting(t, 10, time.Minute)
	done := a.fill(t, 10)
	read := make(chan int)
	go func() { read <- a.send(t, http.MethodGet, nil).Code }()
	close(a.store.letGo)
	if status := <-read; status != http.StatusNotFound && status != http.StatusOK {
		t.Error(status)
	}
	done()
}

func TestAWriteWaitsSoLongAndNoLonger(t *testing.T) {
	a := newAdmitting(t, 10, 50*time.Millisecond)
	began := time.Now()
	w := a.send(t, http.MethodPatch, strings.NewReader(`{}`))
	if took := time.Since(began); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || took < 50*time.Millisecond || took > 10*time.Second {
		t.Errorf("%d %v after %s", w.Code, w.Header(), took)
	}
}

func TestACallerWhoGoesIsNoFullStore(t *testing.T) {
	a := newAdmitting(t, 10, time.Minute)
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
	a := newAdmitting(t, 10, time.Minute)
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
