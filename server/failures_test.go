package main

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
)

func TestFailedLoginsAreLimitedByTheClientsRealAddress(t *testing.T) {
	target := statusPath("app", "id")
	fails := func(headers map[string]string) call {
		c := call{method: http.MethodGet, target: target, header: map[string]string{"Authorization": "Bearer x"}}
		for name, value := range headers {
			c.header[name] = value
		}
		return c
	}
	direct := start(t)
	proxied := start(t, "--trusted-proxies", "127.0.0.1")
	for i := range 1000 {
		lie := map[string]string{"X-Forwarded-For": fmt.Sprintf("2001:db8:%x::1", i), "Forwarded": fmt.Sprint("for=192.0.2.", i%256), "X-Real-IP": fmt.Sprint("192.0.2.", i%256)}
		if a := direct.do(t, fails(lie)); a.status != http.StatusUnauthorized {
			t.Fatalf("failure %d: %d", i, a.status)
		}
		lie["X-Forwarded-For"] = "192.0.2.7" // as the proxy reports
		if a := proxied.do(t, fails(lie)); a.status != http.StatusUnauthorized {
			t.Fatalf("failure %d behind a proxy: %d", i, a.status)
		}
	}
	for _, c := range []struct {
		rule   string
		server *testServer
		call   call
		status int
	}{
		{"a client that claims another address", direct, fails(map[string]string{"X-Forwarded-For": "198.51.100.1"}), 429},
		{"an unknown path", direct, call{method: http.MethodGet, target: "/beta/x", header: map[string]string{"Authorization": ""}}, 429},
		{"a batch", direct, call{method: http.MethodPost, target: batchPath, body: `{"requests":[]}`, header: map[string]string{"Authorization": ""}}, 429},
		{"a token that is accepted", direct, call{target: target, body: `{}`, header: map[string]string{"Prefer": "create-if-missing"}}, 201},
		{"behind a proxy, the client that failed", proxied, fails(map[string]string{"X-Forwarded-For": "192.0.2.7"}), 429},
		{"the same client with a claimed address", proxied, fails(map[string]string{"X-Forwarded-For": "198.51.100.1, 192.0.2.7"}), 429},
		{"and another client", proxied, fails(map[string]string{"X-Forwarded-For": "192.0.2.8"}), 401},
		{"and the proxy itself", proxied, fails(nil), 401},
	} {
		t.Run(c.rule, func(t *testing.T) {
			a := c.server.do(t, c.call)
			if a.status != c.status {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if a.status != http.StatusTooManyRequests {
				return
			}
			if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || seconds < 1 || seconds > 60 {
				t.Errorf("Retry-After: %s", a.header.Get("Retry-After"))
			}
			if p := a.problem(t); p.Code != "TooManyRequests" || p.Message != exampleMessage(t, "failedLogins") {
				t.Errorf("%s: %s", p.Code, p.Message)
			}
		})
	}
}
