package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

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
	server := front.DefaultLimits(connections).Server(health.Handler(o.metrics.Handler()), log)
	go func() {
		if err := server.Serve(o); !errors.Is(err, http.ErrServerClosed) {
			log.Error("ops listener stopped", "error", err)
		}
	}()
	return server
}
