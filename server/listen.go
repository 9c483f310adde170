package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"installstatus/api/status"
)

// listenFlags say where and how to listen.
type listenFlags struct {
	Addr string `default:"127.0.0.1:8080" help:"Where to listen (default ${default}). Port 0 takes a free one and prints it." placeholder:"HOST:PORT"`
}

// drainTime is how long requests in flight have when the process is told to stop.
const drainTime = 30 * time.Second

// listen opens the listener, and gives the address by which clients reach it.
func (f listenFlags) listen(ctx context.Context) (listener net.Listener, base string, err error) {
	if listener, err = new(net.ListenConfig).Listen(ctx, "tcp", f.Addr); err != nil {
		return nil, "", fmt.Errorf("listening on %s: %w; choose another --addr", f.Addr, err)
	}
	return listener, "http://" + listener.Addr().String(), nil
}

// serve answers on the listener until ctx ends, then answers what is in flight.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, store status.Store) error {
	var draining atomic.Bool
	server := &http.Server{
		Handler:           withHealth(handler, store, &draining),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // what it says repeats what clients sent
	}
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
