package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"installstatus/api"
	"installstatus/api/contract/contracttest"
	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/api/status/memory"
)

// longLists is a store whose pages all have the maximum size.
type longLists struct {
	memory.Store
	read atomic.Int32
}

func (s *longLists) List(_ context.Context, _ string, q status.Query) (page status.Page, err error) {
	s.read.Add(1)
	var patch status.Patch
	for _, property := range status.Properties {
		if property.Nullable {
			if err := patch.Set(property.Name, query.TextValue(strings.Repeat("\x01", 8192))); err != nil {
				return page, err
			}
		}
	}
	for q.Limit = 1000; page.Add(status.Row{Status: patch.Apply(status.New(fmt.Sprint(len(page.Rows))))}, q.Query); {
	}
	return page, nil
}

// listing is a request in a batch that reads a list.
func listing(id int, dependsOn ...string) string {
	return fmt.Sprintf(`{"id":"%d","method":"GET","url":"%s","dependsOn":%s}`, id, strings.TrimPrefix(exampleList, "/beta"), jsonOf(dependsOn))
}

// batchOfLists is a batch of n lists, each of them dependent on the one before.
func batchOfLists(n int) request {
	requests := []string{listing(1)}
	for id := 2; id <= n; id++ {
		requests = append(requests, listing(id, fmt.Sprint(id-1)))
	}
	return batchRequest(strings.Join(requests, ","))
}

func lastOf(batch request, store status.Store) request {
	batch.store, batch.last = store, true
	return batch
}

// bodyOfLast returns the body of the last response in the response to a batch.
func bodyOfLast(t testing.TB, answer []byte) []byte {
	t.Helper()
	var batch struct{ Responses []contracttest.Item }
	if err := json.Unmarshal(answer, &batch); err != nil {
		t.Fatal(err)
	}
	return batch.Responses[len(batch.Responses)-1].Body
}

func newHandler(t *testing.T, store status.Store) http.Handler {
	t.Helper()
	handler, err := api.New(store, api.Options{Authenticate: allowAll})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func TestListsInABatchAreReadUntilTheyExceedTheLimit(t *testing.T) {
	store := new(longLists)
	var requests []string
	for id := range 18 {
		requests = append(requests, listing(id))
	}
	items := sendBatch(t.Context(), t, newHandler(t, store), append(requests, creation(18), creation(19, "18"))...)
	length, answered := 0, 0
	for _, item := range items[:18] {
		length += len(item.Body)
		if item.Status == http.StatusOK {
			answered++
		} else if item.Status != http.StatusTooManyRequests || item.Headers["Retry-After"] != "1" {
			t.Errorf("list: %d %v", item.Status, item.Headers)
		}
	}
	if answered != 4 || store.read.Load() != 4 || length > 16<<20+5<<20 {
		t.Errorf("%d lists were read and %d answered, with %d bytes", store.read.Load(), answered, length)
	}
	if writes := statuses(items[18:]); !slices.Equal(writes, []int{http.StatusCreated, http.StatusCreated}) {
		t.Errorf("statuses of the writes %v", writes)
	}
}

func TestRequestsThatDependOnARefusedListAreNotTried(t *testing.T) {
	store := new(longLists)
	requests := []string{listing(0), listing(1, "0"), listing(2, "1"), listing(3, "2"), creation(4, "3"), listing(5, "4"), creation(6, "5")}
	items := sendBatch(t.Context(), t, newHandler(t, store), requests...)
	if got := statuses(items); !slices.Equal(got, []int{200, 200, 200, 200, 201, 429, 424}) {
		t.Errorf("statuses %v", got)
	}
	for id, there := range map[string]bool{"4": true, "6": false} {
		_, err := store.Get(t.Context(), "tenant", status.Key{App: strings.Split(exampleApp, "/")[4], ID: id})
		if (err == nil) != there {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// slowLists is a store that finishes a list when the test sends to next.
type slowLists struct {
	memory.Store
	reading atomic.Int32
	next    chan struct{}
}

func (s *slowLists) List(context.Context, string, status.Query) (status.Page, error) {
	s.reading.Add(1)
	<-s.next
	s.reading.Add(-1)
	return status.Page{}, nil
}

func TestOnlyAsManyListsAreReadAtATimeAsHaveRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowLists{next: make(chan struct{})}
		answered := make(chan []int)
		go func() {
			var requests []string
			for id := range 20 {
				requests = append(requests, listing(id))
			}
			answered <- statuses(sendBatch(t.Context(), t, newHandler(t, store), requests...))
		}()
		for range 20 {
			synctest.Wait()
			if n := store.reading.Load(); n > 4 || n < 1 {
				t.Errorf("%d lists are read at the same time, want 1 to 4", n)
			}
			store.next <- struct{}{}
		}
		if got := <-answered; !slices.Equal(got, slices.Repeat([]int{200}, 20)) {
			t.Errorf("statuses %v", got)
		}
	})
}
