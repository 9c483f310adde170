package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/api/status/memory"
	"installstatus/server/auth"
	"installstatus/server/ops"
)

func TestAFaultIsLoggedAndARefusalIsNot(t *testing.T) {
	for _, c := range []struct {
		rule   string
		fault  error
		logged string
	}{
		{"no fault", nil, ""},
		{"a fault", fmt.Errorf("reading: %w", status.ErrUnavailable), `"msg":"fault","request_id":"1","error":"reading: the store is unavailable"`},
		{"a refusal", fmt.Errorf("reading: %w", status.ErrRefused), ""},
		{"a lack of memory", api.ErrNoMemory, `"msg":"memory for requests used up"`},
	} {
		logged := new(syncBuffer)
		exchanges := &exchangeLog{log: newLog(logged)}
		for range 2 {
			exchanges.add(api.Exchange{RequestID: "1", Fault: c.fault})
		}
		if line := logged.String(); !strings.Contains(line, c.logged) || (line == "") != (c.logged == "") {
			t.Errorf("%s is logged as %s", c.rule, line)
		}
		if lines := strings.Count(logged.String(), "memory"); lines > 1 {
			t.Errorf("%s is logged in %d lines", c.rule, lines)
		}
	}
}

// slowStore blocks a read until its context ends.
type slowStore struct{ memory.Store }

func (s *slowStore) Get(ctx context.Context, _ string, _ status.Key) (status.Status, error) {
	<-ctx.Done()
	return status.Status{}, ctx.Err()
}

func TestAClientThatLeavesIs499InLogAndMetricsAndNotAFault(t *testing.T) {
	logged, metrics := new(syncBuffer), ops.New()
	handler, err := api.New(new(slowStore), api.Options{
		Authenticate: func(*http.Request) (api.Caller, error) {
			return api.Caller{Tenant: tenantA, Scopes: []string{auth.WritePermission}}, nil
		},
		Observe: func(x api.Exchange) {
			(&exchangeLog{log: newLog(logged), requests: true}).add(x)
			metrics.Observe(x)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	ctx, leave := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer leave()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+statusPath("app", "id"), nil)
	if response, err := server.Client().Do(r); err == nil {
		response.Body.Close()
		t.Fatal("it was answered before the client left")
	}
	for began := time.Now(); !strings.Contains(logged.String(), `"msg":"request"`) && time.Since(began) < 10*time.Second; {
		time.Sleep(time.Millisecond)
	}
	if lines := logged.String(); strings.Count(lines, "\n") != 1 || !strings.Contains(lines, `"status":499`) {
		t.Errorf("the log is %s", lines)
	}
	w := httptest.NewRecorder()
	metrics.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	const route = "/beta/deviceAppManagement/mobileApps/{mobileAppId}/deviceStatuses/{mobileAppInstallStatusId}"
	if n := metric(strings.Split(w.Body.String(), "\n"), request("GET", route, 499)); n != "1" {
		t.Errorf("the metric is %q, want 1", n)
	}
}
