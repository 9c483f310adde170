package front

import (
	"errors"
	"log/slog"
	"net"
	"time"
)

// loggingListener logs why no connection could be accepted, at most once a second: net/http retries, and its own messages are
// discarded.
type loggingListener struct {
	net.Listener
	log    *slog.Logger
	logged time.Time
}

// Accept implements net.Listener. Only one goroutine may call it.
func (l *loggingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		if now := time.Now(); now.Sub(l.logged) >= time.Second {
			l.logged = now
			l.log.Warn("accepting a connection failed", "error", err.Error())
		}
	}
	return conn, err
}
