package auth_test

import (
	"strings"
	"testing"
	"time"

	"installstatus/api"
)

func TestAClaimOfTheWrongTypeIsRefused(t *testing.T) {
	verifier := newVerifier(t, goodConfig(t))
	for _, c := range []struct {
		rule, claim string
		value       any
		message     string
	}{
		{"iss absent", "iss", absent{}, "Invalid issuer"},
		{"iss null", "iss", nil, "'iss' must be a string"},
		{"iss a list", "iss", []string{issuer}, "'iss' must be a string"},
		{"iss without its slash", "iss", strings.TrimSuffix(issuer, "/"), "Invalid issuer: iss must be exactly an issuer that"},
		{"iss in another case", "iss", strings.ToUpper(issuer), "Invalid issuer"},

		{"aud absent", "aud", absent{}, "Invalid audience"},
		{"aud null", "aud", nil, "'aud' must be a string"},
		{"aud empty", "aud", "", "Invalid audience"},
		{"aud an empty list", "aud", []string{}, "Invalid audience"},
		{"aud a number", "aud", 1, "'aud' must be a string"},
		{"aud a list with a number", "aud", []any{audience, 1}, "'aud' must be an array of strings"},
		{"aud a list with null", "aud", []any{audience, nil}, "'aud' must be an array of strings"},
		{"aud an object", "aud", object{audience: true}, "'aud' must be a string"},
		{"aud of another API", "aud", "api://other", "Access token validation failure. Invalid audience. Accepted here: " + audience},
		{"aud with more behind it", "aud", audience + "/", "Invalid audience"},
		{"two aud in one string", "aud", audience + " api://other", "Invalid audience"},

		{"tid absent", "tid", absent{}, "'tid', its tenant, is required"},
		{"tid null", "tid", nil, "'tid' must be a string"},
		{"tid a number", "tid", 7, "'tid' must be a string"},
		{"tid empty", "tid", "", "'tid', its tenant, is required"},
		{"tid too long", "tid", strings.Repeat("t", 129), "'tid', its tenant, is required"},
		{"tid with a space", "tid", "a b", "'tid', its tenant, is required"},
		{"tid with a line break", "tid", "a\n", "'tid', its tenant, is required"},
		{"tid beyond ASCII", "tid", "t\u00e9nant", "'tid', its tenant, is required"},

		{"exp absent", "exp", absent{}, "Lifetime validation failed, the token has no expiration time"},
		{"exp null", "exp", nil, "'exp' must be a number"},
		{"exp a string", "exp", "1900000000", "'exp' must be a number"},
		{"exp a list", "exp", []int{1900000000}, "'exp' must be a number"},
		{"exp zero", "exp", 0, "the token is expired"},
		{"exp negative", "exp", -1, "'exp' must be a number"},
		{"exp in the year 10000", "exp", 253402300800, "'exp' must be a number"},
		{"exp huge", "exp", 1e300, "'exp' must be a number"},
		{"nbf a string", "nbf", "0", "'nbf' must be a number"},
		{"nbf null", "nbf", nil, "'nbf' must be a number"},
		{"nbf hugely negative", "nbf", -1e300, "'nbf' must be a number"},
		{"iat a boolean", "iat", true, "'iat' must be a number"},

		{"scp a list", "scp", []string{"Things.Read"}, "'scp' must be a string"},
		{"scp null", "scp", nil, "'scp' must be a string"},
		{"roles a string", "roles", "Things.Read", "'roles' must be an array of strings"},
		{"roles with a number", "roles", []any{"Things.Read", 1}, "'roles' must be an array of strings"},
		{"roles with null", "roles", []any{nil}, "'roles' must be an array of strings"},
		{"idtyp a number", "idtyp", 1, "'idtyp' must be a string"},
		{"oid a number", "oid", 1, "'oid' must be a string"},
		{"sub null", "sub", nil, "'sub' must be a string"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			token := goodToken(goodClaims().with(c.claim, c.value))
			_, err := authenticate(verifier, token)
			expectRefusal(t, err, c.message, token)
		})
	}
}

func TestAPayloadThatIsNotOneJSONObjectIsRefused(t *testing.T) {
	verifier := newVerifier(t, goodConfig(t))
	good := goodClaims().json()
	for rule, payload := range map[string]string{
		"a claim twice":                       strings.Replace(good, "{", `{"tid":"other",`, 1),
		"a claim twice, once escaped":         strings.Replace(good, "{", `{"\u0074id":"other",`, 1),
		"an unused claim twice":               strings.Replace(good, "{", `{"x":1,"x":2,`, 1),
		"data after it":                       good + "{}",
		"a comma after the last claim":        strings.Replace(good, "}", ",}", 1),
		"cut short":                           good[:len(good)-1],
		"a list":                              "[" + good + "]",
		"a string":                            `"x"`,
		"a byte order mark before it":         "\ufeff" + good,
		"bytes that are not UTF-8":            strings.Replace(good, "{", "{\"x\":\"\xff\",", 1),
		"a number that is not JSON":           strings.Replace(good, "{", `{"x":0x1,`, 1),
		"a number beyond float64 in place":    strings.Replace(good, `"scp"`, `"x":[1e999],,"scp"`, 1),
		"nested deeper than the token's size": strings.Repeat("[", 10_000),
	} {
		t.Run(rule, func(t *testing.T) {
			token := forge("RS256", "rsa", goodHeader().json(), payload)
			_, err := authenticate(verifier, token)
			expectRefusal(t, err, "IDX14100: JWT is not well formed", token)
		})
	}
}

func TestANumberThatNoFloatHoldsIsRefused(t *testing.T) {
	payload := strings.Replace(goodClaims().with("exp", absent{}).json(), "{", `{"exp":1e999,`, 1)
	token := forge("RS256", "rsa", goodHeader().json(), payload)
	_, err := authenticate(newVerifier(t, goodConfig(t)), token)
	expectRefusal(t, err, "'exp' must be a number", token)
}

func TestATokenIsValidFromNbfUntilExpWithAMinuteOfLeeway(t *testing.T) {
	const expired, early = "Lifetime validation failed, the token is expired.", "the token is not valid yet"
	exp := noon.Add(time.Hour)
	for _, c := range []struct {
		rule    string
		claims  object
		now     time.Time
		message string
	}{
		{"just before exp and the leeway", goodClaims(), exp.Add(time.Minute - 1), ""},
		{"at exp and the leeway", goodClaims(), exp.Add(time.Minute), expired},
		{"at nbf less the leeway", goodClaims(), noon.Add(-time.Minute), ""},
		{"just before nbf less the leeway", goodClaims().with("iat", absent{}), noon.Add(-time.Minute - 1), early},
		{"at iat less the leeway", goodClaims().with("nbf", absent{}), noon.Add(-time.Minute), ""},
		{"just before iat less the leeway", goodClaims().with("nbf", absent{}), noon.Add(-time.Minute - 1), early},
		{"neither nbf nor iat", goodClaims().with("nbf", absent{}).with("iat", absent{}), time.Unix(0, 0), ""},
		{"a fraction counts", goodClaims().with("exp", float64(exp.Unix())+0.5), exp.Add(time.Minute + 499*time.Millisecond), ""},
		{"a fraction ends", goodClaims().with("exp", float64(exp.Unix())+0.5), exp.Add(time.Minute + 500*time.Millisecond), expired},
		{"an exponent is a number", goodClaims().with("exp", 1e11), time.Date(5000, 1, 1, 0, 0, 0, 0, time.UTC), ""},
		{"the last second of 9999", goodClaims().with("exp", 253402300799), time.Date(9999, 12, 31, 23, 59, 58, 0, time.UTC), ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			config := goodConfig(t)
			config.Now = func() time.Time { return c.now }
			token := goodToken(c.claims)
			_, err := authenticate(newVerifier(t, config), token)
			if c.message != "" {
				expectRefusal(t, err, c.message, token)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheClaimsMakeTheCaller(t *testing.T) {
	verifier := newVerifier(t, goodConfig(t))
	for _, c := range []struct {
		rule   string
		claims object
		caller api.Caller
	}{
		{"scp is split at spaces", goodClaims().with("scp", " A  B.c "), api.Caller{Scopes: []string{"A", "B.c"}}},
		{"scp is split at nothing else", goodClaims().with("scp", "A,B\tC"), api.Caller{Scopes: []string{"A,B\tC"}}},
		{"roles do not make an app", goodClaims().with("scp", "A").with("roles", []string{"R"}), api.Caller{Scopes: []string{"A"}, Roles: []string{"R"}}},
		{"no scp is no permission", goodClaims().with("scp", absent{}), api.Caller{}},
		{"one aud of a list suffices", goodClaims().with("scp", "A").with("aud", []string{"api://other", audience}), api.Caller{Scopes: []string{"A"}}},
		{"a claim in another case is another claim", goodClaims().with("scp", "A").with("TID", "other"), api.Caller{Scopes: []string{"A"}}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			c.caller.Tenant = tenant
			caller, err := authenticate(verifier, goodToken(c.claims))
			expectCaller(t, caller, err, c.caller)
		})
	}

	t.Run("tid is kept as it is", func(t *testing.T) {
		caller, err := authenticate(verifier, goodToken(goodClaims().with("tid", "Contoso").with("scp", "A")))
		expectCaller(t, caller, err, api.Caller{Tenant: "Contoso", Scopes: []string{"A"}})
	})
}

func TestATokenIsAnApplicationsOnlyIfItCannotBeAUsers(t *testing.T) {
	verifier := newVerifier(t, goodConfig(t))
	entra := goodClaims().with("scp", absent{}).with("upn", absent{}).with("roles", []string{"Things.Write"})
	app := entra.with("oid", "a").with("sub", "a").with("azp", "client")
	idToken := entra.with("oid", "a").with("sub", "b")
	for _, c := range []struct {
		rule    string
		claims  object
		appOnly bool
	}{
		{"an application's, with idtyp", entra.with("idtyp", "app"), true},
		{"an application's, with idtyp and scp", entra.with("idtyp", "app").with("scp", "Things.Read"), true},
		{"an application's, its own subject", app, true},
		{"an application's, with an empty scp", app.with("scp", ""), true},
		{"an application's without roles", app.with("roles", absent{}), true},
		{"a user's access token", app.with("scp", "Things.Read"), false},
		{"a user's access token, with idtyp", app.with("idtyp", "user"), false},
		{"idtyp in another case", app.with("idtyp", "App"), false},
		{"an ID token for openid alone", entra.with("sub", "b"), false},
		{"an ID token for openid and profile", idToken.with("preferred_username", person).with("name", "Some Body"), false},
		{"an ID token for openid, profile and email", idToken.with("email", person), false},
		{"an ID token of version 1", idToken.with("unique_name", person), false},
		{"an ID token whose subject is the user", app.with("name", "Some Body"), false},
		{"an ID token that answers a nonce", app.with("nonce", "n"), false},
		{"neither oid nor sub", entra, true},
		{"oid and sub empty", entra.with("oid", "").with("sub", ""), true},
	} {
		t.Run(c.rule, func(t *testing.T) {
			token := goodToken(c.claims)
			caller, err := authenticate(verifier, token)
			if err != nil {
				t.Fatal(err)
			}
			if caller.AppOnly != c.appOnly {
				t.Errorf("AppOnly is %t", caller.AppOnly)
			}
		})
	}
}
