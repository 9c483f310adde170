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

// hurried are limits that a test can wait for, each clearly apart from the others.
func hurried() limits {
	return limits{header: 200 * time.Millisecond, request: 700 * time.Millisecond, answer: 1200 * time.Millisecond, idle: 400 * time.Millisecond, connections: 100}
}

// around fails unless something took as long as a limit, give or take what a busy machine needs.
func around(t testing.TB, limit, took time.Duration) {
	t.Helper()
	if took < limit-50*time.Millisecond || took > limit+time.Second {
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
	l := hurried()
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
		}{{l.request / 2, 200}, {time.Minute, 408}} {
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
	l := hurried()
	plain := listening(t, l.server(http.NotFoundHandler(), slog.Default()))
	secure, _ := encrypted(t, l.server(http.NotFoundHandler(), slog.Default()))
	for name, c := range map[string]struct {
		address, sends string
		limit          time.Duration
	}{
		"nothing":              {plain, "", l.header},
		"a part of a header":   {plain, "GET / HTTP/1.1\r\nHost: x\r\nX-A: ", l.header},
		"a second header":      {plain, "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET ", l.header},
		"no second request":    {plain, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", l.idle},
		"no handshake":         {strings.TrimPrefix(secure, "https://"), "", l.header},
		"a part of handshakes": {strings.TrimPrefix(secure, "https://"), "\x16\x03\x01\x02\x00\x01\x00", l.header},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connection, err := net.Dial("tcp", c.address)
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			began := time.Now()
			io.WriteString(connection, c.sends)
			if c.sends != "" && c.limit == l.header {
				go io.Copy(connection, &trickle{began.Add(time.Minute)})
			}
			io.Copy(io.Discard, connection)
			around(t, c.limit, time.Since(began))
		})
	}
}

func TestAConnectionOfHTTP2WithoutARequestIsClosed(t *testing.T) {
	t.Parallel()
	l := hurried()
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
	if took := time.Since(began); took < l.idle || took > l.idle+2*time.Second { // net/http gives it a second to say goodbye
		t.Errorf("it was open for %s", took)
	}
}

func TestABodyThatNobodyReadsHasTheTimeOfAHeader(t *testing.T) {
	t.Parallel()
	l := hurried()
	l.request, l.answer = time.Minute, 2*time.Minute
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
			l, gaveUp := hurried(), make(chan time.Duration, 1)
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
