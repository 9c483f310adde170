package main

import (
	"io"
	"log"
	"log/slog"
	"net/http"
	"time"
)

// limits are what one client may take of the server, however slowly it sends and reads. HTTP/1.1 and HTTP/2 have the same.
type limits struct {
	header      time.Duration // for a TLS handshake, then for the header of a request, then for a body that nobody reads
	request     time.Duration // for a whole request
	answer      time.Duration // from the header of a request to the end of its answer; more than request, so that a slow one is told
	idle        time.Duration // from one request to the next
	drain       time.Duration // from the end of the listening to the end of what is in flight
	connections int           // open at once
}

// maxHeader is how many bytes a request may have before its body. It has room for three ids of 1,024 characters with
// twelve bytes each (%F0%9F%92%BE), 36 KiB, and for a token of 16 KiB.
const maxHeader = 64 << 10

// usualLimits lets a body of the greatest length come in at 18 kB a second. If connections is 0, as many may be
// open as the limit of open files allows.
func usualLimits(connections uint32) limits {
	if connections == 0 {
		connections = uint32(min(10_000, openFiles()/4*3))
	}
	return limits{
		header:      10 * time.Second,
		request:     time.Minute,
		answer:      90 * time.Second,
		idle:        2 * time.Minute,
		drain:       30 * time.Second,
		connections: int(connections),
	}
}

// server is a server within the limits. In a body whose time is over, reading fails with os.ErrDeadlineExceeded.
func (l limits) server(handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           l.withoutUnreadBodies(handler),
		ReadHeaderTimeout: l.header,
		ReadTimeout:       l.request,
		WriteTimeout:      l.answer,
		IdleTimeout:       l.idle,
		MaxHeaderBytes:    maxHeader,
		ConnState:         newConnections(l.connections, logger).observe,
		ErrorLog:          log.New(io.Discard, "", 0), // what it says repeats what clients sent

		DisableGeneralOptionsHandler: true, // OPTIONS * is answered as any address that is none
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          100, // the least that RFC 9113 recommends
			MaxReadFrameSize:              16 << 10,
			MaxReceiveBufferPerConnection: 1 << 20,
			MaxReceiveBufferPerStream:     256 << 10,
			WriteByteTimeout:              l.answer - l.request, // a stream's own time does not end a connection that takes nothing
		},
	}
}

// withoutUnreadBodies shortens the time of a body that the handler left unread, as a 401 does: before net/http sends
// such an answer in HTTP/1.1, it waits for the rest of the body.
func (l limits) withoutUnreadBodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if r.ProtoMajor == 1 && r.Body != http.NoBody {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(l.header)) // it fails where there is no connection any more
		}
	})
}
