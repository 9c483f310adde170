package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

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
