package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api/status"
	"installstatus/api/status/memory"
)

func TestABudgetIsNeverExceededAndAlwaysReturned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBudget(int64(rapid.IntRange(1, 100).Draw(t, "total")))
		used := make(map[string][]int64)
		sum := func() (all int64) {
			for _, sizes := range used {
				for _, size := range sizes {
					all += size
				}
			}
			return all
		}
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			tenant := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "tenant")
			if sizes := used[tenant]; len(sizes) > 0 && rapid.Bool().Draw(t, "give back") {
				b.giveBack(tenant, sizes[0])
				used[tenant] = sizes[1:]
				continue
			}
			size, alone := int64(rapid.IntRange(1, 60).Draw(t, "size")), sum() == 0
			if err := b.take(tenant, size); err != nil {
				if !errors.Is(err, ErrNoMemory) || alone {
					t.Fatalf("alone: %t, %v", alone, err)
				}
				continue
			}
			used[tenant] = append(used[tenant], size)
			if all := sum(); len(used[tenant]) > 1 && all > b.total {
				t.Fatalf("%d of %d bytes are used", all, b.total)
			}
		}
		for tenant, sizes := range used {
			for _, size := range sizes {
				b.giveBack(tenant, size)
			}
		}
		if b.used != 0 || len(b.tenants) != 0 {
			t.Fatalf("%d bytes are left, %v", b.used, b.tenants)
		}
	})
}

// stuck is a body that arrives when release is closed.
type stuck struct {
	io.Reader
	reached chan<- struct{}
	release <-chan struct{}
	once    sync.Once
}

func (s *stuck) Read(p []byte) (int, error) {
	s.once.Do(func() { s.reached <- struct{}{}; <-s.release })
	return s.Reader.Read(p)
}

func TestARequestWithoutRoomIsRefusedBeforeItsBodyIsRead(t *testing.T) {
	const target = "/beta/deviceAppManagement/mobileApps/app/deviceStatuses/id"
	a, err := New(new(memory.Store), Options{
		Memory: 32 << 20,
		Authenticate: func(r *http.Request) (Caller, error) {
			return Caller{Tenant: r.Header.Get("Tenant"), Scopes: []string{"DeviceManagementApps.ReadWrite.All"}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	send := func(tenant string, length int, body io.Reader) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPatch, target, body)
		r.ContentLength = int64(length)
		r.Header.Set("Tenant", tenant)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	padded := func(length int) string { return "{" + strings.Repeat(" ", length-2) + "}" }
	const large = 1 << 20
	reached, release := make(chan struct{}), make(chan struct{})
	var slow sync.WaitGroup
	for _, tenant := range []string{"a", "b"} { // each takes three eighths
		slow.Go(func() {
			if w := send(tenant, large, &stuck{Reader: strings.NewReader(padded(large)), reached: reached, release: release}); w.Code != http.StatusNotFound {
				t.Errorf("a slow body: %d %s", w.Code, w.Body)
			}
		})
		<-reached
	}
	unread := func(io.Reader) io.Reader {
		return readerFunc(func([]byte) (int, error) { t.Error("a body is read"); return 0, io.EOF })
	}
	for _, c := range []struct {
		name, tenant string
		length       int
		body         io.Reader
		status       int
	}{
		{"a second large body of one tenant", "a", large, unread(nil), http.StatusServiceUnavailable},
		{"a large body of a third tenant", "c", large, unread(nil), http.StatusServiceUnavailable},
		{"a small body", "a", 2, strings.NewReader("{}"), http.StatusNotFound},
		{"a usual body", "c", 100 << 10, strings.NewReader(padded(100 << 10)), http.StatusNotFound},
		{"a large body of unknown length", "c", -1, strings.NewReader(padded(large)), http.StatusServiceUnavailable},
		{"a small body of unknown length", "c", -1, strings.NewReader("{}"), http.StatusNotFound},
	} {
		if w := send(c.tenant, c.length, c.body); w.Code != c.status || (c.status == http.StatusServiceUnavailable) != (w.Header().Get("Retry-After") != "") {
			t.Errorf("%s: %d %v %s", c.name, w.Code, w.Header(), w.Body)
		}
	}
	close(release)
	slow.Wait()
	if w := send("a", large, strings.NewReader(padded(large))); w.Code != http.StatusNotFound {
		t.Errorf("when the others are answered: %d %s", w.Code, w.Body)
	}
	if a.budget.used != 0 || len(a.budget.tenants) != 0 {
		t.Errorf("%d bytes are left, %v", a.budget.used, a.budget.tenants)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestEveryRequestReturnsItsMemory(t *testing.T) {
	store := new(memory.Store)
	a, err := New(store, Options{
		Memory: 8 << 20,
		Authenticate: func(*http.Request) (Caller, error) {
			return Caller{Tenant: "tenant", Scopes: []string{"DeviceManagementApps.ReadWrite.All"}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if _, _, err := store.Update(t.Context(), "tenant", status.Key{App: "app", ID: fmt.Sprint(i)}, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
			t.Fatal(err)
		}
	}
	list := `{"id":"%d","method":"GET","url":"deviceAppManagement/mobileApps/app/deviceStatuses?$top=%d"}`
	rapid.Check(t, func(t *rapid.T) {
		var requests []string
		for i := range rapid.IntRange(1, 20).Draw(t, "requests") {
			requests = append(requests, fmt.Sprintf(list, i, rapid.IntRange(0, 1000).Draw(t, "$top")))
		}
		padding := strings.Repeat(" ", rapid.IntRange(0, 100_000).Draw(t, "padding"))
		r := httptest.NewRequest(http.MethodPost, "/beta/$batch", strings.NewReader(`{"requests":[`+strings.Join(requests, ",")+padding+`]}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"status":200`) {
			t.Fatalf("%d %.300s", w.Code, w.Body)
		}
		if a.budget.used != 0 || len(a.budget.tenants) != 0 {
			t.Fatalf("%d bytes are left, %v", a.budget.used, a.budget.tenants)
		}
	})
}
