// Package front serves HTTP to a hostile network. It limits how long a client may take and how many connections may be
// open, finds out where a request came from behind trusted proxies, answers health checks, and stops without cutting off
// requests in flight.
package front

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
)

// Serve serves until ctx ends. It then calls farewell, which may take its time, closes the listener and waits for the
// requests in flight, for at most l.Drain.
func (l Limits) Serve(ctx context.Context, server *http.Server, listener net.Listener, farewell func(), log *slog.Logger) error {
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		farewell()
		deadline, cancel := context.WithTimeout(context.Background(), l.Drain)
		defer cancel()
		stopped <- server.Shutdown(deadline)
	})
	if err := server.Serve(&loggingListener{Listener: listener, log: log}); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", listener.Addr(), err)
	}
	err := <-stopped
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("requests in flight cut off", "after", l.Drain.String())
		err = server.Close()
	}
	return err
}
