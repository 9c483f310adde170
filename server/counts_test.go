package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"installstatus/server/auth"
)

// TestCounts checks that the number at /$count is that of the entities in the list, whatever the filter.
func TestCounts(t *testing.T) { onEachEngine(t, testCounts) }

func testCounts(t *testing.T, s *testServer) {
	for i := range 7 {
		target := statusPath("app", fmt.Sprint(i))
		if i%2 == 0 {
			target = userStatusPath("app", fmt.Sprint("u", i%3), fmt.Sprint(i))
		}
		s.create(t, target, fmt.Sprintf(`{"errorCode":%d,"installState":%q}`, i, []string{"failed", "installed"}[i%2]))
	}
	s.create(t, statusPath("another", "x"), `{}`)
	for _, c := range []struct{ list, filter, want string }{
		{statusesPath("app"), "", "7"},
		{statusesPath("none"), "", "0"},
		{statusesPath("app"), "errorCode gt 2", "4"},
		{statusesPath("app"), "errorCode gt 9", "0"},
		{statusesPath("app"), "not (errorCode eq 1)", "6"},
		{userStatusesPath("app", "u0"), "", "2"},
		{userStatusesPath("app", "u0"), "id eq '6'", "1"},
		{userStatusesPath("app", "none"), "", "0"},
		{usersPath("app"), "", "3"},
		{usersPath("app"), "failedDeviceCount gt 1", "1"},
		{usersPath("none"), "", "0"},
	} {
		target, want := c.list+"/$count", c.want
		if c.filter != "" {
			target += "?$filter=" + strings.ReplaceAll(c.filter, " ", "%20")
		}
		for _, accept := range []string{"", "*/*", "text/plain", "text/plain;q=0.9", "text/*", "application/json", "application/json;odata.metadata=none, text/html"} {
			a := s.do(t, call{method: http.MethodGet, target: target, header: map[string]string{"Accept": accept}})
			if a.status != http.StatusOK || a.body != want || a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("%s Accept: %s: %d %v %q, want %s", target, accept, a.status, a.header, a.body, want)
			}
		}
		head := s.do(t, call{method: http.MethodHead, target: target})
		if head.status != http.StatusOK || head.body != "" || head.header.Get("Content-Length") != fmt.Sprint(len(want)) {
			t.Errorf("HEAD %s: %d %v", target, head.status, head.header)
		}
	}
}

func TestRefusedCounts(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.create(t, userStatusPath("app", "user", "id"), `{}`)
	nobody := "Bearer " + s.tokenOf(t, auth.Grant{Tenant: tenantA, Scope: "User.Read", Lifetime: time.Hour})
	stranger := "Bearer " + s.tokenOf(t, auth.Grant{Tenant: tenantB, Scope: "DeviceManagementApps.Read.All", Lifetime: time.Hour})
	for _, list := range []string{statusesPath("app"), usersPath("app"), userStatusesPath("app", "user")} {
		for name, c := range map[string]struct {
			call
			status int
		}{
			"without a permission":     {call{header: map[string]string{"Authorization": nobody}}, 403},
			"without a token":          {call{header: map[string]string{"Authorization": ""}}, 401},
			"as something else":        {call{header: map[string]string{"Accept": "text/html"}}, 406},
			"as neither text nor JSON": {call{header: map[string]string{"Accept": "*/*, text/plain;q=0, application/json;q=0"}}, 406},
			"with a broken filter":     {call{target: "?$filter=x", header: map[string]string{"Accept": "text/plain"}}, 400},
			"with a search":            {call{target: "?$search=x"}, 400},
		} {
			a := s.do(t, call{method: http.MethodGet, target: list + "/$count" + c.target, header: c.header})
			if a.status != c.status || a.header.Get("Content-Type") != "application/json" {
				t.Errorf("%s %s: %d %v %s", list, name, a.status, a.header, a.body)
			}
		}
		for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete} {
			if a := s.do(t, call{method: method, target: list + "/$count", body: `{}`}); a.status != 405 || a.header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d %s", method, list, a.status, a.body)
			}
		}
		if a := s.do(t, call{method: http.MethodGet, target: list + "/$count", header: map[string]string{"Authorization": stranger}}); a.status != 200 || a.body != "0" {
			t.Errorf("another tenant counts %d %s at %s", a.status, a.body, list)
		}
	}
}

// TestA204ThatCreatedNamesTheEntity checks OData-EntityId, and that a 204 that created nothing has none.
func TestA204ThatCreatedNamesTheEntity(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range []struct {
		method, target string
		created        bool
	}{
		{http.MethodPatch, statusPath("app", "1"), true},
		{http.MethodPatch, statusPath("app", "1"), false},
		{http.MethodPatch, statusPath("app", ".."), true},
		{http.MethodPatch, userStatusPath("app", "user", "a/b%"), true},
		{http.MethodPatch, userStatusPath("app", "user", "a/b%") + "/", false},
		{http.MethodPost, statusesPath("app"), true},
		{http.MethodPost, userStatusesPath("app", "user") + "/", true},
	} {
		a := s.do(t, call{method: c.method, target: c.target, body: `{}`, header: map[string]string{"Prefer": "return=minimal, create-if-missing"}})
		id := a.header.Get("OData-EntityId")
		if a.status != http.StatusNoContent || (id != "") != c.created || id != a.header.Get("Location") {
			t.Errorf("%s %s: %d %v", c.method, c.target, a.status, a.header)
			continue
		}
		if c.created {
			if read := s.do(t, call{method: http.MethodGet, target: strings.TrimPrefix(id, s.base)}); read.status != http.StatusOK {
				t.Errorf("GET %s: %d", id, read.status)
			}
		}
	}
	whole := s.do(t, call{target: statusPath("app", "2"), body: `{}`, header: map[string]string{"Prefer": "create-if-missing"}})
	if whole.status != http.StatusCreated || whole.header.Get("OData-EntityId") != "" {
		t.Errorf("a 201, which has a body, has %v", whole.header)
	}
}
