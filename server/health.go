package main

import (
	"io"
	"net/http"
	"sync/atomic"

	"installstatus/api/status"
)

// withHealth answers /healthz and /readyz, to anybody, and hands everything else on as it is: a ServeMux would redirect
// paths that the API must see.
func withHealth(next http.Handler, store status.Store, draining *atomic.Bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, body := http.StatusOK, "ok\n"
		switch r.URL.Path {
		default:
			next.ServeHTTP(w, r)
			return
		case "/healthz":
		case "/readyz":
			if draining.Load() {
				code, body = http.StatusServiceUnavailable, "stopping\n"
			} else if err := store.Ready(r.Context()); err != nil {
				code, body = http.StatusServiceUnavailable, "the store is unavailable\n"
			}
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(code)
		io.WriteString(w, body)
	})
}
