package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/auth"
	"installstatus/server/front"
	"installstatus/server/ops"
)

// opsFlags say where an operator looks.
type opsFlags struct {
	OpsAddr string `help:"Also serve /metrics for Prometheus, /debug/pprof/, /healthz and /readyz, unencrypted and to everybody who can reach it, here. On loopback where only a port is given; nowhere by default." placeholder:"HOST:PORT"`
}

// opsListener is what an operator sees of a server; nil without --ops-addr.
type opsListener struct {
	metrics  *ops.Metrics
	listener net.Listener
	server   *http.Server // nil until it serves
}

// opsListener opens the listener. It serves nothing yet.
func (f opsFlags) opsListener(ctx context.Context, log *slog.Logger) (*opsListener, error) {
	if f.OpsAddr == "" {
		return nil, nil
	}
	host, port, err := net.SplitHostPort(f.OpsAddr)
	if err != nil {
		return nil, usageError{fmt.Errorf("--ops-addr must be HOST:PORT, or :PORT for loopback, and is %s", f.OpsAddr)}
	}
	if host == "" {
		host = "127.0.0.1"
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w; choose another --ops-addr", f.OpsAddr, err)
	}
	if !auth.IsLoopback(host) {
		log.Warn("--ops-addr is not on loopback: everybody who can reach it sees metrics and profiles", "addr", f.OpsAddr)
	}
	return &opsListener{metrics: ops.New(), listener: listener}, nil
}

// store is the store with its calls measured, where there is somebody to look.
func (o *opsListener) store(of status.Store) status.Store {
	if o == nil {
		return of
	}
	return o.metrics.Store(of)
}

// observing is an observer that also counts.
func (o *opsListener) observing(observe func(api.Exchange)) func(api.Exchange) {
	if o == nil {
		return observe
	}
	return func(x api.Exchange) {
		observe(x)
		o.metrics.Observe(x)
	}
}

// active counts the requests in a handler.
func (o *opsListener) active(handler http.Handler) http.Handler {
	if o == nil {
		return handler
	}
	return o.metrics.Active(handler)
}

// lookups counts those of the cache of verified tokens.
func (o *opsListener) lookups(verifier *auth.Verifier) {
	if o != nil {
		o.metrics.Lookups(verifier.Lookups)
	}
}

// serve begins to serve; close ends it.
func (o *opsListener) serve(health *front.Health, log *slog.Logger) {
	if o == nil {
		return
	}
	const connections = 100
	o.server = front.DefaultLimits(connections).Server(health.Handler(o.metrics.Handler()), log)
	go func() {
		if err := o.server.Serve(o.listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("ops listener stopped", "error", err)
		}
	}()
}

func (o *opsListener) close() {
	if o == nil {
		return
	}
	if o.server != nil {
		o.server.Close() // before its listener, whose end it would take for a failure
	}
	o.listener.Close()
}
