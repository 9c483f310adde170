package admission

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"installstatus/api"
	"installstatus/api/contract/contracttest"
	"installstatus/api/status"
	"installstatus/api/status/memory"
)

// slowStore holds each call until letGo is closed or its context ends.
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

// admitting is an API over a slow store that accepts a number of reads, and as many writes, at once.
type admitting struct {
	*Store
	slow    *slowStore
	handler http.Handler
	logged  *bytes.Buffer
}

func newAdmitting(t testing.TB, calls int64) *admitting {
	t.Helper()
	a := &admitting{slow: &slowStore{letGo: make(chan struct{})}, logged: new(bytes.Buffer)}
	a.Store = NewStore(a.slow, calls, slog.New(slog.NewJSONHandler(a.logged, nil)))
	var err error
	a.handler, err = api.New(a.Store, api.Options{
		Authenticate: func(*http.Request) (api.Caller, error) {
			return api.Caller{Tenant: tenant, Scopes: []string{"DeviceManagementApps.ReadWrite.All"}}, nil
		},
		Admit: a.Admit,
		Observe: func(x api.Exchange) {
			if x.Fault != nil && !errors.Is(x.Fault, status.ErrRefused) {
				t.Errorf("a fault: %v", x.Fault)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const (
	tenant = "aaaaaaaa-0000-4000-8000-000000000001"
	target = "/beta/deviceAppManagement/mobileApps/app/deviceStatuses/id"
)

// send sends a request for a status, which creates it if it is missing.
func (a *admitting) send(t testing.TB, method string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Prefer", "create-if-missing")
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	contracttest.Check(t, contracttest.Answer{Method: method, Target: r.URL.EscapedPath(), Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()})
	return w
}

// fill sends writes until all of them wait. done waits for their answers.
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
	close(a.slow.letGo)
	for _, status := range done() {
		if status != http.StatusOK && status != http.StatusCreated {
			t.Errorf("a waiting write is answered %d", status)
		}
	}
	if w := a.send(t, http.MethodPatch, strings.NewReader(`{}`)); w.Code != http.StatusOK {
		t.Errorf("with room again: %d", w.Code)
	}
	if logged := a.logged.String(); strings.Count(logged, "\n") != 1 || !strings.Contains(logged, "store queue full") {
		t.Errorf("101 refusals are logged as %s, want one line", logged)
	}
}

func TestReadsAreAcceptedWhileWritesAreRefused(t *testing.T) {
	a := newAdmitting(t, 10)
	done := a.fill(t, 10)
	read := make(chan int)
	go func() { read <- a.send(t, http.MethodGet, nil).Code }()
	close(a.slow.letGo)
	if status := <-read; status != http.StatusNotFound && status != http.StatusOK {
		t.Error(status)
	}
	done()
}

func TestACanceledCallIsNotRefused(t *testing.T) {
	a := newAdmitting(t, 10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := a.Update(ctx, tenant, status.Key{App: "app", ID: "id"}, status.Patch{}, status.Cond{}); !errors.Is(err, context.Canceled) || errors.Is(err, errFull) {
		t.Error(err)
	}
	if a.writes.inside.Load() != 0 {
		t.Error("the call is still counted")
	}
}

func TestOfManyWritesTheLimitIsAccepted(t *testing.T) {
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
		t.Errorf("%d calls are inside, want 10", inside)
	}
	close(a.slow.letGo)
	done()
}

// Every method of status.Store is bounded, including future ones, unless it is listed here.
func TestEveryCallOfAFullStoreIsRefused(t *testing.T) {
	full := reflect.ValueOf(NewStore(new(memory.Store), 0, slog.New(slog.DiscardHandler)))
	for method := range reflect.TypeFor[status.Store]().Methods() {
		if method.Name == "Ready" || method.Name == "Close" {
			continue
		}
		arguments := []reflect.Value{reflect.ValueOf(t.Context())}
		for i := 1; i < method.Type.NumIn(); i++ {
			arguments = append(arguments, reflect.Zero(method.Type.In(i)))
		}
		results := full.MethodByName(method.Name).Call(arguments)
		if err, _ := results[len(results)-1].Interface().(error); !errors.Is(err, status.ErrRefused) {
			t.Errorf("%s returns %v, want ErrRefused", method.Name, err)
		}
	}
}

func TestWhatTheStoreRefusesIsNotCounted(t *testing.T) {
	full, counted := NewStore(new(memory.Store), 0, slog.New(slog.DiscardHandler)), 0
	admit := All(full.Admit, func(api.Admission) error {
		counted++
		return nil
	})
	if err := admit(api.Admission{}); !errors.Is(err, status.ErrRefused) || counted != 0 {
		t.Errorf("Admit returns %v, and %d requests are counted", err, counted)
	}
	if err := All(NewStore(new(memory.Store), 1, nil).Admit)(api.Admission{}); err != nil {
		t.Error(err)
	}
}
