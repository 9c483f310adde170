package auth_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"installstatus/server/auth"
)

// transport is a function that answers requests.
type transport func(*http.Request) (*http.Response, error)

func (answer transport) RoundTrip(r *http.Request) (*http.Response, error) { return answer(r) }

func answerOf(handler http.HandlerFunc, r *http.Request) *http.Response {
	recorder := httptest.NewRecorder()
	handler(recorder, r)
	return recorder.Result()
}

func TestTheURLOfTheDiscoveryDocument(t *testing.T) {
	for _, c := range []struct{ rule, issuer, document string }{
		{"below the issuer", "https://issuer.example", "https://issuer.example/.well-known/openid-configuration"},
		{"a slash at the end counts once", "https://issuer.example/", "https://issuer.example/.well-known/openid-configuration"},
		{"below a path", "https://issuer.example:8443/realms/a", "https://issuer.example:8443/realms/a/.well-known/openid-configuration"},
		{"below an escaped path", "https://issuer.example/a%2Fb/", "https://issuer.example/a%2Fb/.well-known/openid-configuration"},
		{"http on loopback", "http://127.0.0.1:9000", "http://127.0.0.1:9000/.well-known/openid-configuration"},
		{"http on loopback of IPv6", "http://[::1]:9000", "http://[::1]:9000/.well-known/openid-configuration"},
		{"http on localhost", "http://localhost:9000/", "http://localhost:9000/.well-known/openid-configuration"},
		{"a tenant of Entra, version 2", "https://login.microsoftonline.com/" + tenant + "/v2.0", "https://login.microsoftonline.com/" + tenant + "/v2.0/.well-known/openid-configuration"},
		{"a tenant of Entra, version 1", "https://sts.windows.net/" + tenant + "/", "https://sts.windows.net/" + tenant + "/.well-known/openid-configuration"},
		{"all tenants of Entra, version 2", "https://login.microsoftonline.com/{tenantid}/v2.0", "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"},
		{"all tenants of Entra, version 1", "https://sts.windows.net/{tenantid}/", "https://login.microsoftonline.com/common/.well-known/openid-configuration"},
		{"all tenants of another cloud", "https://login.microsoftonline.us/{tenantid}/v2.0", "https://login.microsoftonline.us/common/v2.0/.well-known/openid-configuration"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			asked := ""
			discovery, err := auth.NewDiscovery(c.issuer, transport(func(r *http.Request) (*http.Response, error) {
				asked = r.URL.String()
				cancel()
				return nil, errors.New("enough")
			}), slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			if err := discovery.Start(ctx); err == nil || asked != c.document {
				t.Errorf("%v, asked %s, want %s", err, asked, c.document)
			}
		})
	}
}

func TestAnIssuerWhoseKeysCannotBeReadSafelyIsAnError(t *testing.T) {
	for rule, name := range map[string]string{
		"empty":                   "",
		"a name":                  "installstatus",
		"a host":                  "issuer.example",
		"http":                    "http://issuer.example/",
		"http under another name": "http://localhost.issuer.example/",
		"another scheme":          "ftp://issuer.example/",
		"no host":                 "https:///tenant",
		"a password":              "https://user:password@issuer.example/",
		"a query":                 "https://issuer.example/?p=1",
		"an empty query":          "https://issuer.example/?",
		"a fragment":              "https://issuer.example/#a",
		"an empty fragment":       "https://issuer.example/#",
		"no URL":                  "https://user:password@%zz/",
	} {
		t.Run(rule, func(t *testing.T) {
			_, err := auth.NewDiscovery(name, publish(), slog.New(slog.DiscardHandler))
			if err == nil || !strings.Contains(err.Error(), "must be https") {
				t.Fatalf("error %v", err)
			}
			if strings.Contains(err.Error(), "password") {
				t.Errorf("error %q repeats a password", err)
			}
		})
	}
}

// For any discovery document, keys are read from https URLs only, and only for its own issuer.
func FuzzDiscoveryDocument(f *testing.F) {
	f.Add(object{"issuer": issuer, "jwks_uri": issuer + "keys"}.json())
	f.Add(object{"issuer": issuer, "jwks_uri": "HTTPS://issuer.example:443/keys?p=1#a"}.json())
	f.Add(`{"issuer":"https://issuer.example/","jwks_uri":"http://127.0.0.1/","jwks_uri":"https://a/"}`)
	f.Add(`{"issuer":"https://issuer.example/","jwks_uri":"//a/"}`)
	f.Fuzz(func(t *testing.T, document string) {
		discovery, err := auth.NewDiscovery(issuer, transport(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == documentPath && r.URL.Host == "issuer.example" {
				return answerOf(says(document), r), nil
			}
			if r.URL.Scheme != "https" || !strings.Contains(document, "issuer") {
				t.Errorf("%s was requested", r.URL)
			}
			return answerOf(answers(http.StatusNotFound), r), nil
		}), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := discovery.Start(t.Context()); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v", err)
		}
	})
}
