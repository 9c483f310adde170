package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"installstatus/api"
	"installstatus/server/auth"
)

func newDevelopment(t testing.TB) *auth.Development {
	t.Helper()
	development, err := auth.NewDevelopment(keyring()["p256"].(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	return development
}

func developmentConfig(development *auth.Development) auth.Config {
	return auth.Config{
		Issuers: []auth.Issuer{development.Issuer()},
		Now:     func() time.Time { return noon },
	}
}

func TestADevelopmentTokenIsAcceptedByAServerInDevelopment(t *testing.T) {
	development := newDevelopment(t)
	verifier := newVerifier(t, developmentConfig(development))
	for _, c := range []struct {
		rule   string
		grant  auth.Grant
		caller api.Caller
	}{
		{"for a user", auth.Grant{Tenant: "contoso", Scope: "A  B", Lifetime: time.Hour}, api.Caller{Tenant: "contoso", Scopes: []string{"A", "B"}}},
		{"for an app", auth.Grant{Tenant: "contoso", Scope: "A B", AppOnly: true, Lifetime: time.Hour}, api.Caller{Tenant: "contoso", Roles: []string{"A", "B"}, AppOnly: true}},
		{"for an app without roles", auth.Grant{Tenant: tenant, AppOnly: true, Lifetime: time.Second}, api.Caller{Tenant: tenant, AppOnly: true}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			token, err := development.Issue(c.grant, noon)
			if err != nil {
				t.Fatal(err)
			}
			caller, err := authenticate(verifier, token)
			expectCaller(t, caller, err, c.caller)
		})
	}
}

func TestTheErrorOfAMissingTokenTellsHowToGetADevelopmentToken(t *testing.T) {
	const hint = "installstatus token"
	_, err := newVerifier(t, developmentConfig(newDevelopment(t))).Authenticate(request())
	expectRefusal(t, err, hint, "Bearer")
	if _, err := newVerifier(t, goodConfig(t)).Authenticate(request()); err == nil || strings.Contains(err.Error(), hint) {
		t.Errorf("without the development issuer: %v", err)
	}
}

func TestADevelopmentTokenLooksLikeEntras(t *testing.T) {
	development := newDevelopment(t)
	for _, c := range []struct {
		rule   string
		grant  auth.Grant
		claims []string
	}{
		{"for a user", auth.Grant{Tenant: "contoso", Scope: "A B", Lifetime: time.Hour}, []string{"aud", "exp", "iat", "iss", "nbf", "oid", "scp", "sub", "tid", "ver"}},
		{"for an app", auth.Grant{Tenant: "contoso", Scope: "A B", AppOnly: true, Lifetime: time.Hour}, []string{"aud", "exp", "iat", "idtyp", "iss", "nbf", "oid", "roles", "sub", "tid", "ver"}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			token, err := development.Issue(c.grant, noon.Add(999*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			claims := payloadOf(t, token)
			var names []string
			for name := range claims {
				names = append(names, name)
			}
			slices.Sort(names)
			if !slices.Equal(names, c.claims) {
				t.Errorf("claims %v, want %v", names, c.claims)
			}
			for name, want := range map[string]any{
				"iss": auth.DevelopmentIssuer, "aud": "https://graph.microsoft.com", "tid": "contoso", "ver": "2.0",
				"iat": float64(noon.Unix()), "nbf": float64(noon.Unix()), "exp": float64(noon.Unix() + 3600),
			} {
				if claims[name] != want {
					t.Errorf("%s is %v, want %v", name, claims[name], want)
				}
			}
		})
	}
}

func payloadOf(t *testing.T, token string) (claims map[string]any) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestTheUserOfATenantIsAlwaysTheSame(t *testing.T) {
	development := newDevelopment(t)
	user := func(grant auth.Grant) any {
		grant.Lifetime = time.Hour
		token, err := development.Issue(grant, noon)
		if err != nil {
			t.Fatal(err)
		}
		return payloadOf(t, token)["oid"]
	}
	one := user(auth.Grant{Tenant: "contoso", Scope: "A"})
	if again := user(auth.Grant{Tenant: "contoso", Scope: "B"}); again != one {
		t.Errorf("%v, then %v", one, again)
	}
	if other := user(auth.Grant{Tenant: "fabrikam", Scope: "A"}); other == one {
		t.Error("two tenants share a user")
	}
	if app := user(auth.Grant{Tenant: "contoso", AppOnly: true}); app == one {
		t.Error("the app is the user")
	}
}

func TestADevelopmentTokenThatNoServerAcceptsIsNotIssued(t *testing.T) {
	for rule, grant := range map[string]auth.Grant{
		"no tenant":                            {Scope: "A", Lifetime: time.Hour},
		"a tenant with a space":                {Tenant: "a b", Scope: "A", Lifetime: time.Hour},
		"a user's without a scope":             {Tenant: "contoso", Lifetime: time.Hour},
		"a user's of spaces":                   {Tenant: "contoso", Scope: "  ", Lifetime: time.Hour},
		"no lifetime":                          {Tenant: "contoso", Scope: "A"},
		"one longer than any that is accepted": {Tenant: "contoso", Scope: strings.Repeat("A", 16<<10), Lifetime: time.Hour},
		"an end before the start":              {Tenant: "contoso", Scope: "A", Lifetime: -time.Hour},
		"less than a second to live":           {Tenant: "contoso", Scope: "A", Lifetime: time.Second - 1},
	} {
		t.Run(rule, func(t *testing.T) {
			if _, err := newDevelopment(t).Issue(grant, noon); err == nil {
				t.Error("issued")
			}
		})
	}
}

func TestADevelopmentKeyVerifiesDevelopmentTokensOnly(t *testing.T) {
	config := goodConfig(t)
	config.Issuers = append(config.Issuers, newDevelopment(t).Issuer())
	token := forge("ES256", "p256", object{"alg": "ES256"}.json(), goodClaims().json())
	config.Issuers[0].Keys = keySet(t, jwk("stranger-p256"))

	_, err := authenticate(newVerifier(t, config), token)
	expectRefusal(t, err, "Invalid signature", token)
}

func TestATokenOfAnotherDevelopmentKeyIsRefused(t *testing.T) {
	other, err := auth.NewDevelopment(must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)))
	if err != nil {
		t.Fatal(err)
	}
	token, err := other.Issue(auth.Grant{Tenant: "contoso", Scope: "A", Lifetime: time.Hour}, noon)
	if err != nil {
		t.Fatal(err)
	}
	_, err = authenticate(newVerifier(t, developmentConfig(newDevelopment(t))), token)
	expectRefusal(t, err, "kid names no key", token)
}

func TestADevelopmentKeyIsOnP256(t *testing.T) {
	if _, err := auth.NewDevelopment(keyring()["p384"].(*ecdsa.PrivateKey)); err == nil {
		t.Error("a key on P-384 was accepted")
	}
}
