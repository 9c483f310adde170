package main

import (
	"bufio"
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

	"installstatus/server/auth"
)

// patient are limits that no test waits for. Each test shortens the one that it is about, so that a machine which is busy
// cannot come to another.
func patient() limits {
	return limits{header: 2 * time.Minute, request: 2 * time.Minute, answer: 4 * time.Minute, idle: 2 * time.Minute, drain: 2 * time.Minute, connections: 100}
}

// around fails unless something took as long as a limit, or longer on a busy machine.
func around(t testing.TB, limit, took time.Duration) {
	t.Helper()
	if took < limit-50*time.Millisecond || took > limit+time.Minute {
		t.Errorf("it took %s, and the limit is %s", took.Round(time.Millisecond), limit)
	}
}

// reading answers 408 to a body whose time is over.
func reading(w http.ResponseWriter, r *http.Request) {
	_, err := io.Copy(io.Discard, r.Body)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.WriteHeader(http.StatusRequestTimeout)
	case err != nil:
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// encrypted serves in both versions of HTTP, and gives the base address and the file with the certificate.
func encrypted(t testing.TB, server *http.Server) (base, trusted string) {
	t.Helper()
	pair := newPair(t, 1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.ServeTLS(listener, pair.cert, pair.key)
	t.Cleanup(func() { server.Close() })
	return "https://" + listener.Addr().String(), pair.cert
}

// trickle is a body with a byte every 20 ms for a time.
type trickle struct{ until time.Time }

func (s *trickle) Read(p []byte) (int, error) {
	time.Sleep(20 * time.Millisecond)
	if time.Now().After(s.until) {
		return 0, io.EOF
	}
	p[0] = ' '
	return 1, nil
}

func TestASlowBodyHasTheTimeOfARequest(t *testing.T) {
	l := patient()
	l.request = 2 * time.Second
	plain := "http://" + listening(t, l.server(http.HandlerFunc(reading), slog.Default()))
	secure, trusted := encrypted(t, l.server(http.HandlerFunc(reading), slog.Default()))
	for _, c := range []struct {
		name, base string
		client     *http.Client
	}{
		{"HTTP/1.1", plain, new(http.Client)},
		{"HTTP/1.1 over TLS", secure, trusting(t, trusted, false)},
		{"HTTP/2", secure, trusting(t, trusted, true)},
	} {
		for _, body := range []struct {
			lasts  time.Duration
			status int
		}{{l.request / 20, 200}, {time.Hour, 408}} {
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
				around(t, min(body.lasts, l.request), time.Since(began))
			})
		}
	}
}

func TestASlowHeaderIsNotWaitedFor(t *testing.T) {
	short := patient()
	short.header = 200 * time.Millisecond
	plain := listening(t, short.server(http.NotFoundHandler(), slog.Default()))
	secure, _ := encrypted(t, short.server(http.NotFoundHandler(), slog.Default()))
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
			around(t, short.header, took)
		})
	}
}

func TestAConnectionWithoutASecondRequestIsClosed(t *testing.T) {
	t.Parallel()
	l := patient()
	l.idle = 400 * time.Millisecond
	address := listening(t, l.server(http.NotFoundHandler(), slog.Default()))
	around(t, l.idle, untilClosed(t, address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", false))
}

// untilClosed sends something, and then a byte now and then if it trickles, and says how long it took until the server closed
// the connection.
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

func TestAConnectionOfHTTP2WithoutARequestIsClosed(t *testing.T) {
	t.Parallel()
	l := patient()
	l.idle = 400 * time.Millisecond
	base, _ := encrypted(t, l.server(http.NotFoundHandler(), slog.Default()))
	connection, err := tls.Dial("tcp", strings.TrimPrefix(base, "https://"), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	began := time.Now()
	io.WriteString(connection, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"+ // the preface and empty settings
		"\x00\x00\x10\x01\x00\x00\x00\x00\x01") // a header of 16 bytes, of which none come
	io.Copy(io.Discard, connection)
	around(t, l.idle, time.Since(began))
}

func TestABodyThatNobodyReadsHasTheTimeOfAHeader(t *testing.T) {
	t.Parallel()
	l := patient()
	l.header = 200 * time.Millisecond
	address := listening(t, l.server(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}), slog.Default()))
	began := time.Now()
	status, _, _ := exchangeRaw(t, address, "PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
	if status != http.StatusUnauthorized {
		t.Error(status)
	}
	around(t, l.header, time.Since(began))
}

func TestAnAnswerThatNobodyReadsIsGivenUp(t *testing.T) {
	for version, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			l, gaveUp := patient(), make(chan time.Duration, 1)
			l.request, l.answer = 700*time.Millisecond, 1200*time.Millisecond
			base, trusted := encrypted(t, l.server(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				began, block := time.Now(), make([]byte, 1<<20)
				for {
					if _, err := w.Write(block); err != nil {
						gaveUp <- time.Since(began)
						return
					}
				}
			}), slog.Default()))
			response, err := trusting(t, trusted, http2).Get(base)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			around(t, l.answer, <-gaveUp)
		})
	}
}

func TestTheGreatestRequestFitsAndAGreaterHeaderDoesNot(t *testing.T) {
	pair := newPair(t, 1)
	plain, secure := start(t), start(t, pair.flags()...)
	secure.client = trusting(t, pair.cert, true)
	id := strings.Repeat("💾", 1024)
	for _, s := range []*testServer{plain, secure} {
		target := userStatusPath(id, id, id)
		s.create(t, target, `{}`)
		long := s.tokenOf(t, auth.Grant{Tenant: tenantA, Scope: writePermission + strings.Repeat(" Another.Permission.All", 500), Lifetime: time.Hour})
		if len(long) < 15<<10 || len(long) > 17<<10 {
			t.Fatalf("the token is %d long", len(long))
		}
		if a := s.do(t, call{target: target, body: `{}`, header: map[string]string{"Authorization": "Bearer " + long}}); a.status == http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: %d", s.base, a.status)
		}
	}
	request := "GET /beta HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", maxHeader+8<<10) + "\r\n\r\n"
	if status, _, _ := exchangeRaw(t, strings.TrimPrefix(plain.base, "http://"), request); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header that is too long: %d", status)
	}
}

func TestAHeaderThatNeverEndsIsCutOff(t *testing.T) {
	s := start(t)
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n")
	sent := 0
	for line := "X-A: " + strings.Repeat("a", 1000) + "\r\n"; ; sent += len(line) {
		if _, err := io.WriteString(connection, line); err != nil {
			break
		}
		if sent > 64<<20 {
			t.Fatal("it still reads after 64 MiB")
		}
	}
	if answer, _ := bufio.NewReader(connection).ReadString('\n'); answer != "" && !strings.Contains(answer, "431") {
		t.Error(answer)
	}
}
