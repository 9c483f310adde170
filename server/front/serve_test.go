package front

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"installstatus/server/front/fronttest"
)

func TestAStoppingServerWaitsForRequestsInFlightUpToALimit(t *testing.T) {
	for rule, c := range map[string]struct {
		drain    time.Duration
		rest     string // of the body, sent after the server is told to stop
		answer   string
		warnings int
	}{
		"a request that ends in time is answered": {time.Hour, strings.Repeat("x", 99), "HTTP/1.1 200 OK", 0},
		"a request that stalls is cut off":        {100 * time.Millisecond, "", "", 1},
	} {
		t.Run(rule, func(t *testing.T) {
			l, logged, began := patient(), new(bytes.Buffer), make(chan struct{})
			l.Drain = c.drain
			log := slog.New(slog.NewTextHandler(logged, nil))
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			server := l.Server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				close(began)
				reading(w, r)
			}), log)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- l.Serve(ctx, server, listener, func() {}, log) }()
			connection := fronttest.Dial(t, listener.Addr().String(), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx")
			<-began
			stop()
			time.Sleep(50 * time.Millisecond)
			io.WriteString(connection, c.rest)
			select {
			case err := <-ended:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("the server does not stop")
			}
			connection.SetReadDeadline(time.Now().Add(20 * time.Second))
			answer, _ := io.ReadAll(connection)
			if line, _, _ := strings.Cut(string(answer), "\r\n"); line != c.answer {
				t.Errorf("the answer is %q", line)
			}
			if lines := logged.String(); strings.Count(lines, "\n") != c.warnings || strings.Count(lines, "level=WARN") != c.warnings {
				t.Errorf("the log is %s", lines)
			}
		})
	}
}
