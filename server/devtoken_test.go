package main

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"installstatus/server/auth"
	"installstatus/server/auth/devtoken"
)

// tokenAnswer is an answer of the token endpoint, which the contract does not have.
type tokenAnswer struct {
	Status      int    `json:"-"`
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
}

// askForToken sends a form to the token endpoint.
func (s *testServer) askForToken(t testing.TB, form string) (a tokenAnswer) {
	t.Helper()
	response, err := s.client.Post(s.base+devtoken.Path, "application/x-www-form-urlencoded", strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	a.Status = response.StatusCode
	return a
}

func TestATokenOfTheEndpointIsAcceptedByTheAPI(t *testing.T) {
	t.Parallel()
	s := start(t, "--allow-app-only")
	const granted = auth.WritePermission
	for _, c := range []struct {
		rule, form string
		seconds    int
		scope      string
		status     int // of a PATCH that creates a status
	}{
		{"nothing but the grant type", "grant_type=client_credentials", 3600, granted, 201},
		{"a name and a password are ignored", "grant_type=password&username=a&password=b", 3600, granted, 201},
		{"a client and its secret are ignored", "grant_type=client_credentials&client_id=a&client_secret=b", 3600, granted, 201},
		{"a tenant", "grant_type=client_credentials&tenant=contoso", 3600, granted, 201},
		{"empty parameters count as absent", "grant_type=client_credentials&tenant=&scope=&app_only=&expires_in=", 3600, granted, 201},
		{"unknown parameters are ignored", "grant_type=client_credentials&resource=a&resource=b&x", 3600, granted, 201},
		{"a permission", "grant_type=client_credentials&scope=" + granted, 3600, granted, 201},
		{"a permission for reading", "grant_type=client_credentials&scope=DeviceManagementApps.Read.All", 3600, "DeviceManagementApps.Read.All", 403},
		{"several permissions", "grant_type=client_credentials&scope=openid+++" + granted, 3600, "openid " + granted, 201},
		{"a permission of Graph", "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F" + granted, 3600, granted, 201},
		{"Graph's .default", "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default", 3600, granted, 201},
		{"Graph's .default with two slashes", "grant_type=client_credentials&scope=https://graph.microsoft.com//.default", 3600, granted, 201},
		{"an own API's .default", "grant_type=client_credentials&scope=api://installstatus/.default+offline_access", 3600, granted + " offline_access", 201},
		{"an application", "grant_type=client_credentials&app_only=true", 3600, granted, 201},
		{"an application that may only read", "grant_type=client_credentials&app_only=1&scope=DeviceManagementApps.Read.All", 3600, "DeviceManagementApps.Read.All", 403},
		{"a lifetime", "grant_type=client_credentials&expires_in=5", 5, granted, 201},
		{"the longest lifetime", "grant_type=client_credentials&expires_in=31536000", 31536000, granted, 201},
	} {
		t.Run(c.rule, func(t *testing.T) {
			a := s.askForToken(t, c.form)
			if a.Status != 200 || a.TokenType != "Bearer" || a.ExpiresIn != c.seconds || a.Scope != c.scope {
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

func TestTheEndpointAndTheCommandShareADefaultTenant(t *testing.T) {
	t.Parallel()
	s := start(t)
	target := statusPath("app", "id")
	authorization := func(form string) map[string]string {
		return map[string]string{"Authorization": "Bearer " + s.askForToken(t, "grant_type=client_credentials"+form).AccessToken}
	}
	command := s.tokenOf(t, auth.Grant{Tenant: auth.DevelopmentTenant, Scope: auth.WritePermission, Lifetime: time.Hour})
	s.do(t, call{target: target, body: `{}`, header: map[string]string{"Authorization": "Bearer " + command, "Prefer": "create-if-missing"}})
	for form, status := range map[string]int{"": 200, "&tenant=" + auth.DevelopmentTenant: 200, "&tenant=contoso": 404} {
		if a := s.do(t, call{method: http.MethodGet, target: target, header: authorization(form)}); a.status != status {
			t.Errorf("%q: %d", form, a.status)
		}
	}
}

func TestExposedDevelopmentIsServedOffLoopbackWithAWarning(t *testing.T) {
	t.Parallel()
	s := start(t, "--dev-expose", "--addr", "0.0.0.0:0")
	if logged := s.logged.String(); !strings.Contains(logged, "--dev-expose gives every permission to anyone who can reach the address") || !strings.Contains(logged, "WARN") {
		t.Errorf("logged: %s", logged)
	}
	if a := s.askForToken(t, "grant_type=client_credentials"); a.Status != 200 {
		t.Errorf("%+v", a)
	}
}

func TestWithoutDevThereIsNoTokenEndpoint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys.json")
	newTestIssuer(t).save(t, keys)
	s := startIn(t, dir, "--dev=false", "--jwks-file", keys, "--issuer", "https://issuer.example/")
	a := s.do(t, call{method: http.MethodPost, target: devtoken.Path, body: "grant_type=client_credentials", header: map[string]string{
		"Authorization": "", "Content-Type": "application/x-www-form-urlencoded"}})
	if a.status != http.StatusUnauthorized || a.problem(t).Code != "InvalidAuthenticationToken" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.do(t, call{target: statusPath("app", "id"), body: `{}`}); a.status != http.StatusUnauthorized {
		t.Errorf("a development token: %d", a.status)
	}
}

func TestTheTokenEndpointAnswersTheNameOfAContainerWhenExposed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args   []string
		status int
		text   string
	}{
		{nil, http.StatusForbidden, "other names are answered with --dev-expose."},
		{[]string{"--dev-expose"}, http.StatusOK, "access_token"},
	} {
		s := start(t, c.args...)
		request, err := http.NewRequest(http.MethodPost, s.base+devtoken.Path, strings.NewReader("grant_type=client_credentials"))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "installstatus:8080"
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := s.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != c.status || !strings.Contains(string(body), c.text) {
			t.Errorf("%v: %d %s, want %d and %q", c.args, response.StatusCode, body, c.status, c.text)
		}
	}
}
