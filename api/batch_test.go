package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"installstatus/api"
	"installstatus/api/contract/contracttest"
	"installstatus/api/status"
	"installstatus/api/status/memory"
	"installstatus/gen"
)

func TestTheContractsExampleOfABatchIsReal(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	sent, err := json.Marshal(doc.Components.Examples["batch"].Value.Value)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(doc.Components.Examples["batchAnswer"].Value.Value)
	if err != nil {
		t.Fatal(err)
	}
	_, received := request{method: http.MethodPost, target: "/beta/$batch", body: string(sent)}.send(t)
	contracttest.Items(t, sent, received)
	if got, want := withoutTrace(t, received), withoutTrace(t, want); !reflect.DeepEqual(got, want) {
		t.Errorf("the response is\n%s", received)
	}
}

// withoutTrace decodes a JSON text without the values that differ from request to request.
func withoutTrace(t *testing.T, text []byte) (value any) {
	text = regexp.MustCompile(`"(date|request-id|client-request-id|ETag)":"(\\"|[^"])*"`).ReplaceAll(text, []byte(`"$1":""`))
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// stepStore is a store that calls before in each update, with the number of the update, from 1.
type stepStore struct {
	memory.Store
	updates atomic.Int32
	before  func(ctx context.Context, update int)
}

func (s *stepStore) Update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (status.Status, bool, error) {
	s.before(ctx, int(s.updates.Add(1)))
	return s.Store.Update(ctx, tenant, key, patch, cond)
}

// creation is a request in a batch that creates the status with the id.
func creation(id int, dependsOn ...string) string {
	return fmt.Sprintf(`{"id":"%d","method":"PATCH","url":"%s/%d","headers":{"Content-Type":"application/json","Prefer":"create-if-missing"},"body":{"errorCode":%d},"dependsOn":%s}`,
		id, strings.TrimPrefix(exampleList, "/beta"), id, id, jsonOf(dependsOn))
}

func jsonOf(ids []string) string {
	if len(ids) == 0 {
		return "[]"
	}
	return `["` + strings.Join(ids, `","`) + `"]`
}

func statuses(items []contracttest.Item) (statuses []int) {
	for _, item := range items {
		statuses = append(statuses, item.Status)
	}
	return statuses
}

// sendBatch sends a batch to the handler, and checks the responses against the contract.
func sendBatch(ctx context.Context, t *testing.T, handler http.Handler, requests ...string) []contracttest.Item {
	t.Helper()
	q := batchRequest(strings.Join(requests, ","))
	r := httptest.NewRequestWithContext(ctx, q.method, q.target, strings.NewReader(q.body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return contracttest.Items(t, []byte(q.body), w.Body.Bytes())
}

func TestIndependentRequestsInABatchRunAtTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 20
		together := make(chan struct{})
		store := &stepStore{before: func(_ context.Context, update int) {
			if update == most {
				close(together)
			}
			<-together
		}}
		handler, err := api.New(store, api.Options{Authenticate: allowAll})
		if err != nil {
			t.Fatal(err)
		}
		var requests []string
		for i := range most {
			requests = append(requests, creation(i))
		}
		items := sendBatch(t.Context(), t, handler, requests...)
		if got := statuses(items); !slices.Equal(got, slices.Repeat([]int{http.StatusCreated}, most)) {
			t.Errorf("statuses %v", got)
		}
	})
}

func TestARequestInABatchStartsWhenItsDependenciesAreAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := make(chan struct{})
		store := &stepStore{before: func(_ context.Context, update int) {
			if update == 1 {
				<-first
			}
		}}
		handler, err := api.New(store, api.Options{Authenticate: allowAll})
		if err != nil {
			t.Fatal(err)
		}
		answered := make(chan []int)
		go func() {
			answered <- statuses(sendBatch(t.Context(), t, handler, creation(3, "2", "1"), creation(2, "1"), creation(1), creation(4, "3")))
		}()
		synctest.Wait()
		if n := store.updates.Load(); n != 1 {
			t.Errorf("%d updates started before the first one was answered, want 1", n)
		}
		close(first)
		if got := <-answered; !slices.Equal(got, []int{201, 201, 201, 201}) {
			t.Errorf("statuses %v", got)
		}
	})
}

func TestARequestInABatchIsNotTriedAfterItsClientDisconnected(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	store := &stepStore{before: func(ctx context.Context, _ int) {
		leave()
		if ctx.Err() == nil {
			t.Error("the context of the update is not canceled")
		}
	}}
	handler, err := api.New(store, api.Options{Authenticate: allowAll})
	if err != nil {
		t.Fatal(err)
	}
	items := sendBatch(ctx, t, handler, creation(1), creation(2, "1"), creation(3, "2"))
	if got := statuses(items); !slices.Equal(got, []int{503, 503, 503}) || store.updates.Load() != 1 {
		t.Errorf("statuses %v after %d updates", got, store.updates.Load())
	}
}

func TestAPanicInABatchFailsOneRequest(t *testing.T) {
	store := &stepStore{before: func(_ context.Context, update int) {
		if update == 1 {
			panic("a mistake")
		}
	}}
	handler, err := api.New(store, api.Options{Authenticate: allowAll})
	if err != nil {
		t.Fatal(err)
	}
	items := sendBatch(t.Context(), t, handler, creation(1), creation(2), creation(3, "1", "2"))
	got := statuses(items)
	if slices.Sort(got[:2]); !slices.Equal(got, []int{201, 500, 424}) {
		t.Errorf("statuses %v", got)
	}
}

func TestObserveIsCalledForABatchAndEachOfItsRequests(t *testing.T) {
	seen := make(chan api.Exchange, 10)
	handler, err := api.New(newExampleStore(t), api.Options{Authenticate: allowAll, Observe: func(x api.Exchange) { seen <- x }})
	if err != nil {
		t.Fatal(err)
	}
	items := sendBatch(t.Context(), t, handler, creation(1), creation(2, "1"), `{"id":"3","method":"GET","url":"/%zz"}`, `{"id":"4","method":"GET","url":"/x","dependsOn":["3"]}`)
	close(seen)
	observed := map[string]string{}
	for x := range seen {
		observed[x.RequestID] = fmt.Sprintf("%s %s %d %s", x.Method, x.Operation, x.Status, x.Tenant)
	}
	var ofItems []string
	for _, item := range items {
		ofItems = append(ofItems, observed[item.Headers["request-id"]])
		delete(observed, item.Headers["request-id"])
	}
	if want := []string{"PATCH updateDeviceStatus 201 tenant", "PATCH updateDeviceStatus 201 tenant", "GET  400 tenant", "GET  424 tenant"}; !slices.Equal(ofItems, want) {
		t.Errorf("observed for the requests: %q", ofItems)
	}
	if of := slices.Collect(maps.Values(observed)); !slices.Equal(of, []string{"POST batch 200 tenant"}) {
		t.Errorf("observed besides the requests: %q", of)
	}
}
