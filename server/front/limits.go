package front

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Limits bound what one client may take of the server, however slowly it sends and reads. They are the same for HTTP/1.1
// and HTTP/2.
type Limits struct {
	Header      time.Duration // for a TLS handshake, for the header of a request, and for a body that the handler left unread
	Request     time.Duration // for a whole request
	Answer      time.Duration // from the header of a request to the end of its answer; longer than Request, so that a slow client is told
	Idle        time.Duration // between two requests
	Drain       time.Duration // for the requests in flight when the server stops
	Connections int           // open at once
}

// MaxHeader is the maximum number of bytes of a request before its body. It has room for three ids of 1,024 characters
// with twelve bytes each (%F0%9F%92%BE), 36 KiB, and for a token of 16 KiB.
const MaxHeader = 64 << 10

// spareFiles is how many files are left for what opens one now and then: keys of an issuer, certificates, profiles.
const spareFiles = 32

// DefaultLimits returns limits that let a body of the maximum length arrive at 18 kB a second. If connections is 0, the number of
// connections follows from how many files the process may open beside those that it has open and those that are reserved, such as
// for the connections of a store.
func DefaultLimits(connections uint32, reserved uint) Limits {
	if connections == 0 {
		free := freeFiles()
		connections = uint32(max(1, min(10_000, free-min(free, spareFiles+reserved))))
	}
	return Limits{
		Header:      10 * time.Second,
		Request:     time.Minute,
		Answer:      90 * time.Second,
		Idle:        2 * time.Minute,
		Drain:       30 * time.Second,
		Connections: int(connections),
	}
}

// Server returns a server within the limits. After l.Request, reading a body fails with os.ErrDeadlineExceeded.
func (l Limits) Server(handler http.Handler, logger *slog.Logger) *http.Server {
	open := newConnections(l.Connections, logger)
	return &http.Server{
		Handler:           l.limitUnreadBodies(handler, open),
		ReadHeaderTimeout: l.Header,
		ReadTimeout:       l.Request,
		WriteTimeout:      l.Answer,
		IdleTimeout:       l.Idle,
		MaxHeaderBytes:    MaxHeader,
		ConnState:         open.observe,
		ConnContext:       withConnection,
		ErrorLog:          log.New(io.Discard, "", 0), // net/http's messages repeat what clients sent

		DisableGeneralOptionsHandler: true, // OPTIONS * is answered like any unknown address
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          100, // the minimum that RFC 9113 recommends
			MaxReadFrameSize:              16 << 10,
			MaxReceiveBufferPerConnection: 1 << 20,
			MaxReceiveBufferPerStream:     256 << 10,
			WriteByteTimeout:              l.Answer - l.Request, // a stream's own timeout does not end a connection that accepts no data
		},
	}
}

// connectionKey is the key of a request's net.Conn in its context.
type connectionKey struct{}

func withConnection(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, conn)
}

// limitUnreadBodies shortens the timeout of a body that the handler left unread, as a 401 does, and lets its connection give way:
// net/http waits for the rest of the body before it sends such an answer in HTTP/1.1.
func (l Limits) limitUnreadBodies(next http.Handler, open *connections) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 1 || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		read := &body{ReadCloser: r.Body}
		copied := *r // net/http looks at the body of its own request, to know whether the client waits for 100 Continue
		copied.Body = read
		next.ServeHTTP(w, &copied)
		if read.ended {
			return
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(l.Header)) // fails if the connection is gone
		if conn, ok := r.Context().Value(connectionKey{}).(net.Conn); ok {
			open.drain(conn)
		}
	})
}

// body knows whether it was read to its end.
type body struct {
	io.ReadCloser
	ended bool
}

func (b *body) Read(p []byte) (n int, err error) {
	n, err = b.ReadCloser.Read(p)
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, err
}
