package front

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
)

// Health reports whether a server runs and whether it can serve.
type Health struct {
	ready    func(context.Context) error
	stopping atomic.Bool
}

// NewHealth returns the health of a server that can serve while ready returns nil. The text of its error is shown to anyone.
func NewHealth(ready func(context.Context) error) *Health { return &Health{ready: ready} }

// Stop makes the server report that it is not ready, and ask clients for new connections.
func (h *Health) Stop() { h.stopping.Store(true) }

// Handler answers /healthz and /readyz, without authentication, and passes every other request to next unchanged: a
// ServeMux would redirect paths that the API must see.
func (h *Health) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, body := http.StatusOK, "ok\n"
		switch r.URL.Path {
		default:
			next.ServeHTTP(w, r)
			return
		case "/healthz":
		case "/readyz":
			if h.stopping.Load() {
				code, body = http.StatusServiceUnavailable, "stopping\n"
			} else if err := h.ready(r.Context()); err != nil {
				code, body = http.StatusServiceUnavailable, err.Error()+"\n"
			}
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(code)
		io.WriteString(w, body)
	})
}

// Farewell closes each connection after its next answer while the server is stopping, so that the client's next request
// goes to another server. In HTTP/2, net/http turns the same header into a GOAWAY frame.
func (h *Health) Farewell(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
