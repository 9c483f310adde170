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
	DrainDelay     time.Duration  `default:"0s" help:"When told to stop, how long to go on serving while /readyz says no, so that a balancer sends nobody here any more (default ${default})." placeholder:"DURATION"`
	tlsFlags       `embed:""`
}

// listen opens the listener, and gives the address by which clients reach it. A nil security means plain HTTP.
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

// withFarewell asks clients for another connection while the server is stopping, so that their next request goes to a server
// that stays. HTTP/2 has its own way of saying so, which net/http takes from the same header.
func withFarewell(next http.Handler, draining *atomic.Bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if draining.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// serve answers on the listener until ctx ends. Then it says that it is not ready any more, goes on for as long as is wanted,
// and answers what is in flight. The operators' listener is served until all of that is over.
func (f listenFlags) serve(ctx context.Context, listener net.Listener, handler http.Handler, store status.Store, operators *opsListener, log *slog.Logger) error {
	var draining atomic.Bool
	operators.serve(store, &draining, log)
	handler = withHealth(withFarewell(handler, &draining), store, &draining)
	handler = withOrigin(handler, f.scheme(), f.TrustedProxies)
	l := usualLimits(f.MaxConnections)
	return l.serve(ctx, l.server(handler, log), listener, func() {
		draining.Store(true)
		time.Sleep(f.DrainDelay)
	}, log)
}

// serve serves until ctx ends and farewell has returned. What is in flight then is answered, or cut off when its time is over.
func (l limits) serve(ctx context.Context, server *http.Server, listener net.Listener, farewell func(), log *slog.Logger) error {
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		farewell()
		deadline, cancel := context.WithTimeout(context.Background(), l.drain)
		defer cancel()
		stopped <- server.Shutdown(deadline)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", listener.Addr(), err)
	}
	err := <-stopped
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("requests that were still in flight are cut off", "after", l.drain.String())
		err = server.Close()
	}
	return err
}
