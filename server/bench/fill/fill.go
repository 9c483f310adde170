// Package fill makes the rows that a store of this server begins with.
package fill

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/bench/traffic"
)

// Store makes the rows, by the server's own API and by as many callers at once as an engine can use.
func Store(ctx context.Context, store status.Store, rows int) error {
	caller := api.Caller{Tenant: traffic.Tenant, Scopes: []string{"DeviceManagementApps.ReadWrite.All"}}
	handler, err := api.New(store, api.Options{Authenticate: func(*http.Request) (api.Caller, error) { return caller, nil }})
	if err != nil {
		return err
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	failed := make(chan error, 64)
	for range cap(failed) {
		wait.Go(func() {
			for n := int(next.Add(1)) - 1; n < rows; n = int(next.Add(1)) - 1 {
				if err := create(ctx, handler, n); err != nil {
					next.Store(int64(rows))
					failed <- err
					return
				}
			}
		})
	}
	wait.Wait()
	close(failed)
	return <-failed
}

func create(ctx context.Context, handler http.Handler, number int) error {
	row := traffic.Row(number)
	request, err := http.NewRequestWithContext(ctx, http.MethodPatch, traffic.Path(row), strings.NewReader(traffic.Body(row, number%traffic.Variants)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Prefer", "create-if-missing, return=minimal")
	answer := &answer{header: http.Header{}}
	if handler.ServeHTTP(answer, request); answer.status != http.StatusNoContent {
		return fmt.Errorf("making row %d: %d %s", number, answer.status, answer.body.String())
	}
	return nil
}

type answer struct {
	header http.Header
	status int
	body   strings.Builder
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(code int)        { a.status = code }
func (a *answer) Write(p []byte) (int, error) { return io.Writer(&a.body).Write(p) }
