package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"installstatus/api/status"
	"installstatus/server/front"
)

// notReady is a store that can only say whether it is ready.
type notReady struct {
	status.Store
	err error
}

func (s notReady) Ready(context.Context) error { return s.err }

func TestReadyzSaysWhyTheServerIsNotReadyAndNoMore(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		status int
		body   string
	}{
		{"ready", nil, http.StatusOK, "ok\n"},
		{"the database is away", fmt.Errorf("dial 192.0.2.1: %w", status.ErrUnavailable), http.StatusServiceUnavailable, "the store is unavailable\n"},
		{"writes wait for a standby", fmt.Errorf("standby 192.0.2.1: %w", status.ErrWritesWait), http.StatusServiceUnavailable, "writes wait to become durable; reads are answered\n"},
	} {
		answer := httptest.NewRecorder()
		front.NewHealth(readiness(notReady{err: c.err})).Handler(nil).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		if answer.Code != c.status || answer.Body.String() != c.body {
			t.Errorf("%s: %d %s", c.name, answer.Code, answer.Body)
		}
	}
}
