package front

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// failing is a listener whose Accept returns an error.
type failing struct {
	net.Listener
	err error
}

func (f failing) Accept() (net.Conn, error) { return nil, f.err }

func TestFailuresToAcceptAreLoggedOnceASecond(t *testing.T) {
	for _, c := range []struct {
		name  string
		err   error
		lines int
	}{
		{"no file descriptor is free", errors.New("accept: too many open files"), 4},
		{"the server stops", net.ErrClosed, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			var logged bytes.Buffer
			listener := &loggingListener{Listener: failing{err: c.err}, log: slog.New(slog.NewTextHandler(&logged, nil))}
			for range 700 { // in 3.5 s
				if _, err := listener.Accept(); !errors.Is(err, c.err) {
					t.Fatal(err)
				}
				time.Sleep(5 * time.Millisecond)
			}
			if lines := strings.Count(logged.String(), "accepting a connection failed"); lines != c.lines {
				t.Errorf("%s: %d lines, want %d:\n%s", c.name, lines, c.lines, logged.String())
			}
		})
	}
}
