package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"

	"installstatus/server/auth"
	"installstatus/server/front"
	"installstatus/server/ops"
)

// opsFlags configure the operators' listener.
type opsFlags struct {
	OpsAddr string `help:"Also serve /metrics for Prometheus, /debug/pprof/, /healthz and /readyz at this address, unencrypted and to anyone who can reach it. A port alone means loopback (default: nowhere)." placeholder:"HOST:PORT"`
}

// opsListener is where operators see the metrics of a server.
type opsListener struct {
	net.Listener
	metrics *ops.Metrics
}

func (f opsFlags) openOpsListener(ctx context.Context, log *slog.Logger) (*opsListener, error) {
	host, port, err := net.SplitHostPort(f.OpsAddr)
	if err != nil {
		return nil, usageError{fmt.Errorf("--ops-addr must be HOST:PORT, or :PORT for loopback, not %s", f.OpsAddr)}
	}
	if host == "" {
		host = "127.0.0.1"
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w; choose another --ops-addr", f.OpsAddr, err)
	}
	if !auth.IsLoopback(host) {
		log.Warn("--ops-addr is not on loopback: anyone who can reach it sees metrics and profiles", "addr", f.OpsAddr)
	}
	return &opsListener{Listener: listener, metrics: ops.New()}, nil
}

// serve starts to serve. The returned server ends it.
func (o *opsListener) serve(health *front.Health, log *slog.Logger) *http.Server {
	const connections = 100
	handler := o.checkHost(front.ForBrowsers(health.Handler(o.metrics.Handler()), false))
	server := front.DefaultLimits(connections, 0).Server(handler, log)
	go func() {
		if err := server.Serve(o); !errors.Is(err, http.ErrServerClosed) {
			log.Error("ops listener stopped", "error", err)
		}
	}()
	return server
}

// checkHost refuses the names of other hosts if the listener is on loopback: a site can point its name here to read what its page
// may not (DNS rebinding). Elsewhere, the names that operators use are unknown.
func (o *opsListener) checkHost(next http.Handler) http.Handler {
	if address, _, err := net.SplitHostPort(o.Addr().String()); err != nil || !auth.IsLoopback(address) {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host := (&url.URL{Host: r.Host}).Hostname(); !auth.IsLoopback(host) && net.ParseIP(host) == nil {
			http.Error(w, "the Host header must be localhost or an IP address", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
