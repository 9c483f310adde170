package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"installstatus/server/auth"
)

// tokenCall is a request to the token endpoint, which the contract does not have.
type tokenCall struct {
	method string // POST where empty
	form   string
	header map[string]string // beside the Content-Type of a form; "" takes that away
}

// tokenAnswered is what came back, whichever of the two it is.
type tokenAnswered struct {
	tokenAnswer
	tokenError
	status int
	header http.Header
}

func (s *testServer) askForToken(t testing.TB, c tokenCall) tokenAnswered {
	t.Helper()
	method := c.method
	if method == "" {
		method = http.MethodPost
	}
	request, err := http.NewRequest(method, s.base+tokenPath, strings.NewReader(c.form))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range c.header {
		switch {
		case name == "Host":
			request.Host = value
		case value == "":
			request.Header.Del(name)
		default:
			request.Header.Set(name, value)
		}
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
	a := tokenAnswered{status: response.StatusCode, header: response.Header}
	if method != http.MethodHead {
		if err := json.Unmarshal(body, &a.tokenAnswer); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		if err := json.Unmarshal(body, &a.tokenError); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Pragma": "no-cache", "Content-Type": "application/json;charset=UTF-8"} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name := range response.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("a page of another origin may read this: %s", name)
		}
	}
	return a
}

func TestATokenOfTheEndpointIsAcceptedByTheAPI(t *testing.T) {
	s := start(t, "--allow-app-only")
	const granted = writePermission
	for _, c := range []struct {
		rule, form string
		seconds    int
		scope      string
		status     int // of a PATCH that creates
	}{
		{"nothing but the grant type", "grant_type=client_credentials", 3600, granted, 201},
		{"a name and a password, which nobody looks at", "grant_type=password&username=a&password=b", 3600, granted, 201},
		{"a client and its secret, which nobody looks at", "grant_type=client_credentials&client_id=a&client_secret=b", 3600, granted, 201},
		{"a tenant", "grant_type=client_credentials&tenant=contoso", 3600, granted, 201},
		{"what is empty is not there", "grant_type=client_credentials&tenant=&scope=&app_only=&expires_in=", 3600, granted, 201},
		{"what is unknown is ignored", "grant_type=client_credentials&resource=a&resource=b&x", 3600, granted, 201},
		{"a permission", "grant_type=client_credentials&scope=" + granted, 3600, granted, 201},
		{"a permission for reading", "grant_type=client_credentials&scope=DeviceManagementApps.Read.All", 3600, "DeviceManagementApps.Read.All", 403},
		{"several permissions", "grant_type=client_credentials&scope=openid+++" + granted, 3600, "openid " + granted, 201},
		{"a permission of Graph", "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F" + granted, 3600, granted, 201},
		{"Graph's .default", "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default", 3600, granted, 201},
		{"Graph's .default with two slashes", "grant_type=client_credentials&scope=https://graph.microsoft.com//.default", 3600, granted, 201},
		{"an own API's .default", "grant_type=client_credentials&scope=api://installstatus/.default+offline_access", 3600, granted + " offline_access", 201},
		{"an application alone", "grant_type=client_credentials&app_only=true", 3600, granted, 201},
		{"an application alone that may only read", "grant_type=client_credentials&app_only=1&scope=DeviceManagementApps.Read.All", 3600, "DeviceManagementApps.Read.All", 403},
		{"a lifetime", "grant_type=client_credentials&expires_in=5", 5, granted, 201},
		{"the longest lifetime", "grant_type=client_credentials&expires_in=31536000", 31536000, granted, 201},
	} {
		t.Run(c.rule, func(t *testing.T) {
			a := s.askForToken(t, tokenCall{form: c.form})
			if a.status != 200 || a.TokenType != "Bearer" || a.ExpiresIn != c.seconds || a.Scope != c.scope {
				t.Fatalf("%+v", a)
			}
			patch := s.do(t, call{target: statusPath("app", t.Name()), body: `{}`, header: map[string]string{
				"Authorization": "Bearer " + a.AccessToken, "Prefer": "create-if-missing"}})
			if patch.status != c.status {
				t.Errorf("%d %s", patch.status, patch.body)
			}
		})
	}
}

func TestTheTokensOfTheEndpointAndOfTheCommandAreOfOneTenant(t *testing.T) {
	s := start(t)
	target := statusPath("app", "id")
	authorization := func(form string) map[string]string {
		return map[string]string{"Authorization": "Bearer " + s.askForToken(t, tokenCall{form: "grant_type=client_credentials" + form}).AccessToken}
	}
	command := s.tokenOf(t, auth.Grant{Tenant: developmentTenant, Scope: writePermission, Lifetime: time.Hour})
	s.do(t, call{target: target, body: `{}`, header: map[string]string{"Authorization": "Bearer " + command, "Prefer": "create-if-missing"}})
	for form, status := range map[string]int{"": 200, "&tenant=" + developmentTenant: 200, "&tenant=contoso": 404} {
		if a := s.do(t, call{method: http.MethodGet, target: target, header: authorization(form)}); a.status != status {
			t.Errorf("%q: %d", form, a.status)
		}
	}
}

func TestABadTokenRequestIsAnsweredAsRFC6749Says(t *testing.T) {
	s := start(t)
	const good = "grant_type=client_credentials"
	for _, c := range []struct {
		rule   string
		call   tokenCall
		status int
		code   string
		says   string
	}{
		{"no form", tokenCall{}, 400, "invalid_request", "grant_type is missing"},
		{"no grant type", tokenCall{form: "scope=A"}, 400, "invalid_request", "grant_type is missing"},
		{"a grant type in the query", tokenCall{form: "x=1"}, 400, "invalid_request", "grant_type is missing"},
		{"another grant type", tokenCall{form: "grant_type=authorization_code&code=x"}, 400, "unsupported_grant_type", "client_credentials"},
		{"a grant type in another case", tokenCall{form: "grant_type=Client_Credentials"}, 400, "unsupported_grant_type", "client_credentials"},
		{"a parameter twice", tokenCall{form: good + "&tenant=a&tenant=b"}, 400, "invalid_request", "tenant is given more than once"},
		{"a grant type twice", tokenCall{form: good + "&" + good}, 400, "invalid_request", "grant_type is given more than once"},
		{"a tenant with a space", tokenCall{form: good + "&tenant=a+b"}, 400, "invalid_request", "tenant must be"},
		{"a tenant too long", tokenCall{form: good + "&tenant=" + strings.Repeat("t", 129)}, 400, "invalid_request", "tenant must be"},
		{"a scope with a quotation mark", tokenCall{form: good + "&scope=A%22"}, 400, "invalid_scope", writePermission},
		{"a scope beyond ASCII", tokenCall{form: good + "&scope=%C3%A4"}, 400, "invalid_scope", writePermission},
		{"a scope with a line break", tokenCall{form: good + "&scope=A%0AB"}, 400, "invalid_scope", writePermission},
		{"a resource without a permission", tokenCall{form: good + "&scope=https://graph.microsoft.com/"}, 400, "invalid_scope", writePermission},
		{"a scope too long for a token", tokenCall{form: good + "&scope=" + strings.Repeat("A", 16<<10-100)}, 400, "invalid_request", "longer than 16384 bytes"},
		{"app_only that is neither", tokenCall{form: good + "&app_only=yes"}, 400, "invalid_request", "app_only must be"},
		{"no lifetime", tokenCall{form: good + "&expires_in=0"}, 400, "invalid_request", "expires_in must be"},
		{"a negative lifetime", tokenCall{form: good + "&expires_in=-1"}, 400, "invalid_request", "expires_in must be"},
		{"a lifetime with a unit", tokenCall{form: good + "&expires_in=1h"}, 400, "invalid_request", "expires_in must be"},
		{"a lifetime too long", tokenCall{form: good + "&expires_in=31536001"}, 400, "invalid_request", "expires_in must be"},
		{"a lifetime that no number holds", tokenCall{form: good + "&expires_in=99999999999999999999"}, 400, "invalid_request", "expires_in must be"},
		{"a body that is no form", tokenCall{form: good + "&tenant=%zz"}, 400, "invalid_request", "not a form"},
		{"JSON", tokenCall{form: `{}`, header: map[string]string{"Content-Type": "application/json"}}, 400, "invalid_request", "Content-Type must be"},
		{"no Content-Type", tokenCall{form: good, header: map[string]string{"Content-Type": ""}}, 400, "invalid_request", "Content-Type must be"},
		{"too long", tokenCall{form: good + "&x=" + strings.Repeat("x", 16<<10)}, 413, "invalid_request", "longer than 16 KiB"},
		{"GET", tokenCall{method: http.MethodGet}, 405, "invalid_request", "POST"},
		{"HEAD", tokenCall{method: http.MethodHead}, 405, "", ""},
		{"PUT", tokenCall{method: http.MethodPut, form: good}, 405, "invalid_request", "POST"},
		{"OPTIONS", tokenCall{method: http.MethodOptions, header: map[string]string{"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}}, 405, "invalid_request", "POST"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			a := s.askForToken(t, c.call)
			if a.status != c.status || a.Code != c.code || !strings.Contains(a.Description, c.says) || a.AccessToken != "" {
				t.Errorf("%+v", a)
			}
			if strings.ContainsAny(a.Description, "\"\\\n") {
				t.Errorf("%q has a character that RFC 6749 does not allow there", a.Description)
			}
			if allow := a.header.Get("Allow"); (allow == "POST") != (c.status == 405) {
				t.Errorf("Allow: %s", allow)
			}
		})
	}
}

func TestAWebPageOfAnotherOriginGetsNoToken(t *testing.T) {
	s := start(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(s.base, "http://"), ":")
	exposed := start(t, "--dev-expose")
	for _, c := range []struct {
		rule          string
		header        map[string]string
		status, shown int // shown is with --dev-expose
	}{
		{"no browser", nil, 200, 200},
		{"no browser, by the name localhost", map[string]string{"Host": "localhost:" + port}, 200, 200},
		{"no browser, by localhost in another case", map[string]string{"Host": "LocalHost"}, 200, 200},
		{"no browser, by an address of IPv6", map[string]string{"Host": "[::1]:" + port}, 200, 200},
		{"no browser, by an address elsewhere", map[string]string{"Host": "192.0.2.7:8080"}, 200, 200},
		{"a page from here", map[string]string{"Host": "localhost:8080", "Origin": "http://localhost:8080"}, 200, 200},
		{"a page from here, in a browser of today", map[string]string{"Host": "localhost:8080", "Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}, 200, 200},
		{"the address bar", map[string]string{"Sec-Fetch-Site": "none"}, 200, 200},
		{"a page from elsewhere", map[string]string{"Origin": "https://evil.example"}, 403, 403},
		{"a page from elsewhere that says so alone", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403, 403},
		{"a page from another port", map[string]string{"Host": "localhost:8080", "Origin": "http://localhost:3000"}, 403, 403},
		{"a page from another port that says so alone", map[string]string{"Sec-Fetch-Site": "same-site"}, 403, 403},
		{"a page without an origin", map[string]string{"Origin": "null"}, 403, 403},
		{"a page whose name was made to point here", map[string]string{"Host": "evil.example:8080", "Origin": "http://evil.example:8080", "Sec-Fetch-Site": "same-origin"}, 403, 200},
		{"a name that begins as an address does", map[string]string{"Host": "127.0.0.1.evil.example:8080"}, 403, 200},
		{"a name that begins as localhost does", map[string]string{"Host": "localhost.evil.example"}, 403, 200},
		{"the name of a container", map[string]string{"Host": "installstatus:8080"}, 403, 200},
	} {
		t.Run(c.rule, func(t *testing.T) {
			request := tokenCall{form: "grant_type=client_credentials", header: c.header}
			if a := s.askForToken(t, request); a.status != c.status || (a.AccessToken == "") != (c.status != 200) {
				t.Errorf("%d %s", a.status, a.Description)
			}
			if a := exposed.askForToken(t, request); a.status != c.shown {
				t.Errorf("with --dev-expose: %d %s", a.status, a.Description)
			}
		})
	}
}

func TestExposedDevelopmentIsServedOffLoopbackAndSaysSo(t *testing.T) {
	s := start(t, "--dev-expose", "--addr", "0.0.0.0:0")
	if logged := s.logged.String(); !strings.Contains(logged, "everybody who can reach the address has every permission") || !strings.Contains(logged, "WARN") {
		t.Errorf("logged: %s", logged)
	}
	if a := s.askForToken(t, tokenCall{form: "grant_type=client_credentials"}); a.status != 200 {
		t.Errorf("%+v", a)
	}
}

func TestWithoutDevThereIsNoTokenEndpoint(t *testing.T) {
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys.json")
	newTestIssuer(t).save(t, keys)
	s := startIn(t, dir, "--dev=false", "--jwks-file", keys, "--issuer", "https://issuer.example/")
	a := s.do(t, call{method: http.MethodPost, target: tokenPath, body: "grant_type=client_credentials", header: map[string]string{
		"Authorization": "", "Content-Type": "application/x-www-form-urlencoded"}})
	if a.status != http.StatusUnauthorized || a.problem(t).Code != "InvalidAuthenticationToken" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.do(t, call{target: statusPath("app", "id"), body: `{}`}); a.status != http.StatusUnauthorized {
		t.Errorf("a development token: %d", a.status)
	}
}

// Whatever the form is, it gets a token that can be issued, or an error of RFC 6749.
func FuzzTokenForm(f *testing.F) {
	f.Add("grant_type=client_credentials&scope=https://graph.microsoft.com/.default")
	f.Add("grant_type=password&tenant=contoso&app_only=t&expires_in=31536000")
	f.Add("grant_type=client_credentials&scope=/+%22&expires_in=1e9")
	key, err := auth.LoadOrMakeKey(filepath.Join(f.TempDir(), "dev.pem"))
	if err != nil {
		f.Fatal(err)
	}
	issuer, err := auth.NewDevelopment(key)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		form, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		grant, refused := grantOf(form)
		if refused != nil {
			if refused.status != 400 || refused.Code == "" || refused.Description == "" {
				t.Errorf("%+v", refused)
			}
			return
		}
		if _, err := issuer.Issue(grant, time.Now()); err != nil && !strings.Contains(err.Error(), "tenant") && !strings.Contains(err.Error(), "longer") {
			t.Errorf("%+v: %v", grant, err)
		}
	})
}
