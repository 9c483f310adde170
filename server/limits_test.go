package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"installstatus/gen"
	"installstatus/server/auth"
	"installstatus/server/certs/certstest"
	"installstatus/server/front"
	"installstatus/server/front/fronttest"
)

func TestTheLargestRequestFitsAndALargerHeaderDoesNot(t *testing.T) {
	t.Parallel()
	pair := certstest.NewPair(t, 1)
	plain, secure := start(t), start(t, pairFlags(pair)...)
	secure.client = certstest.Client(t, pair.Cert, true)
	id := strings.Repeat("💾", 1024)
	for _, s := range []*testServer{plain, secure} {
		target := userStatusPath(id, id, id)
		s.create(t, target, `{}`)
		long := s.tokenOf(t, auth.Grant{Tenant: tenantA, Scope: auth.WritePermission + strings.Repeat(" Another.Permission.All", 500), Lifetime: time.Hour})
		if len(long) < 15<<10 || len(long) > 17<<10 {
			t.Fatalf("the token is %d long", len(long))
		}
		if a := s.do(t, call{target: target, body: `{}`, header: map[string]string{"Authorization": "Bearer " + long}}); a.status == http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: %d", s.base, a.status)
		}
	}
	request := "GET /beta HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", front.MaxHeader+8<<10) + "\r\n\r\n"
	if status, _, _ := fronttest.Exchange(t, strings.TrimPrefix(plain.base, "http://"), request); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header that is too long: %d", status)
	}
}

// Every operation declares 431, since a request within all limits of the contract may have too long a header.
func TestAValidRequestMayGetTheDeclared431(t *testing.T) {
	t.Parallel()
	pair := certstest.NewPair(t, 1)
	plain, secure := start(t), start(t, pairFlags(pair)...)
	secure.client = certstest.Client(t, pair.Cert, true)
	for _, c := range []struct {
		server      *testServer
		query       string
		header      int // lines of 1,000 characters
		contentType string
	}{
		{plain, "?$filter=" + strings.Repeat("%F0%9F%92%BE", 8192), 0, "text/plain; charset=utf-8"},
		{plain, "?$skiptoken=" + strings.Repeat("a", 50_000) + "&$filter=" + strings.Repeat("%20", 8192), 0, "text/plain; charset=utf-8"},
		{secure, "", 64, "text/html; charset=utf-8"},
	} {
		request, err := http.NewRequest(http.MethodGet, c.server.base+statusesPath("app")+c.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.header {
			request.Header.Add("X-"+strconv.Itoa(i), strings.Repeat("a", 1000))
		}
		a := c.server.send(t, request)
		if a.status != http.StatusRequestHeaderFieldsTooLarge || a.header.Get("Content-Type") != c.contentType || a.header.Get("request-id") != "" {
			t.Errorf("%.20s: %d %v", c.query, a.status, a.header)
		}
	}
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if declared := operation.Responses.Status(http.StatusRequestHeaderFieldsTooLarge); declared == nil || declared.Value.Headers != nil {
				t.Errorf("%s %s declares no 431 without headers", method, path)
			}
		}
	}
}

func TestAHeaderThatNeverEndsIsCutOff(t *testing.T) {
	t.Parallel()
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
			t.Fatal("the server still reads after 64 MiB")
		}
	}
	if answer, _ := bufio.NewReader(connection).ReadString('\n'); answer != "" && !strings.Contains(answer, "431") {
		t.Error(answer)
	}
}
