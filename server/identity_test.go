package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"installstatus/server/auth"
)

func TestPermissions(t *testing.T) {
	t.Parallel()
	s := start(t)
	target := statusPath("app", "id")
	s.create(t, target, `{}`)
	const readPermission = "DeviceManagementApps.Read.All"
	for _, c := range []struct {
		name         string
		grant        auth.Grant
		patch, reads int
	}{
		{"read and write", auth.Grant{Tenant: tenantA, Scope: auth.WritePermission}, 200, 200},
		{"among others", auth.Grant{Tenant: tenantA, Scope: "openid " + auth.WritePermission + " profile"}, 200, 200},
		{"read", auth.Grant{Tenant: tenantA, Scope: readPermission}, 403, 200},
		{"another permission", auth.Grant{Tenant: tenantA, Scope: "DeviceManagementApps.ReadWrite.AllOfIt"}, 403, 403},
		{"another case", auth.Grant{Tenant: tenantA, Scope: strings.ToLower(auth.WritePermission)}, 403, 403},
		{"an application alone", auth.Grant{Tenant: tenantA, Scope: auth.WritePermission, AppOnly: true}, 403, 403},
		{"a personal account", auth.Grant{Tenant: "9188040d-6c67-4c5b-b112-36a304b66dad", Scope: auth.WritePermission}, 403, 403},
		{"another tenant", auth.Grant{Tenant: tenantB, Scope: auth.WritePermission}, 404, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.grant.Lifetime = time.Hour
			header := map[string]string{"Authorization": "Bearer " + s.tokenOf(t, c.grant)}
			patch := s.do(t, call{target: target, body: `{}`, header: header})
			get := s.do(t, call{method: http.MethodGet, target: target, header: header})
			if patch.status != c.patch || get.status != c.reads {
				t.Fatalf("PATCH %d, GET %d: %s", patch.status, get.status, patch.body)
			}
			if c.patch == 403 && patch.problem(t).Code != "Forbidden" {
				t.Error(patch.body)
			}
		})
	}
}

func TestApplicationPermissionsCountIfTheOperatorAllowsThem(t *testing.T) {
	t.Parallel()
	s := start(t, "--allow-app-only")
	target := statusPath("app", "id")
	s.create(t, target, `{}`)
	for scope, status := range map[string]int{auth.WritePermission: 200, "DeviceManagementApps.Read.All": 403} {
		token := s.tokenOf(t, auth.Grant{Tenant: tenantA, Scope: scope, AppOnly: true, Lifetime: time.Hour})
		if a := s.do(t, call{target: target, body: `{}`, header: map[string]string{"Authorization": "Bearer " + token}}); a.status != status {
			t.Errorf("%s: %d %s", scope, a.status, a.body)
		}
	}
}

func TestAGetOutsideOfTheAPINeedsNoToken(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, target := range []string{"/nothing", "/v1.0/x", "/%62eta%2F/x", "/metrics", "//beta"} {
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodDelete, http.MethodOptions, "PROPFIND"} {
			for authorization, status := range map[string]int{"": 401, "Bearer x": 401, "Bearer " + s.token(t): 404} {
				if method == http.MethodGet && authorization == "" {
					status = 404
				}
				a := s.do(t, call{method: method, target: target, body: `{"not json`, header: map[string]string{"Authorization": authorization}})
				if a.status != status || status == 404 && !strings.HasPrefix(a.problem(t).Message, "Invalid version: ") {
					t.Errorf("%s %s with %q: %d %s", method, target, authorization, a.status, a.body)
				}
			}
		}
	}
}

func TestAuthenticationComesFirst(t *testing.T) {
	t.Parallel()
	s := start(t)
	good := s.token(t)
	broken := good[:len(good)-5] + "AAAAA"
	for _, target := range []string{statusPath("app", "id"), statusesPath("app") + "/$count", "/beta/unknown", "/beta/$metadata", "/BETA/$ref/", statusPath("app", "id") + "?$expand=x", "/beta//", "/beta/deviceAppManagement/mobileApps/%00"} {
		for authorization, message := range map[string]string{
			"":                     "Access token is empty.",
			"Bearer":               "Access token is empty.",
			"Bearer " + broken:     "",
			"Bearer x":             "IDX14100",
			"Basic dXNlcjpwYXNz":   "",
			"Bearer a, Bearer b":   "",
			good:                   "",
			"Bearer " + good + "x": "",
		} {
			for _, method := range []string{http.MethodPatch, http.MethodGet, http.MethodDelete, http.MethodOptions, "PROPFIND"} {
				a := s.do(t, call{method: method, target: target, body: `{"not json`, header: map[string]string{"Authorization": authorization}})
				if a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer ") {
					t.Fatalf("%s %s with %q: %d", method, target, authorization, a.status)
				}
				if p := a.problem(t); p.Code != "InvalidAuthenticationToken" || !strings.Contains(p.Message, message) {
					t.Errorf("%q: %s", authorization, a.body)
				}
			}
		}
	}
	if a := s.do(t, call{target: statusPath("app", "id") + "?access_token=" + good, header: map[string]string{"Authorization": ""}}); a.status != http.StatusUnauthorized {
		t.Errorf("a token in the query: %d", a.status)
	}
	request, _ := http.NewRequest(http.MethodGet, s.base+statusPath("app", "id"), nil)
	request.Header["Authorization"] = []string{"Bearer " + good, "Bearer " + good}
	if a := s.send(t, request); a.status != http.StatusUnauthorized {
		t.Errorf("two Authorization lines: %d", a.status)
	}
	if a := s.do(t, call{method: http.MethodGet, target: statusPath("app", "id"), header: map[string]string{"Authorization": "bEARER " + good}}); a.status != http.StatusNotFound {
		t.Errorf("the scheme in another case: %d", a.status)
	}
}

func TestTheBodyIsNotReadBeforeAuthentication(t *testing.T) {
	t.Parallel()
	s := start(t)
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(connection, "PATCH %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n", statusPath("app", "id"))
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("%s: the server asked for the body", response.Status)
	}
}

func TestATenantCannotTellAnothersRowFromAMissingOne(t *testing.T) {
	t.Parallel()
	s := start(t)
	target := statusPath("app", "id")
	s.create(t, target, seedBody)
	stranger := map[string]string{"Authorization": "Bearer " + s.tokenOf(t, auth.Grant{Tenant: tenantB, Scope: auth.WritePermission, Lifetime: time.Hour})}
	for _, body := range []string{`{"errorCode":1}`, `{}`} {
		theirs := s.do(t, call{target: target, body: body, header: stranger})
		missing := s.do(t, call{target: statusPath("app", "no"), body: body, header: stranger})
		a, b := theirs.problem(t), missing.problem(t)
		if theirs.status != 404 || missing.status != 404 || a.Message != b.Message || len(theirs.header) != len(missing.header) || len(theirs.body) != len(missing.body) {
			t.Errorf("%s differs from %s", theirs.body, missing.body)
		}
	}
	mine := s.do(t, call{target: target, body: `{"deviceName":"b"}`, header: map[string]string{"Authorization": stranger["Authorization"], "Prefer": "create-if-missing"}})
	if mine.status != http.StatusCreated || strings.Contains(mine.body, "Os Version value") {
		t.Errorf("the stranger's own row: %d %s", mine.status, mine.body)
	}
	if a := s.do(t, call{method: http.MethodGet, target: target}); !strings.Contains(a.body, "Device Name value") {
		t.Errorf("the first tenant's row is %s", a.body)
	}
}
