package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"installstatus/server/auth"

	"github.com/go-jose/go-jose/v4"
)

const ownAudience = "api://installstatus"

// startFor runs the program with an issuer, and without the development issuer.
func startFor(t testing.TB, args ...string) *testServer {
	t.Helper()
	return start(t, append([]string{"--dev=false", "--audience", ownAudience}, args...)...)
}

// write sends a PATCH that creates a status if it is missing.
func (s *testServer) write(t testing.TB, token string) answered {
	t.Helper()
	return s.do(t, call{target: statusPath("app", "id"), body: `{}`, header: map[string]string{
		"Authorization": "Bearer " + token, "Prefer": "create-if-missing"}})
}

func TestTheKeysOfOneTenantAreDiscovered(t *testing.T) {
	t.Parallel()
	issuer := newTestIssuer(t)
	s := startFor(t, "--issuer", issuer.URL+"/"+tenantA+"/v2.0")
	for _, c := range []struct {
		rule    string
		changes tokenClaims
		status  int
		message string
	}{
		{"its token", nil, 201, ""},
		{"another audience", tokenClaims{"aud": "api://other"}, 401, "Invalid audience. Accepted here: " + ownAudience},
		{"Graph's audience", tokenClaims{"aud": "https://graph.microsoft.com"}, 401, "Invalid audience"},
		{"another issuer", tokenClaims{"iss": issuer.URL + "/" + tenantB + "/v2.0", "tid": tenantB}, 401, "Invalid issuer"},
		{"version 1", tokenClaims{"iss": issuer.URL + "/" + tenantA + "/"}, 401, "Invalid issuer"},
		{"expired", tokenClaims{"exp": time.Now().Add(-time.Hour).Unix()}, 401, "expired"},
		{"another permission", tokenClaims{"scp": "User.Read"}, 403, "DeviceManagementApps.ReadWrite.All"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			a := s.write(t, issuer.token(t, c.changes))
			if a.status != c.status || !strings.Contains(a.body, c.message) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestAnIssuerOfManyTenantsIsServedForTheListedOnes(t *testing.T) {
	t.Parallel()
	const tenantC = "cccccccc-0000-4000-8000-000000000003"
	issuer := newTestIssuer(t)
	s := startFor(t, "--issuer", issuer.URL+"/{tenantid}/v2.0,"+issuer.URL+"/{tenantid}/", "--tenants", tenantA+","+tenantB)
	version1 := func(tenant string) string { return issuer.URL + "/" + tenant + "/" }
	version2 := func(tenant string) string { return issuer.URL + "/" + tenant + "/v2.0" }
	for _, c := range []struct {
		rule, iss, tid string
		status         int
		message        string
	}{
		{"a listed tenant, version 2", version2(tenantA), tenantA, 201, ""},
		{"a listed tenant, version 1", version1(tenantA), tenantA, 200, ""},
		{"the other listed tenant, which has rows of its own", version2(tenantB), tenantB, 201, ""},
		{"the other listed tenant, version 1", version1(tenantB), tenantB, 200, ""},
		{"a tenant that is not listed", version2(tenantC), tenantC, 401, "tenant is not served here"},
		{"a tenant that is not listed, version 1", version1(tenantC), tenantC, 401, "tenant is not served here"},
		{"a listed tenant in tid alone", version2(tenantC), tenantA, 401, "Invalid issuer"},
		{"a listed tenant in iss alone", version2(tenantA), tenantC, 401, "Invalid issuer"},
		{"common", version2("common"), "common", 401, "tenant is not served here"},
		{"the placeholder", version2("{tenantid}"), "{tenantid}", 401, "tenant is not served here"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			a := s.write(t, issuer.token(t, tokenClaims{"iss": c.iss, "tid": c.tid}))
			if a.status != c.status || !strings.Contains(a.body, c.message) {
				t.Errorf("%d %s", a.status, a.body)
			}
			if strings.Contains(a.body, tenantC) {
				t.Errorf("%s reveals a tenant", a.body)
			}
		})
	}
}

func TestATokenOfANewKeyIsAcceptedAtOnce(t *testing.T) {
	t.Parallel()
	issuer := newTestIssuer(t)
	s := startFor(t, "--issuer", issuer.URL+"/"+tenantA+"/v2.0")
	old := issuer.token(t, nil)
	issuer.rotate(t, "second")
	for rule, token := range map[string]string{"the new key": issuer.token(t, nil), "the old key": old} {
		if a := s.write(t, token); a.status >= 400 {
			t.Errorf("%s: %d %s", rule, a.status, a.body)
		}
	}
	issuer.rotate(t, "third")
	for range 1000 {
		if a := s.write(t, issuer.token(t, nil)); a.status != http.StatusUnauthorized || !strings.Contains(a.body, "kid names no key") {
			t.Fatalf("less than a minute later: %d %s", a.status, a.body)
		}
	}
	if reads := issuer.keysRead(); reads != 2 {
		t.Errorf("the keys were read %d times", reads)
	}
}

func TestTokensAreAcceptedWhileTheirIssuerIsDown(t *testing.T) {
	t.Parallel()
	issuer := newTestIssuer(t)
	s := startFor(t, "--issuer", issuer.URL+"/"+tenantA+"/v2.0")
	known := issuer.token(t, nil)
	issuer.Close()
	issuer.rotate(t, "unknown")
	if a := s.write(t, issuer.token(t, nil)); a.status != http.StatusUnauthorized {
		t.Errorf("an unknown key: %d", a.status)
	}
	if a := s.write(t, known); a.status != http.StatusCreated {
		t.Errorf("%d %s", a.status, a.body)
	}
	s.stop()
	if logged := s.logged.String(); strings.Count(logged, "still using the last ones") != 1 || strings.Contains(logged, known) {
		t.Errorf("logged: %s", logged)
	}
}

func TestTheErrorOfATokenForGraphTellsWhatToDo(t *testing.T) {
	t.Parallel()
	issuer := newTestIssuer(t)
	s := startFor(t, "--issuer", issuer.URL+"/"+tenantA+"/v2.0")
	token := issuer.tokenWith(t, map[jose.HeaderKey]any{"nonce": "c2FsdA"}, tokenClaims{"aud": "https://graph.microsoft.com"})
	a := s.write(t, token)
	if p := a.problem(t); a.status != http.StatusUnauthorized || p.Code != "InvalidAuthenticationToken" ||
		!strings.Contains(p.Message, "only Graph can verify it") || !strings.Contains(p.Message, "--audience") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestAUsersIDTokenIsNotAnApplications(t *testing.T) {
	t.Parallel()
	issuer := newTestIssuer(t)
	s := startFor(t, "--allow-app-only", "--issuer", issuer.URL+"/"+tenantA+"/v2.0")
	roles := tokenClaims{"scp": nil, "roles": []string{auth.WritePermission}}
	with := func(changes tokenClaims) tokenClaims {
		merged := maps.Clone(roles)
		maps.Copy(merged, changes)
		return merged
	}
	for _, c := range []struct {
		rule    string
		changes tokenClaims
		status  int
	}{
		{"an application, with idtyp", with(tokenClaims{"idtyp": "app"}), 201},
		{"an application, its own subject", with(tokenClaims{"sub": "a"}), 200},
		{"an application without the role", with(tokenClaims{"idtyp": "app", "roles": []string{"Other"}}), 403},
		{"a user's ID token", with(tokenClaims{"preferred_username": "somebody@contoso.example"}), 403},
		{"a user's shortest ID token", with(tokenClaims{"oid": nil}), 403},
	} {
		t.Run(c.rule, func(t *testing.T) {
			if a := s.write(t, issuer.token(t, c.changes)); a.status != c.status {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

func TestDevelopmentTokensAndAnIssuersEachHaveTheirAudience(t *testing.T) {
	t.Parallel()
	issuer := newTestIssuer(t)
	s := start(t, "--audience", ownAudience, "--issuer", issuer.URL+"/"+tenantA+"/v2.0")
	for _, c := range []struct {
		rule, token string
		status      int
	}{
		{"a development token, for Graph", s.token(t), 201},
		{"the issuer's, for the own API", issuer.token(t, nil), 200},
		{"the issuer's, for Graph", issuer.token(t, tokenClaims{"aud": "https://graph.microsoft.com"}), 401},
	} {
		if a := s.write(t, c.token); a.status != c.status {
			t.Errorf("%s: %d %s", c.rule, a.status, a.body)
		}
	}
}

func TestAServerCanBeStoppedWhileItWaitsForItsIssuer(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 100)
	for rule, failing := range map[string]http.HandlerFunc{
		"while it does not answer": func(_ http.ResponseWriter, r *http.Request) {
			asked <- struct{}{}
			<-r.Context().Done()
		},
		"until it is tried again": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			asked <- struct{}{}
		},
	} {
		t.Run(rule, func(t *testing.T) {
			issuer := httptest.NewServer(failing)
			defer issuer.Close()
			ctx, terminate := context.WithCancel(t.Context())
			var complaints syncBuffer
			exit := make(chan int, 1)
			go func() {
				exit <- run(ctx, serveArgs(t.TempDir(), []string{"--dev=false", "--audience", ownAudience, "--issuer", issuer.URL}), terminal{out: io.Discard, err: &complaints})
			}()
			<-asked
			terminate()
			select {
			case code := <-exit:
				if code != 0 {
					t.Errorf("exit code %d: %s", code, &complaints)
				}
			case <-time.After(20 * time.Second):
				t.Error("the server does not stop")
			}
		})
	}
}

func TestAWrongIdentityIsAnErrorAtTheStart(t *testing.T) {
	t.Parallel()
	issuer := newTestIssuer(t)
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	tenant := issuer.URL + "/" + tenantA + "/v2.0"
	dir := t.TempDir()
	for _, c := range []struct {
		rule    string
		args    []string
		code    int
		message string
	}{
		{"no audience", []string{"--issuer", tenant}, 2, "only Graph can verify"},
		{"no audience, with dev", []string{"--issuer", tenant, "--dev"}, 2, "only Graph can verify"},
		{"an audience without an issuer", []string{"--dev", "--audience", ownAudience}, 2, "--issuer"},
		{"many tenants and no list", []string{"--issuer", issuer.URL + "/{tenantid}/v2.0", "--audience", ownAudience}, 2, "--tenants"},
		{"an issuer without https", []string{"--issuer", "http://issuer.example/", "--audience", ownAudience}, 2, "https"},
		{"an issuer twice", []string{"--issuer", tenant + "," + tenant, "--audience", ownAudience}, 2, "named twice"},
		{"exposed without dev", []string{"--dev-expose", "--issuer", tenant, "--audience", ownAudience}, 2, "--dev-expose needs --dev"},
		{"an issuer that publishes nothing", []string{"--issuer", gone.URL, "--audience", ownAudience}, 1, "the answer is 404"},
		{"an issuer that publishes nothing, and what to do", []string{"--issuer", gone.URL, "--audience", ownAudience}, 1, "check --issuer and the network, or save the keys to a file and name it with --jwks-file"},
		{"an issuer that is no URL, and what to do", []string{"--issuer", "issuer", "--audience", ownAudience}, 2, "add --jwks-file"},
		{"an issuer by another name", []string{"--issuer", tenant + "/", "--audience", ownAudience}, 1, tenant},
		{"one of two is wrong", []string{"--issuer", tenant + "," + gone.URL, "--audience", ownAudience}, 1, gone.URL},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var out, err bytes.Buffer
			args := append([]string{"serve", "--addr", "127.0.0.1:0", "--db", "sqlite::memory:", "--dev-key", filepath.Join(dir, "dev.pem")}, c.args...)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // stops a server that starts
			defer cancel()
			if code := run(ctx, args, terminal{out: &out, err: &err}); code != c.code || !strings.Contains(err.String(), c.message) {
				t.Errorf("exit code %d: %s", code, err.String())
			}
			failure := err.String()[strings.LastIndex(err.String(), "installstatus: "):]
			if out.Len() > 0 || c.code == 1 && strings.Count(failure, "\n") != 1 {
				t.Errorf("stdout: %s\nstderr: %s", out.String(), err.String())
			}
		})
	}
}
