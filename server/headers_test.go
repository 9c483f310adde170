package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

func escape(id string) string { return url.PathEscape(id) }

var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func TestTheHeadersOfAnAnswer(t *testing.T) {
	t.Parallel()
	s := start(t)
	target := statusPath("app", "id")
	s.create(t, target, `{}`)
	seen := map[string]bool{}
	for _, c := range []struct {
		call
		contentType string
	}{
		{call{target: target, body: `{}`}, contentType},
		{call{method: http.MethodGet, target: target}, contentType},
		{call{target: target, body: `{`}, "application/json"},
		{call{target: statusPath("app", "none"), body: `{}`}, "application/json"},
		{call{target: "/beta/unknown"}, "application/json"},
		{call{method: http.MethodPut, target: target}, "application/json"},
		{call{method: http.MethodGet, target: statusesPath("app")}, contentType},
		{call{method: http.MethodPost, target: statusesPath("app"), body: `{}`}, contentType},
	} {
		a := s.do(t, c.call)
		id := a.header.Get("request-id")
		if !guid.MatchString(id) || seen[id] || a.header.Get("OData-Version") != "4.0" || a.header.Get("Content-Type") != c.contentType {
			t.Errorf("%s %s: %v", c.method, c.target, a.header)
		}
		seen[id] = true
		if a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s may be cached: %v", c.method, c.target, a.header)
		}
		if a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s %s over HTTP: %v", c.method, c.target, a.header)
		}
	}
}

const contentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

func TestClientRequestID(t *testing.T) {
	t.Parallel()
	s := start(t)
	for id, echoed := range map[string]bool{
		"abc":                    true,
		"a b~!":                  true,
		strings.Repeat("x", 128): true,
		strings.Repeat("x", 129): false,
		"ü":                      false,
		"":                       false,
	} {
		a := s.do(t, call{method: http.MethodGet, target: statusPath("app", "id"), header: map[string]string{"client-request-id": id}})
		inner := a.problem(t).InnerError
		if inner.RequestID != a.header.Get("request-id") {
			t.Errorf("%q: the request-id is %s in the body", id, inner.RequestID)
		}
		want := inner.RequestID
		if echoed {
			want = id
		}
		if (a.header.Get("client-request-id") == id && id != "") != echoed || inner.ClientRequestID != want {
			t.Errorf("%q is answered as %q and %q", id, a.header.Get("client-request-id"), inner.ClientRequestID)
		}
		if at, err := time.Parse("2006-01-02T15:04:05", inner.Date); err != nil || time.Since(at).Abs() > time.Minute {
			t.Errorf("the date is %s", inner.Date)
		}
	}
	request, _ := http.NewRequest(http.MethodGet, s.base+statusPath("app", "id"), nil)
	request.Header["Authorization"] = []string{"Bearer " + s.token(t)}
	request.Header["Client-Request-Id"] = []string{"a", "b"}
	if a := s.send(t, request); a.status != http.StatusNotFound || a.header.Get("client-request-id") != "" {
		t.Errorf("two headers: %d %v", a.status, a.header)
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	s := start(t)
	target := statusPath("app", "id")
	s.create(t, target, `{}`)
	for accept, status := range map[string]int{
		"application/json": 200,
		"":                 200,
		"*/*":              200,
		"application/*":    200,
		"application/json; charset=utf-8; IEEE754Compatible=false; odata.metadata=full": 200,
		"text/html, application/json;q=0.1":                                             200,
		"APPLICATION/JSON":                                                              200,
		"text/html":                                                                     406,
		"application/xml, text/*":                                                       406,
		"application/json;q=0":                                                          406,
		"application/json;q=0, */*":                                                     406,
		"*/*;q=0":                                                                       406,
		"application/json;odata.metadata=none;q=0.0, text/html":                         406,
		"application/json;q=1, */*;q=0":                                                 200,
	} {
		for _, method := range []string{http.MethodPatch, http.MethodGet} {
			c := call{method: method, target: target, header: map[string]string{"Accept": accept}}
			if method == http.MethodPatch {
				c.body = `{}`
			}
			if a := s.do(t, c); a.status != status {
				t.Errorf("%s Accept: %s: %d %s", method, accept, a.status, a.body)
			}
		}
	}
}

func TestHeadIsGetWithoutTheBody(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, target := range []string{statusPath("app", "id"), userStatusPath("app", "user", "id2")} {
		s.create(t, target, seedBody)
		get := s.do(t, call{method: http.MethodGet, target: target})
		head := s.do(t, call{method: http.MethodHead, target: target})
		if head.status != 200 || head.body != "" || head.header.Get("ETag") != get.header.Get("ETag") || head.header.Get("Content-Length") != get.header.Get("Content-Length") {
			t.Errorf("%d %v", head.status, head.header)
		}
		if missing := s.do(t, call{method: http.MethodHead, target: target + "x"}); missing.status != 404 {
			t.Errorf("HEAD of a missing status: %d", missing.status)
		}
	}
}

func TestWrongVerbsAndAddresses(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, method := range []string{"PUT", "OPTIONS", "TRACE", "PROPFIND", "patch"} {
		for target, template := range map[string]string{
			statusPath("app", "id"):             "~/singleton/navigation/key/navigation/key",
			userStatusPath("app", "user", "id"): "~/singleton/navigation/key/navigation/key/navigation/key",
			statusesPath("app"):                 "~/singleton/navigation/key/navigation",
			userStatusesPath("app", "user"):     "~/singleton/navigation/key/navigation/key/navigation",
			usersPath("app"):                    "~/singleton/navigation/key/navigation",
			userPath("app", "user"):             "~/singleton/navigation/key/navigation/key",
			summaryPath("app"):                  "~/singleton/navigation/key/navigation",
			statusesPath("app") + "/$count":     "~/singleton/navigation/key/navigation/$count",
			usersPath("app") + "/$count/":       "~/singleton/navigation/key/navigation/$count",
			"/beta":                             "~",
			"/beta/":                            "~",
		} {
			allow := "GET, HEAD"
			switch {
			case strings.Contains(target, "deviceStatuses/") && !strings.Contains(target, "$count"):
				allow = "DELETE, GET, HEAD, PATCH"
			case strings.HasSuffix(target, "deviceStatuses"):
				allow = "GET, HEAD, POST"
			}
			a := s.do(t, call{method: method, target: target, body: `{}`})
			p := a.problem(t)
			if a.status != 405 || a.header.Get("Allow") != allow || p.Code != "No method match route template" || !strings.Contains(p.Message, template+" ") {
				t.Errorf("%s: %d %v %s", method, a.status, a.header, a.body)
			}
		}
	}
	for target, want := range map[string]struct {
		status        int
		code, message string
	}{
		"/v1.0/deviceAppManagement/mobileApps/a/deviceStatuses/b": {404, "ResourceNotFound", "Invalid version: v1.0"},
		"/nothing":                           {404, "ResourceNotFound", "Invalid version: nothing"},
		"/beta//":                            {400, "BadRequest", "Resource not found for the segment ''."},
		statusesPath("a") + "/$ref":          {400, "BadRequest", "Resource not found for the segment '$ref'."},
		statusPath("a", "b") + "/$value":     {400, "BadRequest", "Resource not found for the segment '$value'."},
		"/beta/users":                        {400, "BadRequest", "Resource not found for the segment 'users'."},
		"/beta/users('a')/x":                 {400, "BadRequest", "Resource not found for the segment 'users'."},
		"/beta/deviceAppManagement":          {400, "BadRequest", "Resource not found for the segment 'deviceAppManagement'."},
		"/beta/joe@contoso.example":          {400, "BadRequest", "Resource not found for the segment '…'."},
		statusPath("a", "b") + "//":          {400, "BadRequest", "Resource not found for the segment ''."},
		statusPath("a", "b") + "/none":       {400, "BadRequest", "Resource not found for the segment 'none'."},
		"/beta/" + strings.Repeat("x", 2000): {400, "BadRequest", "Resource not found for the segment '" + strings.Repeat("x", 64) + "…'."},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodDelete} {
			a := s.do(t, call{method: method, target: target})
			if p := a.problem(t); a.status != want.status || p.Code != want.code || p.Message != want.message {
				t.Errorf("%s %s: %d %s", method, target, a.status, a.body)
			}
		}
	}
}

func TestEveryIDThatCanBePercentEncodedIsAnID(t *testing.T) {
	t.Parallel()
	s := start(t)
	ids := []string{"..", ".", "%", "%25", "%2F", "+", " ", "a/b", "//", "?", "#", ";", ":", "@", "'", "''", "('x')", ",", "\x7f", "\x01", "ü", "💾", "é vs é", strings.Repeat("💾", 1024)}
	for i := 1; i < 128; i++ {
		ids = append(ids, "x"+string(rune(i))+"x")
	}
	for _, id := range ids {
		user := s.create(t, userStatusPath(id, id, id), `{}`)
		app := s.do(t, call{target: statusPath(id, id), body: `{}`})
		if app.status != 200 || app.body != user.body {
			t.Errorf("%q: %d %s", id, app.status, app.body)
		}
		quoted := strings.NewReplacer("/"+escape(id), "('"+escape(strings.ReplaceAll(id, "'", "''"))+"')").Replace(statusPath(id, id))
		if a := s.do(t, call{target: quoted, body: `{}`}); a.status != 200 || a.body != user.body {
			t.Errorf("%s: %d %s", quoted, a.status, a.body)
		}
	}
	long := strings.Repeat("x", 1025)
	for target, name := range map[string]string{statusPath(long, "a"): "mobileAppId", statusPath("a", long): "mobileAppInstallStatusId", userStatusPath("a", long, "b"): "userAppInstallStatusId"} {
		a := s.do(t, call{target: target, body: `{"errorCode":"9"}`})
		details := a.problem(t).Details
		if a.status != 400 || details == nil || len(*details) != 2 || (*details)[0].Target != name || (*details)[1].Target != "/errorCode" {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
}

func TestAnErrorRepeatsNothingPersonal(t *testing.T) {
	t.Parallel()
	s := start(t)
	const person = "joe.person@contoso.example"
	for _, body := range []string{
		`{"installState":"` + person + `"}`, `{"lastSyncDateTime":"` + person + `"}`, `{"errorCode":"` + person + `"}`,
		`{"@odata.type":"` + person + `"}`, `{"id":"` + person + `"}`, `{"userName":{"a":"` + person + `"}}`, `{"userName":["` + person + `"]}`,
		`{"app":"` + person + `"}`, `{"unknown":"` + person + `"}`, `{"userName":"` + person + `","userName":"` + person + `"}`,
		`{"userName":"` + person + `\u0000"}`, `{"userName":"` + person, `"` + person + `"`, `{"userName":"` + person + strings.Repeat("x", 9000) + `"}`,
		person,
	} {
		a := s.do(t, call{target: statusPath("app", "id"), body: body})
		if a.status != 400 || strings.Contains(a.body, "joe") {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	for _, target := range []string{statusPath("app", person), statusPath(person, "id")} {
		if a := s.do(t, call{target: target, body: `{}`}); a.status != 404 || strings.Contains(a.body, "joe") {
			t.Errorf("%s: %s", target, a.body)
		}
	}
	if logged := s.logged.String(); strings.Contains(logged, "joe") {
		t.Errorf("the log is %s", logged)
	}
}
