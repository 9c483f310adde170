package front

import (
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"installstatus/server/certs/certstest"
	"installstatus/server/front/fronttest"
)

// patient returns limits so long that no test waits for them. Each test shortens the one that it tests, so that a busy
// machine cannot run into another.
func patient() Limits {
	return Limits{Header: 2 * time.Minute, Request: 2 * time.Minute, Answer: 4 * time.Minute, Idle: 2 * time.Minute, Drain: 2 * time.Minute, Connections: 100}
}

// around fails the test unless took is about the limit; a busy machine may take longer.
func around(t testing.TB, limit, took time.Duration) {
	t.Helper()
	if took < limit-50*time.Millisecond || took > limit+time.Minute {
		t.Errorf("it took %s, want about %s", took.Round(time.Millisecond), limit)
	}
}

// reading reads the body, and answers 408 if that times out.
func reading(w http.ResponseWriter, r *http.Request) {
	_, err := io.Copy(io.Discard, r.Body)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.WriteHeader(http.StatusRequestTimeout)
	case err != nil:
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// encrypted serves HTTPS, in both versions of HTTP, and returns the URL and the file with the certificate.
func encrypted(t testing.TB, server *http.Server) (base, trusted string) {
	t.Helper()
	pair := certstest.NewPair(t, 1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.ServeTLS(listener, pair.Cert, pair.Key)
	t.Cleanup(func() { server.Close() })
	return "https://" + listener.Addr().String(), pair.Cert
}

// trickle is a body that sends a byte every 20 ms.
type trickle struct{ until time.Time }

func (s *trickle) Read(p []byte) (int, error) {
	time.Sleep(20 * time.Millisecond)
	if time.Now().After(s.until) {
		return 0, io.EOF
	}
	p[0] = ' '
	return 1, nil
}

func TestASlowBodyTimesOut(t *testing.T) {
	l := patient()
	l.Request = 2 * time.Second
	plain := "http://" + listening(t, l.Server(http.HandlerFunc(reading), slog.Default()))
	secure, trusted := encrypted(t, l.Server(http.HandlerFunc(reading), slog.Default()))
	for _, c := range []struct {
		name, base string
		client     *http.Client
	}{
		{"HTTP/1.1", plain, new(http.Client)},
		{"HTTP/1.1 over TLS", secure, certstest.Client(t, trusted, false)},
		{"HTTP/2", secure, certstest.Client(t, trusted, true)},
	} {
		for _, body := range []struct {
			lasts  time.Duration
			status int
		}{{l.Request / 20, 200}, {time.Hour, 408}} {
			t.Run(c.name+" "+body.lasts.String(), func(t *testing.T) {
				t.Parallel()
				began := time.Now()
				response, err := c.client.Post(c.base, "application/json", &trickle{began.Add(body.lasts)})
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if response.StatusCode != body.status {
					t.Errorf("%s %d", response.Proto, response.StatusCode)
				}
				around(t, min(body.lasts, l.Request), time.Since(began))
			})
		}
	}
}

func TestASlowHeaderTimesOut(t *testing.T) {
	short := patient()
	short.Header = 200 * time.Millisecond
	plain := listening(t, short.Server(http.NotFoundHandler(), slog.Default()))
	secure, _ := encrypted(t, short.Server(http.NotFoundHandler(), slog.Default()))
	for name, c := range map[string]struct{ address, sends string }{
		"nothing":              {plain, ""},
		"a part of a header":   {plain, "GET / HTTP/1.1\r\nHost: x\r\nX-A: "},
		"a second header":      {plain, "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET "},
		"no handshake":         {strings.TrimPrefix(secure, "https://"), ""},
		"a part of handshakes": {strings.TrimPrefix(secure, "https://"), "\x16\x03\x01\x02\x00\x01\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			took := untilClosed(t, c.address, c.sends, c.sends != "")
			around(t, short.Header, took)
		})
	}
}

func TestAnIdleConnectionIsClosed(t *testing.T) {
	t.Parallel()
	l := patient()
	l.Idle = 400 * time.Millisecond
	address := listening(t, l.Server(http.NotFoundHandler(), slog.Default()))
	around(t, l.Idle, untilClosed(t, address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", false))
}

// untilClosed sends the text, followed by a trickle if trickles is true, and returns how long the server kept the connection
// open.
func untilClosed(t *testing.T, address, sends string, trickles bool) time.Duration {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	began := time.Now()
	io.WriteString(connection, sends)
	if trickles {
		go io.Copy(connection, &trickle{began.Add(time.Hour)})
	}
	io.Copy(io.Discard, connection)
	return time.Since(began)
}

func TestAnIdleConnectionOfHTTP2IsClosed(t *testing.T) {
	t.Parallel()
	l := patient()
	l.Idle = 400 * time.Millisecond
	base, _ := encrypted(t, l.Server(http.NotFoundHandler(), slog.Default()))
	connection, err := tls.Dial("tcp", strings.TrimPrefix(base, "https://"), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	began := time.Now()
	io.WriteString(connection, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"+ // the preface and empty settings
		"\x00\x00\x10\x01\x00\x00\x00\x00\x01") // a header of 16 bytes that never arrive
	io.Copy(io.Discard, connection)
	around(t, l.Idle, time.Since(began))
}

func TestAnUnreadBodyTimesOutLikeAHeader(t *testing.T) {
	t.Parallel()
	l := patient()
	l.Header = 200 * time.Millisecond
	address := listening(t, l.Server(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}), slog.Default()))
	began := time.Now()
	status, _, _ := fronttest.Exchange(t, address, "PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
	if status != http.StatusUnauthorized {
		t.Error(status)
	}
	around(t, l.Header, time.Since(began))
}

func TestAnAnswerThatTheClientDoesNotReadTimesOut(t *testing.T) {
	for version, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			l, gaveUp := patient(), make(chan time.Duration, 1)
			l.Request, l.Answer = 700*time.Millisecond, 1200*time.Millisecond
			base, trusted := encrypted(t, l.Server(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				began, block := time.Now(), make([]byte, 1<<20)
				for {
					if _, err := w.Write(block); err != nil {
						gaveUp <- time.Since(began)
						return
					}
				}
			}), slog.Default()))
			response, err := certstest.Client(t, trusted, http2).Get(base)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			around(t, l.Answer, <-gaveUp)
		})
	}
}
