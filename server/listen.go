package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"installstatus/server/front"
)

// listenFlags configure the listener.
type listenFlags struct {
	Addr           string               `default:"127.0.0.1:8080" help:"Where to listen (default ${default}). Port 0 picks a free port and prints it." placeholder:"HOST:PORT"`
	TrustedProxies []front.AddressRange `help:"Reverse proxies, by address or range, whose X-Forwarded-For, -Proto and -Host are believed (default: none)." placeholder:"CIDR"`
	MaxConnections uint32               `help:"How many connections may be open at once; at the limit, a new connection closes the one idle longest (default: what the limit of open files leaves beside the store's, at most 10,000)." placeholder:"N"`
	DrainDelay     time.Duration        `default:"0s" help:"How long to keep serving after a signal to stop while /readyz fails, so that load balancers stop sending requests here (default ${default})." placeholder:"DURATION"`
	tlsFlags       `embed:""`
}

// listen opens the listener and returns the URL at which clients reach it. A nil security means plain HTTP.
func (f listenFlags) listen(ctx context.Context, security *tls.Config) (listener net.Listener, base string, err error) {
	if listener, err = new(net.ListenConfig).Listen(ctx, "tcp", f.Addr); err != nil {
		return nil, "", fmt.Errorf("listening on %s: %w; choose another --addr", f.Addr, err)
	}
	base = f.scheme() + "://" + reachableAt(f.Addr, listener.Addr().String())
	if security != nil {
		listener = tls.NewListener(listener, security)
	}
	return listener, base, nil
}

// reachableAt combines the host of --addr, which the certificate may name, with the port that was opened.
func reachableAt(asked, opened string) string {
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

// serve serves until ctx ends, with so many file descriptors reserved for the store. It then reports that it is not ready, keeps serving for DrainDelay, and answers the requests
// in flight.
func (f listenFlags) serve(ctx context.Context, listener net.Listener, handler http.Handler, health *front.Health, reserved uint, log *slog.Logger) error {
	handler = health.Handler(health.Farewell(handler))
	handler = front.ForBrowsers(handler, f.TLSCert != "")
	handler = front.WithOrigin(handler, f.scheme(), f.TrustedProxies)
	limits := front.DefaultLimits(f.MaxConnections, reserved)
	return limits.Serve(ctx, limits.Server(handler, log), listener, func() {
		health.Stop()
		time.Sleep(f.DrainDelay)
	}, log)
}
