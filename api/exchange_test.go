package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"installstatus/api"
	"installstatus/api/status"
)

func TestAClientThatDisconnectedIsNotAFault(t *testing.T) {
	left, leave := context.WithCancel(t.Context())
	leave()
	expired, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	for _, c := range []struct {
		rule   string
		ctx    context.Context
		err    error
		status int
		fault  bool
	}{
		{"disconnected, and its call was canceled", left, context.Canceled, api.StatusClientClosedRequest, false},
		{"disconnected, and its call failed", left, status.ErrUnavailable, 503, true},
		{"disconnected, and the response is not a 5xx", left, status.ErrNotFound, 404, false},
		{"connected, and its call was canceled", t.Context(), context.Canceled, 503, true},
		{"the deadline of the request has passed", expired, context.DeadlineExceeded, 503, true},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var seen []api.Exchange
			handler, err := api.New(&failing{err: c.err}, api.Options{Authenticate: allowAll, Observe: func(x api.Exchange) { seen = append(seen, x) }})
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, exampleTarget, nil).WithContext(c.ctx))
			if len(seen) != 1 || seen[0].Status != c.status || (seen[0].Fault != nil) != c.fault {
				t.Errorf("observed %+v", seen)
			}
			if c.fault && !errors.Is(seen[0].Fault, c.err) {
				t.Errorf("fault %v, want %v", seen[0].Fault, c.err)
			}
			if sent := c.status; w.Code != sent && (sent != api.StatusClientClosedRequest || w.Code != http.StatusServiceUnavailable) {
				t.Errorf("status %d was sent", w.Code)
			}
		})
	}
}

func TestABatchWhoseClientDisconnectedHasNoFaults(t *testing.T) {
	left, leave := context.WithCancel(t.Context())
	leave()
	observed := make(chan api.Exchange, 3)
	handler, err := api.New(&failing{err: context.Canceled}, api.Options{Authenticate: allowAll, Observe: func(x api.Exchange) { observed <- x }})
	if err != nil {
		t.Fatal(err)
	}
	url := strings.TrimPrefix(exampleTarget, "/beta")
	r := httptest.NewRequest(http.MethodPost, "/beta/$batch", strings.NewReader(`{"requests":[{"id":"1","method":"GET","url":"`+url+`"},{"id":"2","method":"GET","url":"`+url+`"}]}`))
	r.Header.Set("Content-Type", "application/json")
	handler.ServeHTTP(httptest.NewRecorder(), r.WithContext(left))
	var statuses []int
	for range 3 {
		x := <-observed
		if x.Fault != nil {
			t.Errorf("fault %v, want none", x.Fault)
		}
		statuses = append(statuses, x.Status)
	}
	if slices.Sort(statuses); !slices.Equal(statuses, []int{200, api.StatusClientClosedRequest, api.StatusClientClosedRequest}) {
		t.Errorf("observed %v", statuses)
	}
}
