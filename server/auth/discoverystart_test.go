package auth_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAnIssuerThatIsBrieflyDownAtTheStartIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publish("rsa")
		p.fail(answers(http.StatusServiceUnavailable))
		time.AfterFunc(10*time.Second, func() { p.fail(nil) })
		verifier := p.follow(t)
		if _, err := authenticate(verifier, goodToken(goodClaims())); err != nil {
			t.Error(err)
		}
		if p.warnings() != 4 {
			t.Errorf("logged: %s", p.logged())
		}
	})
}

func TestAnIssuerThatStaysDownAtTheStartIsAnErrorAfter30Seconds(t *testing.T) {
	for rule, failing := range map[string]http.HandlerFunc{
		"down": answers(hungUp), "never answering": hangs, "failing": answers(http.StatusBadGateway), "throttling": answers(http.StatusTooManyRequests),
	} {
		t.Run(rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := publish("rsa")
				p.fail(failing)
				began := time.Now()
				err := p.discovery(t).Start(t.Context())
				expectStartError(t, err, "no answer within 30s")
				if waited := time.Since(began); waited != 30*time.Second {
					t.Errorf("waited %s", waited)
				}
			})
		})
	}
}

func TestAWrongAnswerAtTheStartIsAnErrorAtOnce(t *testing.T) {
	document := object{"issuer": issuer, "jwks_uri": issuer + "keys"}
	for _, c := range []struct {
		rule    string
		failing http.HandlerFunc
		message string
	}{
		{"no document", answers(http.StatusNotFound), "the answer is 404"},
		{"no answer that has a text", answers(http.StatusNoContent), "the answer is 204"},
		{"a page for people", says("<html>"), "not a JSON object"},
		{"a list", says("[]"), "not a JSON object"},
		{"null", says("null"), `its issuer is ""`},
		{"an issuer twice", says(`{"issuer":"x","issuer":"` + issuer + `"}`), "one issuer and one jwks_uri, both strings"},
		{"an issuer that is no string", says(document.with("issuer", 1).json()), "not a JSON object"},
		{"another issuer", says(document.with("issuer", "https://other.example/").json()), `its issuer is "https://other.example/"`},
		{"an issuer without the slash", says(document.with("issuer", strings.TrimSuffix(issuer, "/")).json()), "not exactly the configured one"},
		{"an issuer in another case", says(document.with("issuer", strings.ToUpper(issuer)).json()), "not exactly the configured one"},
		{"an issuer of another kind", says(document.with("Issuer", issuer).with("issuer", absent{}).json()), `its issuer is ""`},
		{"a long issuer with line breaks", says(document.with("issuer", strings.Repeat("x\n", 1000)).json()), "not exactly the configured one"},
		{"no jwks_uri", says(document.with("jwks_uri", absent{}).json()), "not an https URL"},
		{"a jwks_uri that is no URL", says(document.with("jwks_uri", "https://%zz/").json()), "not an https URL"},
		{"a jwks_uri with http", says(document.with("jwks_uri", "http://issuer.example/keys").json()), "not an https URL"},
		{"a jwks_uri on this machine", says(document.with("jwks_uri", "http://localhost/keys").json()), "not an https URL"},
		{"a jwks_uri of a file", says(document.with("jwks_uri", "file:///etc/passwd").json()), "not an https URL"},
		{"a jwks_uri with a password", says(document.with("jwks_uri", "https://a:b@issuer.example/keys").json()), "not an https URL"},
		{"a document without keys", says(document.json()), `not a JSON object with an array "keys"`},
		{"too long", says(strings.Repeat(" ", 1<<20+1)), "longer than 1048576 bytes"},
		{"a redirect to http", redirects("http://issuer.example/"), "not https"},
		{"redirects without end", redirects(documentPath), "more than three times"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := publish("rsa")
				p.fail(c.failing)
				began := time.Now()
				expectStartError(t, p.discovery(t).Start(t.Context()), c.message)
				if waited := time.Since(began); waited != 0 {
					t.Errorf("waited %s", waited)
				}
			})
		})
	}
}

// expectStartError expects one line that names the issuer and describes the problem.
func expectStartError(t *testing.T, err error, message string) {
	t.Helper()
	if err == nil {
		t.Fatal("started")
	}
	for _, part := range []string{"issuer " + issuer, message} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q, want %q in it", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") || len(err.Error()) > 1000 {
		t.Errorf("error %q is not one short line", err)
	}
}
