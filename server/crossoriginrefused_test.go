package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"installstatus/server/auth/devtoken"
)

// Browsers send one Origin. Servers disagree about which of several counts.
func TestSeveralOriginsAreNone(t *testing.T) {
	t.Parallel()
	target := statusPath("app", "id")
	for _, s := range []*testServer{start(t), start(t, "--allow-origin", "https://app.example")} {
		for _, origins := range [][]string{
			{"https://app.example", anyOrigin},
			{anyOrigin, "https://app.example"},
			{"https://app.example", "https://app.example"},
			{"http://localhost:3000", "http://localhost:3000"},
			{s.base, anyOrigin},
			{"", "https://app.example"},
			{"null", "https://app.example"},
		} {
			for _, c := range []struct {
				method, target string
				status         int
			}{
				{http.MethodOptions, target, http.StatusUnauthorized},
				{http.MethodPatch, target, http.StatusUnauthorized},
				{http.MethodOptions, devtoken.Path, http.StatusMethodNotAllowed},
				{http.MethodPost, devtoken.Path, http.StatusForbidden},
			} {
				request, err := http.NewRequest(c.method, s.base+c.target, http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				request.Header = http.Header{"Origin": origins, "Access-Control-Request-Method": {http.MethodPatch}, "Content-Type": {"application/x-www-form-urlencoded"}}
				response, err := s.client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if response.StatusCode != c.status || response.Header.Get("Vary") != "Origin" {
					t.Errorf("%s %s of %q: %d, Vary: %s, want %d", c.method, c.target, origins, response.StatusCode, response.Header.Get("Vary"), c.status)
				}
				checkUnreadable(t, c.target, response.Header)
			}
		}
	}
}

// A site can point its name here, so that its page is of the same origin and can send any header. The browser sets Origin.
func TestAPageCannotReplaceItsHostByAHeader(t *testing.T) {
	t.Parallel()
	for _, s := range []*testServer{start(t), start(t, "--trusted-proxies", "127.0.0.1")} {
		for _, origin := range []string{"http://evil.example:8080", "null"} {
			for _, name := range []string{"X-Forwarded-Host", "Forwarded", "X-Host"} {
				a := s.browse(t, http.MethodPost, devtoken.Path, origin, map[string]string{
					name: "localhost:8080", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded",
				})
				if a.status != http.StatusForbidden {
					t.Errorf("%s from %s: %d %s", name, origin, a.status, a.body)
				}
				checkUnreadable(t, devtoken.Path, a.header)
			}
		}
	}
}

// checkUnreadable checks that pages of other origins cannot read a response.
func checkUnreadable(t *testing.T, target string, header http.Header) {
	t.Helper()
	for name := range header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s: %s: %s", target, name, header.Get(name))
		}
	}
}

func TestPagesOfOtherOriginsReadOnlyTheAPI(t *testing.T) {
	t.Parallel()
	s := start(t, "--ops-addr", "127.0.0.1:0", "--allow-origin", "https://app.example")
	for _, origin := range []string{anyOrigin, "https://app.example", "http://localhost:3000", "null", s.base} {
		for _, target := range []string{"/", "/docs", "/openapi.yaml", "/web/properties.json", "/docs/swagger-ui-bundle.js", "/healthz", "/readyz"} {
			a := s.browse(t, http.MethodGet, target, origin, nil)
			if a.status != http.StatusOK {
				t.Errorf("%s: %d", target, a.status)
			}
			checkUnreadable(t, target, a.header)
		}
		for _, target := range []string{"/healthz", "/readyz", "/metrics", "/debug/pprof/"} {
			request, err := http.NewRequest(http.MethodGet, s.opsAddress(t)+target, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Origin", origin)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			checkUnreadable(t, target, response.Header)
		}
		// A page can read that a path is not served, such as an SDK's /v1.0.
		for _, target := range []string{"/v1.0/deviceAppManagement", "/nope", "/metrics"} {
			if a := s.browse(t, http.MethodGet, target, origin, nil); a.status != http.StatusNotFound || a.header.Get("Access-Control-Allow-Origin") != origin {
				t.Errorf("%s: %d %v", target, a.status, a.header)
			}
		}
	}
}

// A page reads that it has sent too much, and when to go on. Its preflights are answered all the same, and count nowhere.
func TestPagesReadRefusalsForLoad(t *testing.T) {
	t.Parallel()
	target := statusPath("app", "id")
	for rule, c := range map[string]struct {
		server *testServer
		call   call
		limit  int
	}{
		"Intune's limits":     {start(t, "--throttle", "intune"), call{target: target, body: `{}`}, 100},
		"too many bad tokens": {start(t), call{method: http.MethodGet, target: target, header: map[string]string{"Authorization": "Bearer x"}}, 1000},
	} {
		t.Run(rule, func(t *testing.T) {
			header := map[string]string{"Origin": anyOrigin}
			maps.Copy(header, c.call.header)
			c.call.header = header
			for i := range c.limit + 1 {
				if i%100 == 99 {
					c.server.checkPreflight(t, target)
				}
				a := c.server.do(t, c.call)
				if (a.status == http.StatusTooManyRequests) != (i == c.limit) {
					t.Fatalf("request %d: %d %s", i, a.status, a.body)
				}
				checkReadable(t, a, "Retry-After")
			}
			c.server.checkPreflight(t, target)
		})
	}
}

// checkPreflight checks that the server allows a page to change something.
func (s *testServer) checkPreflight(t *testing.T, target string) {
	t.Helper()
	a := s.browse(t, http.MethodOptions, target, anyOrigin, map[string]string{"Access-Control-Request-Method": http.MethodPatch})
	if a.status != http.StatusNoContent || a.header.Get("Access-Control-Allow-Methods") != http.MethodPatch {
		t.Errorf("preflight: %d %v", a.status, a.header)
	}
}

// checkReadable checks that a page can read a response and the named header, and that caches keep it for this page only.
func checkReadable(t *testing.T, a answered, name string) {
	t.Helper()
	exposed := strings.Split(a.header.Get("Access-Control-Expose-Headers"), ", ")
	if a.header.Get("Access-Control-Allow-Origin") != anyOrigin || !slices.Contains(exposed, name) || !slices.Contains(a.header.Values("Vary"), "Origin") {
		t.Errorf("%d: a page cannot read %s: %v", a.status, name, a.header)
	}
}
