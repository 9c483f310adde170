package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"installstatus/api/status"
)

// listenFlags say where and how to listen.
type listenFlags struct {
	Addr           string         `default:"127.0.0.1:8080" help:"Where to listen (default ${default}). Port 0 takes a free one and prints it." placeholder:"HOST:PORT"`
	TrustedProxies []addressRange `help:"Reverse proxies, by address or range, whose X-Forwarded-For, -Proto and -Host are believed. Nobody's are by default." placeholder:"CIDR"`
	MaxConnections uint32         `help:"How many connections may be open at once; when there are more, those without a request give way (default: three quarters of the open files that the system allows, at most 10,000)." placeholder:"N"`
	tlsFlags       `embed:""`
}

// drainTime is how long requests in flight have when the process is told to stop.
const drainTime = 30 * time.Second

// listen opens the listener, and gives the address by which clients reach it. Without a security the connections are
// not encrypted.
func (f listenFlags) listen(ctx context.Context, security *tls.Config) (listener net.Listener, base string, err error) {
	if listener, err = new(net.ListenConfig).Listen(ctx, "tcp", f.Addr); err != nil {
		return nil, "", fmt.Errorf("listening on %s: %w; choose another --addr", f.Addr, err)
	}
	base = f.scheme() + "://" + reachedBy(f.Addr, listener.Addr().String())
	if security != nil {
		listener = tls.NewListener(listener, security)
	}
	return listener, base, nil
}

// reachedBy is the host that was asked for, which a certificate may be for, with the port that was opened.
func reachedBy(asked, opened string) string {
	host, _, err := net.SplitHostPort(asked)
	_, port, openedErr := net.SplitHostPort(opened)
	if err != nil || openedErr != nil {
		return opened
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// serve answers on the listener until ctx ends, then answers what is in flight.
func (f listenFlags) serve(ctx context.Context, listener net.Listener, handler http.Handler, store status.Store, log *slog.Logger) error {
	var draining atomic.Bool
	handler = withHealth(handler, store, &draining)
	handler = withOrigin(handler, f.scheme(), f.TrustedProxies)
	server := usualLimits(f.MaxConnections).server(handler, log)

	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		draining.Store(true)
		deadline, cancel := context.WithTimeout(context.Background(), drainTime)
		defer cancel()
		stopped <- server.Shutdown(deadline)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", listener.Addr(), err)
	}
	if err := <-stopped; err != nil {
		return fmt.Errorf("requests were still in flight after %s: %w", drainTime, err)
	}
	return nil
}
