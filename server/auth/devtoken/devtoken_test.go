package devtoken

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"installstatus/server/auth"
	"installstatus/server/crossorigin"
)

// call is a request to the endpoint.
type call struct {
	method string // POST if empty
	form   string
	header map[string]string // besides the Content-Type of a form; "" removes that; a header for each line

	readable bool // pages of the Origin in the header can read the response
}

// answered is the response: an answer or a problem.
type answered struct {
	answer
	problem
	status int
	header http.Header
}

func ask(t testing.TB, base string, c call) answered {
	t.Helper()
	method := c.method
	if method == "" {
		method = http.MethodPost
	}
	request, err := http.NewRequest(method, base+Path, strings.NewReader(c.form))
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
			request.Header[name] = strings.Split(value, "\n")
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answered{status: response.StatusCode, header: response.Header}
	if method != http.MethodHead {
		if err := json.Unmarshal(body, &a.answer); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		if err := json.Unmarshal(body, &a.problem); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Pragma": "no-cache", "Content-Type": "application/json;charset=UTF-8"} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name := range response.Header {
		if strings.HasPrefix(name, "Access-Control-") && (!c.readable || name != "Access-Control-Allow-Origin" || response.Header.Get(name) != c.header["Origin"]) {
			t.Errorf("pages of other origins can read this: %s", name)
		}
	}
	return a
}

// serve starts a server with the endpoint, and returns its URL.
func serve(t testing.TB, options Options) string {
	t.Helper()
	issuer, err := auth.OpenDevelopment(filepath.Join(t.TempDir(), "dev.pem"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(Handler(http.NotFoundHandler(), issuer, options))
	t.Cleanup(server.Close)
	return server.URL
}

func TestABadRequestIsAnsweredAsInRFC6749(t *testing.T) {
	base := serve(t, Options{})
	const good = "grant_type=client_credentials"
	for _, c := range []struct {
		rule   string
		call   call
		status int
		code   string
		text   string
	}{
		{"no form", call{}, 400, "invalid_request", "grant_type is missing"},
		{"no grant type", call{form: "scope=A"}, 400, "invalid_request", "grant_type is missing"},
		{"a grant type in the query", call{form: "x=1"}, 400, "invalid_request", "grant_type is missing"},
		{"another grant type", call{form: "grant_type=authorization_code&code=x"}, 400, "unsupported_grant_type", "client_credentials"},
		{"a grant type in another case", call{form: "grant_type=Client_Credentials"}, 400, "unsupported_grant_type", "client_credentials"},
		{"a parameter twice", call{form: good + "&tenant=a&tenant=b"}, 400, "invalid_request", "tenant is given more than once"},
		{"a grant type twice", call{form: good + "&" + good}, 400, "invalid_request", "grant_type is given more than once"},
		{"a tenant with a space", call{form: good + "&tenant=a+b"}, 400, "invalid_request", "tenant must be"},
		{"a tenant too long", call{form: good + "&tenant=" + strings.Repeat("t", 129)}, 400, "invalid_request", "tenant must be"},
		{"a scope with a quotation mark", call{form: good + "&scope=A%22"}, 400, "invalid_scope", auth.WritePermission},
		{"a scope beyond ASCII", call{form: good + "&scope=%C3%A4"}, 400, "invalid_scope", auth.WritePermission},
		{"a scope with a line break", call{form: good + "&scope=A%0AB"}, 400, "invalid_scope", auth.WritePermission},
		{"a resource without a permission", call{form: good + "&scope=https://graph.microsoft.com/"}, 400, "invalid_scope", auth.WritePermission},
		{"a scope too long for a token", call{form: good + "&scope=" + strings.Repeat("A", 16<<10-100)}, 400, "invalid_request", "longer than 16384 bytes"},
		{"app_only that is neither", call{form: good + "&app_only=yes"}, 400, "invalid_request", "app_only must be"},
		{"no lifetime", call{form: good + "&expires_in=0"}, 400, "invalid_request", "expires_in must be"},
		{"a negative lifetime", call{form: good + "&expires_in=-1"}, 400, "invalid_request", "expires_in must be"},
		{"a lifetime with a unit", call{form: good + "&expires_in=1h"}, 400, "invalid_request", "expires_in must be"},
		{"a lifetime too long", call{form: good + "&expires_in=31536001"}, 400, "invalid_request", "expires_in must be"},
		{"a lifetime that no number holds", call{form: good + "&expires_in=99999999999999999999"}, 400, "invalid_request", "expires_in must be"},
		{"a body that is no form", call{form: good + "&tenant=%zz"}, 400, "invalid_request", "not a form"},
		{"JSON", call{form: `{}`, header: map[string]string{"Content-Type": "application/json"}}, 400, "invalid_request", "Content-Type must be"},
		{"no Content-Type", call{form: good, header: map[string]string{"Content-Type": ""}}, 400, "invalid_request", "Content-Type must be"},
		{"too long", call{form: good + "&x=" + strings.Repeat("x", 16<<10)}, 413, "invalid_request", "longer than 16 KiB"},
		{"GET", call{method: http.MethodGet}, 405, "invalid_request", "POST"},
		{"HEAD", call{method: http.MethodHead}, 405, "", ""},
		{"PUT", call{method: http.MethodPut, form: good}, 405, "invalid_request", "POST"},
		{"OPTIONS", call{method: http.MethodOptions, header: map[string]string{"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}}, 405, "invalid_request", "POST"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			a := ask(t, base, c.call)
			if a.status != c.status || a.Code != c.code || !strings.Contains(a.Description, c.text) || a.AccessToken != "" {
				t.Errorf("%+v", a)
			}
			if strings.ContainsAny(a.Description, "\"\\\n") {
				t.Errorf("RFC 6749 does not allow a character in %q", a.Description)
			}
			if allow := a.header.Get("Allow"); (allow == "POST") != (c.status == 405) {
				t.Errorf("Allow: %s", allow)
			}
		})
	}
}

func TestAWebPageOfAnotherOriginGetsNoToken(t *testing.T) {
	allowed := func(origin string) bool { return origin == "https://app.example" }
	base, anyHost := serve(t, Options{HostHelp: "; HELP", Allowed: allowed}), serve(t, Options{AnyHost: true, Allowed: allowed})
	_, port, _ := strings.Cut(strings.TrimPrefix(base, "http://"), ":")
	for _, c := range []struct {
		rule            string
		header          map[string]string
		status, exposed int // exposed is with AnyHost
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
		{"a page from another port of loopback", map[string]string{"Host": "localhost:8080", "Origin": "http://localhost:3000"}, 200, 200},
		{"a page from another port of loopback, in a browser of today", map[string]string{"Host": "127.0.0.1:8080", "Origin": "https://localhost:3000", "Sec-Fetch-Site": "cross-site"}, 200, 200},
		{"a page of an allowed origin", map[string]string{"Host": "localhost:8080", "Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}, 200, 200},
		{"a page of an allowed origin in another scheme", map[string]string{"Host": "localhost:8080", "Origin": "http://app.example"}, 403, 403},
		{"a page of a name that begins as localhost does", map[string]string{"Host": "localhost:8080", "Origin": "http://localhost.evil.example"}, 403, 403},
		{"a page of loopback, by a name that was made to point here", map[string]string{"Host": "evil.example:8080", "Origin": "http://localhost:3000"}, 403, 200},
		{"a page of two origins on loopback", map[string]string{"Host": "localhost:8080", "Origin": "http://localhost:3000\nhttp://localhost:3000"}, 403, 403},
		{"a page of loopback and of elsewhere", map[string]string{"Host": "localhost:8080", "Origin": "http://localhost:3000\nhttps://evil.example"}, 403, 403},
		{"a page from here and from elsewhere", map[string]string{"Host": "localhost:8080", "Origin": "http://localhost:8080\nhttps://evil.example", "Sec-Fetch-Site": "same-origin"}, 403, 403},
		{"a page from elsewhere and from loopback", map[string]string{"Host": "localhost:8080", "Origin": "https://evil.example\nhttp://localhost:3000"}, 403, 403},
		{"a page of two origins in one line", map[string]string{"Host": "localhost:8080", "Origin": "http://localhost:3000, http://localhost:8080"}, 403, 403},
		{"a page from another port elsewhere", map[string]string{"Host": "192.0.2.7:8080", "Origin": "http://192.0.2.7:3000"}, 403, 403},
		{"a page from another port that says so alone", map[string]string{"Sec-Fetch-Site": "same-site"}, 403, 403},
		{"a page without an origin", map[string]string{"Origin": "null"}, 403, 403},
		{"a page whose name was made to point here", map[string]string{"Host": "evil.example:8080", "Origin": "http://evil.example:8080", "Sec-Fetch-Site": "same-origin"}, 403, 200},
		{"a page whose name was made to point here, where a proxy set the Host", map[string]string{"Host": "localhost:8080", "Origin": "http://evil.example:8080", "Sec-Fetch-Site": "same-origin"}, 403, 200},
		{"such a page that hides its name", map[string]string{"Host": "localhost:8080", "Origin": "null", "Sec-Fetch-Site": "same-origin"}, 403, 200},
		{"a page from here, by an address elsewhere", map[string]string{"Host": "192.0.2.7:8080", "Origin": "http://192.0.2.7:8080", "Sec-Fetch-Site": "same-origin"}, 200, 200},
		{"a name that begins as an address does", map[string]string{"Host": "127.0.0.1.evil.example:8080"}, 403, 200},
		{"a name that begins as localhost does", map[string]string{"Host": "localhost.evil.example"}, 403, 200},
		{"the name of a container", map[string]string{"Host": "installstatus:8080"}, 403, 200},
	} {
		t.Run(c.rule, func(t *testing.T) {
			origin := c.header["Origin"]
			request := call{form: "grant_type=client_credentials", header: c.header, readable: allowed(origin) || crossorigin.IsLoopback(origin)}
			if a := ask(t, base, request); a.status != c.status || (a.AccessToken == "") != (c.status != 200) {
				t.Errorf("%d %s", a.status, a.Description)
			}
			if a := ask(t, anyHost, request); a.status != c.exposed {
				t.Errorf("with AnyHost: %d %s", a.status, a.Description)
			}
		})
	}
}

func TestARefusedHostIsToldWhatHelps(t *testing.T) {
	a := ask(t, serve(t, Options{HostHelp: "; HELP"}), call{form: "grant_type=client_credentials", header: map[string]string{"Host": "installstatus:8080"}})
	if want := "The Host header must be localhost or an IP address; HELP."; a.Description != want {
		t.Errorf("the description is %q, want %q", a.Description, want)
	}
}

func TestOtherPathsArePassedOn(t *testing.T) {
	for _, path := range []string{"/", "/dev/token/", "/dev/Token", "/dev", "/beta"} {
		response, err := http.Post(serve(t, Options{})+path, "application/x-www-form-urlencoded", strings.NewReader("grant_type=client_credentials"))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
}

// Every form gets a token, or an error of RFC 6749.
func FuzzTokenForm(f *testing.F) {
	f.Add("grant_type=client_credentials&scope=https://graph.microsoft.com/.default")
	f.Add("grant_type=password&tenant=contoso&app_only=t&expires_in=31536000")
	f.Add("grant_type=client_credentials&scope=/+%22&expires_in=1e9")
	issuer, err := auth.OpenDevelopment(filepath.Join(f.TempDir(), "dev.pem"))
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
