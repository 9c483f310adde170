package auth_test

import (
	"strings"
	"testing"

	"installstatus/server/auth"
)

func TestAConfigurationThatCannotWorkIsAnError(t *testing.T) {
	keys := keySet(t, jwk("rsa"))
	many := []auth.Issuer{{Name: "https://sts.windows.net/{tenantid}/", Keys: keys}}
	for _, c := range []struct {
		rule, message string
		change        func(*auth.Config)
	}{
		{"no issuer", "no issuer", func(c *auth.Config) { c.Issuers = nil }},
		{"an issuer without a name", "no name", func(c *auth.Config) { c.Issuers[0].Name = "" }},
		{"an issuer without keys", "has no keys", func(c *auth.Config) { c.Issuers[0].Keys = nil }},
		{"an issuer twice", "named twice", func(c *auth.Config) { c.Issuers = append(c.Issuers, c.Issuers[0]) }},
		{"no audience", "no audience", func(c *auth.Config) { c.Audiences = nil }},
		{"an empty audience", "no audience", func(c *auth.Config) { c.Audiences = []string{audience, ""} }},
		{"an empty audience of one issuer", "no audience", func(c *auth.Config) { c.Issuers[0].Audiences = []string{""} }},
		{"many tenants and no list of them", "must be listed", func(c *auth.Config) { c.Issuers = many }},
		{"an empty tenant", "a tenant to serve is not 1 to 128", func(c *auth.Config) { c.Tenants = []string{tenant, ""} }},
		{"a tenant with a space", "a tenant to serve is not 1 to 128", func(c *auth.Config) { c.Tenants = []string{" " + tenant} }},
		{"a cache of less than nothing", "-1", func(c *auth.Config) { c.CacheSize = -1 }},
	} {
		t.Run(c.rule, func(t *testing.T) {
			config := goodConfig(t)
			c.change(&config)
			_, err := auth.New(config)
			if err == nil || !strings.Contains(err.Error(), c.message) {
				t.Errorf("error %v, want %q in it", err, c.message)
			}
		})
	}
}

func TestAListOfTenantsAppliesToEveryIssuer(t *testing.T) {
	config := goodConfig(t)
	config.Tenants = []string{"other"}
	token := goodToken(goodClaims())
	_, err := authenticate(newVerifier(t, config), token)
	expectRefusal(t, err, "tenant is not served", token)
}

func TestAnIssuersOwnAudiencesReplaceTheCommonOnes(t *testing.T) {
	const own = "api://own"
	config := goodConfig(t)
	config.Issuers = []auth.Issuer{
		{Name: issuer, Keys: keySet(t, jwk("rsa")), Audiences: []string{own}},
		{Name: "https://other.example/", Keys: keySet(t, jwk("rsa"))},
	}
	verifier := newVerifier(t, config)
	for _, c := range []struct{ rule, iss, aud, message string }{
		{"its own", issuer, own, ""},
		{"the others'", issuer, audience, "Invalid audience. Accepted here: " + own},
		{"the others', of another", "https://other.example/", audience, ""},
		{"its own, of another", "https://other.example/", own, "Invalid audience. Accepted here: " + audience},
	} {
		t.Run(c.rule, func(t *testing.T) {
			token := goodToken(goodClaims().with("iss", c.iss).with("aud", c.aud))
			_, err := authenticate(verifier, token)
			if c.message != "" {
				expectRefusal(t, err, c.message, token)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}
