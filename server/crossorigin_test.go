package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"installstatus/api"
	"installstatus/server/auth/devtoken"
)

// browse sends a request as a browser does for a page of the origin: with none of the program's headers, and without a token.
func (s *testServer) browse(t *testing.T, method, target, origin string, header map[string]string) answered {
	t.Helper()
	request, err := http.NewRequest(method, s.base+target, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", origin)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if credentials := response.Header.Get("Access-Control-Allow-Credentials"); credentials != "" {
		t.Errorf("%s %s: Access-Control-Allow-Credentials: %s", method, target, credentials)
	}
	return answered{status: response.StatusCode, header: response.Header, body: string(body)}
}

// startWithoutDev starts a server that trusts an issuer of its own.
func startWithoutDev(t *testing.T, args ...string) *testServer {
	t.Helper()
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys.json")
	newTestIssuer(t).save(t, keys)
	return startIn(t, dir, append([]string{"--dev=false", "--jwks-file", keys, "--issuer", "https://issuer.example/"}, args...)...)
}

const anyOrigin = "https://evil.example"

func TestWhichPagesCallTheAPIAndGetTokens(t *testing.T) {
	t.Parallel()
	servers := map[string]*testServer{
		"--dev":                start(t),
		"--dev --allow-origin": start(t, "--allow-origin", "https://app.example,https://b.example:8443", "--allow-origin", "http://[2001:db8::1]"),
		"":                     startWithoutDev(t),
		"--allow-origin":       startWithoutDev(t, "--allow-origin", "https://app.example,https://b.example:8443", "--allow-origin", "http://[2001:db8::1]"),
	}
	for _, c := range []struct {
		origin        string
		listed, local bool // --allow-origin names it; it is of this machine
	}{
		{"https://app.example", true, false},
		{"https://b.example:8443", true, false},
		{"http://[2001:db8::1]", true, false},
		{"http://localhost:3000", false, true},
		{"https://localhost", false, true},
		{"http://127.0.0.1:5173", false, true},
		{"http://127.8.9.10", false, true},
		{"https://[::1]:8443", false, true},
		{anyOrigin, false, false},
		{"null", false, false},
		{"https://APP.example", false, false},
		{"http://app.example", false, false},
		{"https://app.example:443", false, false},
		{"https://app.example:8443", false, false},
		{"https://app.example.", false, false},
		{"https://app.example.evil.example", false, false},
		{"https://evil-app.example", false, false},
		{"https://app.example@evil.example", false, false},
		{"https://app.example, https://b.example:8443", false, false},
		{"http://localhost.evil.example", false, false},
		{"http://evil.localhost", false, false},
		{"http://localhost.", false, false},
		{"http://127.0.0.1.evil.example", false, false},
		{"http://[::1%25lo]", false, false},
		{"file://", false, false},
		{"*", false, false},
	} {
		for flags, s := range servers {
			dev := strings.HasPrefix(flags, "--dev")
			listed := c.listed && strings.HasSuffix(flags, "--allow-origin")
			t.Run(flags+" "+c.origin, func(t *testing.T) {
				s.checkPage(t, statusPath("app", "id"), http.MethodPatch, c.origin, dev || listed, http.StatusUnauthorized)
				if dev {
					s.checkToken(t, c.origin, c.local || listed)
				}
			})
		}
	}
}

// checkPage checks what a page of the origin is told in a preflight, and in the response to its request, which has no token.
func (s *testServer) checkPage(t *testing.T, target, method, origin string, allowed bool, refused int) {
	t.Helper()
	asked := map[string]string{"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type,if-match,sdkversion"}
	preflight := s.browse(t, http.MethodOptions, target, origin, asked)
	want := map[string]string{
		"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": method,
		"Access-Control-Allow-Headers": asked["Access-Control-Request-Headers"], "Access-Control-Max-Age": "7200",
		"Access-Control-Allow-Private-Network": "", // it was not asked for
	}
	status := http.StatusNoContent
	if !allowed {
		want, status = nil, refused
	}
	if preflight.status != status || preflight.status == http.StatusNoContent && preflight.body != "" {
		t.Errorf("preflight: %d %s, want %d", preflight.status, preflight.body, status)
	}
	for name, value := range want {
		if got := preflight.header.Get(name); got != value {
			t.Errorf("preflight: %s: %q, want %q", name, got, value)
		}
	}
	actual := s.browse(t, method, target, origin, nil)
	for what, a := range map[string]answered{"preflight": preflight, "response": actual} {
		if got := a.header.Get("Access-Control-Allow-Origin"); got != "" != allowed || allowed && got != origin {
			t.Errorf("%s: Access-Control-Allow-Origin: %q", what, got)
		}
	}
	if exposed := actual.header.Get("Access-Control-Expose-Headers"); allowed != strings.Contains(exposed, "Www-Authenticate") && strings.HasPrefix(target, "/beta") {
		t.Errorf("Access-Control-Expose-Headers: %q", exposed)
	}
}

// checkToken checks whether a page of the origin gets a token, by each kind of request that it can send.
func (s *testServer) checkToken(t *testing.T, origin string, allowed bool) {
	t.Helper()
	s.checkPage(t, devtoken.Path, http.MethodPost, origin, allowed, http.StatusMethodNotAllowed)
	for _, header := range []map[string]string{
		{},
		{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
		{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
		{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
		{"Sec-Fetch-Site": "same-site"},
	} {
		header["Content-Type"] = "application/x-www-form-urlencoded"
		request, err := http.NewRequest(http.MethodPost, s.base+devtoken.Path, strings.NewReader("grant_type=client_credentials"))
		if err != nil {
			t.Fatal(err)
		}
		header["Origin"] = origin
		for name, value := range header {
			request.Header.Set(name, value)
		}
		response, err := s.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		status := http.StatusForbidden
		if allowed {
			status = http.StatusOK
		}
		if response.StatusCode != status || bytes.Contains(body, []byte("access_token")) != allowed || !allowed && !bytes.Contains(body, []byte("--allow-origin names others.")) {
			t.Errorf("%v: %d %s", header, response.StatusCode, body)
		}
	}
}

func TestAPreflightIsAnsweredBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	s := start(t)
	const list, one, batch = "/beta/deviceAppManagement/mobileApps/a/deviceStatuses", "/beta/deviceAppManagement/mobileApps/a/deviceStatuses/b", "/beta/$batch"
	for _, c := range []struct {
		target, method, headers, private string
		allowed                          bool
	}{
		{one, "GET", "authorization", "", true},
		{one, "HEAD", "authorization", "", true},
		{one, "PATCH", "authorization,content-type,if-match,if-none-match,prefer,client-request-id,sdkversion", "", true},
		{one, "DELETE", "authorization", "", true},
		{list, "POST", "content-type", "", true},
		{list, "PATCH", "content-type", "", true}, // its 405 can be read
		{batch, "POST", "authorization,content-type", "", true},
		{"/BETA/deviceappmanagement/mobileapps/a/devicestatuses('b')", "PATCH", "", "", true},
		{"/beta/nothing", "GET", "authorization", "", true},
		{one, "GET", "x-of-a-new-sdk,traceparent", "", true},
		{one, "GET", "", "", true},
		{one, "GET", "authorization", "true", true},
		{one, "GET", "authorization", "false", true},
		{one, "PUT", "", "", false},
		{one, "TRACE", "", "", false},
		{one, "patch", "", "", false}, // methods are case-sensitive
		{one, "PATCH, PUT", "", "", false},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			header := map[string]string{"Access-Control-Request-Method": c.method}
			if c.headers != "" {
				header["Access-Control-Request-Headers"] = c.headers
			}
			if c.private != "" {
				header["Access-Control-Request-Private-Network"] = c.private
			}
			a := s.browse(t, http.MethodOptions, c.target, anyOrigin, header)
			if a.status != http.StatusNoContent || a.body != "" {
				t.Errorf("%d %s", a.status, a.body)
			}
			want := map[string]string{
				"Access-Control-Allow-Origin": anyOrigin, "Access-Control-Allow-Methods": c.method,
				"Access-Control-Allow-Headers": c.headers, "Access-Control-Max-Age": "7200",
			}
			if c.private == "true" {
				want["Access-Control-Allow-Private-Network"] = "true"
			}
			if !c.allowed {
				want = nil
			}
			for name := range a.header {
				if strings.HasPrefix(name, "Access-Control-") && a.header.Get(name) != want[name] {
					t.Errorf("%s: %s, want %q", name, a.header.Get(name), want[name])
				}
			}
			for name, value := range want {
				if a.header.Get(name) != value {
					t.Errorf("%s: %q, want %q", name, a.header.Get(name), value)
				}
			}
			if vary := a.header.Get("Vary"); !strings.Contains(vary, "Origin") || !strings.Contains(vary, "Access-Control-Request-Method") || !strings.Contains(vary, "Access-Control-Request-Headers") {
				t.Errorf("Vary: %s", vary)
			}
		})
	}
}

func TestOptionsThatIsNoPreflightStaysAsItWas(t *testing.T) {
	t.Parallel()
	target := statusPath("app", "id")
	for _, s := range []*testServer{start(t), start(t, "--allow-origin", "https://app.example")} {
		for _, header := range []map[string]string{
			{},
			{"Origin": anyOrigin},
			{"Access-Control-Request-Method": "PATCH"},
			{"Access-Control-Request-Headers": "authorization", "Origin": anyOrigin},
		} {
			if a := s.do(t, call{method: http.MethodOptions, target: target, header: header}); a.status != 405 || a.header.Get("Allow") != "DELETE, GET, HEAD, PATCH" {
				t.Errorf("%v: %d %v", header, a.status, a.header)
			}
		}
	}
	plain := startWithoutDev(t)
	a := plain.do(t, call{method: http.MethodGet, target: target, header: map[string]string{"Origin": anyOrigin}})
	for name := range a.header {
		if name == "Vary" || strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("without --dev and --allow-origin: %s: %s", name, a.header.Get(name))
		}
	}
}

func TestAPageReadsEveryHeaderOfEveryResponse(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, s *testServer) {
		target := statusPath("app", "id")
		s.create(t, target, `{}`)
		reader := "Bearer " + s.askForToken(t, "grant_type=client_credentials&tenant="+tenantA+"&scope=DeviceManagementApps.Read.All").AccessToken
		etag := s.do(t, call{method: http.MethodGet, target: target}).header.Get("ETag")
		for _, c := range []struct {
			call
			status int
			header map[string]string
			names  []string // besides request-id and OData-Version
		}{
			{call{method: "GET", target: target}, 200, nil, []string{"Etag"}},
			{call{method: "HEAD", target: target}, 200, nil, []string{"Etag"}},
			{call{method: "GET", target: target}, 200, map[string]string{"client-request-id": "mine"}, []string{"Client-Request-Id"}},
			{call{method: "GET", target: target}, 304, map[string]string{"If-None-Match": etag}, []string{"Etag"}},
			{call{method: "GET", target: statusesPath("app")}, 200, nil, nil},
			{call{method: "POST", target: statusesPath("app"), body: `{}`}, 201, nil, []string{"Location", "Etag"}},
			{call{target: target, body: `{}`}, 204, map[string]string{"Prefer": "return=minimal"}, []string{"Etag", "Preference-Applied"}},
			{call{target: target, body: `{`}, 400, nil, nil},
			{call{method: "GET", target: "/beta/nothing"}, 400, nil, nil},
			{call{method: "GET", target: target}, 401, map[string]string{"Authorization": ""}, []string{"Www-Authenticate"}},
			{call{target: target, body: `{}`}, 403, map[string]string{"Authorization": reader}, nil},
			{call{method: "GET", target: target + "x"}, 404, nil, nil},
			{call{method: "PUT", target: target}, 405, nil, nil}, // no page can send it
			{call{method: "DELETE", target: statusesPath("app")}, 405, nil, []string{"Allow"}},
			{call{method: "GET", target: target}, 406, map[string]string{"Accept": "text/html"}, nil},
			{call{target: target, body: `{}`}, 412, map[string]string{"If-Match": `"x"`}, nil},
			{call{target: target, body: `"` + strings.Repeat("x", 1<<20) + `"`}, 413, nil, nil},
			{call{target: target, body: `{}`}, 415, map[string]string{"Content-Encoding": "br"}, []string{"Accept-Encoding"}},
			{call{method: "POST", target: "/beta/$batch", body: `{"requests":[{"id":"1","method":"GET","url":"/deviceAppManagement/mobileApps/app/deviceStatuses/none","headers":{"Origin":"https://other.example"}}]}`}, 200, nil, nil},
		} {
			c.call.header = map[string]string{"Origin": anyOrigin}
			for name, value := range c.header {
				c.call.header[name] = value
			}
			a := s.do(t, c.call)
			allowed, exposed := a.header.Get("Access-Control-Allow-Origin"), strings.Split(a.header.Get("Access-Control-Expose-Headers"), ", ")
			if a.status != c.status || (allowed == anyOrigin) != (c.method != http.MethodPut) || !slices.Contains(a.header.Values("Vary"), "Origin") {
				t.Errorf("%s %s: %d, Access-Control-Allow-Origin: %q, want %d", c.method, c.target, a.status, allowed, c.status)
			}
			for _, name := range append(c.names, "Request-Id", "Odata-Version") {
				if a.header.Get(name) == "" || allowed != "" && !slices.Contains(exposed, name) {
					t.Errorf("%d: %s: %q is not among %q", a.status, name, a.header.Get(name), exposed)
				}
			}
			if strings.Contains(a.body, "other.example") {
				t.Errorf("an item of a batch repeats its Origin: %s", a.body)
			}
		}
	})
}

func TestEveryHeaderOfTheContractIsExposed(t *testing.T) {
	contract, err := api.Contract()
	if err != nil {
		t.Fatal(err)
	}
	exposed := contract.ResponseHeaders()
	for name := range contract.Document.Components.Headers {
		if name != "LocationIfCreated" && name != "OData-EntityIdIfCreated" && !slices.Contains(exposed, name) {
			t.Errorf("%s is not exposed", name)
		}
	}
	for _, name := range []string{"Allow", "ETag", "Location", "request-id", "client-request-id", "Retry-After", "Preference-Applied", "OData-Version", "WWW-Authenticate"} {
		if !slices.Contains(exposed, name) {
			t.Errorf("%s is not exposed", name)
		}
	}
	if methods := strings.Join(contract.Methods(), " "); methods != "DELETE GET HEAD PATCH POST" {
		t.Errorf("methods: %s", methods)
	}
}

func TestAWrongOriginIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	for value, text := range map[string]string{
		"*":                             "name each of them",
		"null":                          "sandboxed frames",
		"app.example":                   "https://app.example",
		"https://app.example/":          "nothing after it",
		"https://app.example,null":      "sandboxed frames",
		"https://app.example:443":       "unless it is the default",
		"https://App.example":           "lower case",
		"https://user:pass@app.example": "is not an origin",
	} {
		log := new(syncBuffer)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		code := run(ctx, serveArgs(t.TempDir(), []string{"--allow-origin", value}), terminal{out: io.Discard, err: log})
		cancel()
		if code != 2 || !strings.Contains(log.String(), "--allow-origin") || !strings.Contains(log.String(), text) {
			t.Errorf("%s: exit code %d: %s", value, code, log)
		}
	}
}
