package auth_test

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"installstatus/api"
	"installstatus/server/auth"
)

func TestATokenSignedByItsIssuerNamesTheCaller(t *testing.T) {
	caller, err := authenticate(newVerifier(t, goodConfig(t)), goodToken(goodClaims()))
	expectCaller(t, caller, err, api.Caller{Tenant: tenant, Scopes: []string{"Things.Read", "Things.Write"}})
}

func TestEveryAsymmetricAlgorithmIsAccepted(t *testing.T) {
	verifier := newVerifier(t, goodConfig(t))
	for alg, key := range map[string]string{
		"RS256": "rsa", "RS384": "rsa", "RS512": "rsa", "PS256": "rsa", "PS384": "rsa", "PS512": "rsa",
		"ES256": "p256", "ES384": "p384", "ES512": "p521",
	} {
		t.Run(alg, func(t *testing.T) {
			header := goodHeader().with("alg", alg).with("kid", key)
			if _, err := authenticate(verifier, forge(alg, key, header.json(), goodClaims().json())); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheRestOfTheHeaderIsIgnored(t *testing.T) {
	verifier := newVerifier(t, goodConfig(t))
	for rule, header := range map[string]object{
		"typ may be absent":                       goodHeader().with("typ", absent{}),
		"typ may be at+jwt (RFC 9068)":            goodHeader().with("typ", "at+jwt"),
		"typ may be a whole media type":           goodHeader().with("typ", "application/AT+JWT"),
		"x5t is ignored":                          goodHeader().with("x5t", "AAAA"),
		"jku is ignored, not followed":            goodHeader().with("jku", "http://127.0.0.1:1/keys"),
		"x5u is ignored, not followed":            goodHeader().with("x5u", "http://127.0.0.1:1/cert"),
		"jwk is ignored, be it another key":       goodHeader().with("jwk", jwk("stranger")),
		"a name in another case is another name":  goodHeader().with("CRIT", []string{"exp"}),
		"an unknown name is ignored":              goodHeader().with("x", object{"y": 1}),
		"no kid, with one key that fits the alg":  goodHeader().with("kid", absent{}),
		"a null kid, with one key that fits, too": goodHeader().with("kid", nil),
	} {
		t.Run(rule, func(t *testing.T) {
			if _, err := authenticate(verifier, forge("RS256", "rsa", header.json(), goodClaims().json())); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAForgedTokenIsRefused(t *testing.T) {
	good := goodToken(goodClaims())
	parts := strings.Split(good, ".")
	header, payload, signed := parts[0], parts[1], parts[2]
	claims := goodClaims().json()
	publicPEM := pem.EncodeToMemory(&pem.Block{
		Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(&rsaKey().PublicKey)),
	})
	byStranger := func(header object) string { return forge("RS256", "stranger", header.json(), claims) }
	bySelf := func(header object) string { return forge("RS256", "rsa", header.json(), claims) }

	for _, c := range []struct{ rule, token, message string }{
		{"alg none, without a signature", encode(goodHeader().with("alg", "none").json()) + "." + payload + ".", "well formed"},
		{"alg none, with a signature", bySelf(goodHeader().with("alg", "none")), "alg must be RS256"},
		{"alg NONE", bySelf(goodHeader().with("alg", "NONE")), "alg must be RS256"},
		{"alg absent", bySelf(goodHeader().with("alg", absent{})), "alg must be RS256"},
		{"alg null", bySelf(goodHeader().with("alg", nil)), "alg must be RS256"},
		{"alg a number", bySelf(goodHeader().with("alg", 256)), "well formed"},
		{"alg in lower case", bySelf(goodHeader().with("alg", "rs256")), "alg must be RS256"},
		{"alg EdDSA", bySelf(goodHeader().with("alg", "EdDSA")), "alg must be RS256"},
		{"HMAC with the public key as the secret", forgeWith("HS256", publicPEM, goodHeader().with("alg", "HS256").json(), claims), "alg must be RS256"},
		{"HMAC under the name of RS256", forgeWith("HS256", publicPEM, goodHeader().json(), claims), "Invalid signature"},
		{"PS256 under the name of RS256", forge("PS256", "rsa", goodHeader().json(), claims), "Invalid signature"},
		{"RS512 under the name of RS256", forge("RS512", "rsa", goodHeader().json(), claims), "Invalid signature"},
		{"ES256 said of an RSA key", forge("ES256", "p256", goodHeader().with("alg", "ES256").json(), claims), "not for the token's alg"},
		{"RS256 said of an EC key", bySelf(goodHeader().with("kid", "p256")), "not for the token's alg"},
		{"ES256 said of a key on P-384", forge("ES256", "p384", object{"alg": "ES256", "kid": "p384"}.json(), claims), "not for the token's alg"},
		{"ES384 made with a key on P-256", forge("ES384", "p256", object{"alg": "ES384", "kid": "p384"}.json(), claims), "Invalid signature"},
		{"an ES256 signature of zeros", encode(p256Header().json()) + "." + payload + "." + encode(strings.Repeat("\x00", 64)), "Invalid signature"},
		{"an ES256 signature in DER's length", encode(p256Header().json()) + "." + payload + "." + encode(strings.Repeat("\x01", 70)), "Invalid signature"},

		{"a stranger's key under a known kid", byStranger(goodHeader()), "Invalid signature"},
		{"an unknown kid", byStranger(goodHeader().with("kid", "stranger")), "kid names no key"},
		{"no kid, a stranger's key", byStranger(goodHeader().with("kid", absent{})), "Invalid signature"},
		{"kid a number", bySelf(goodHeader().with("kid", 1)), "well formed"},
		{"kid in another case", bySelf(goodHeader().with("kid", "RSA")), "kid names no key"},
		{"its own key in jwk", byStranger(goodHeader().with("jwk", jwk("stranger"))), "Invalid signature"},
		{"its own key in jwk, and no kid", byStranger(goodHeader().with("kid", absent{}).with("jwk", jwk("stranger"))), "Invalid signature"},
		{"its own key behind jku", byStranger(goodHeader().with("jku", "https://attacker.example/keys")), "Invalid signature"},
		{"its own certificate behind x5u", byStranger(goodHeader().with("x5u", "https://attacker.example/cert")), "Invalid signature"},
		{"its own certificate in x5c", byStranger(goodHeader().with("x5c", []string{"AAAA"})), "Invalid signature"},

		{"crit with an unknown name", bySelf(goodHeader().with("crit", []string{"x"}).with("x", 1)), "extension"},
		{"crit with a name that go-jose knows", bySelf(goodHeader().with("crit", []string{"b64"}).with("b64", true)), "extension"},
		{"crit that is empty", bySelf(goodHeader().with("crit", []string{})), "extension"},
		{"crit that is null", bySelf(goodHeader().with("crit", nil)), "extension"},
		{"b64 without crit", bySelf(goodHeader().with("b64", false)), "extension"},
		{"a payload that is not encoded", encode(goodHeader().with("b64", false).json()) + ".{}." + signed, "well formed"},
		{"Entra's token for Graph itself", byStranger(goodHeader().with("nonce", "c2FsdA").with("kid", "entra")), "to this server with --audience"},
		{"a logout token", bySelf(goodHeader().with("typ", "logout+jwt")), "typ"},
		{"a name twice in the header", forge("RS256", "rsa", `{"alg":"RS256","kid":"stranger","kid":"rsa"}`, claims), "well formed"},
		{"a header that is an array", forge("RS256", "rsa", `["RS256"]`, claims), "well formed"},
		{"a header that is null", forge("RS256", "rsa", `null`, claims), "alg must be RS256"},
		{"data after the header", forge("RS256", "rsa", goodHeader().json()+"{}", claims), "well formed"},

		{"a changed payload", header + "." + encode(goodClaims().with("scp", "Things.Delete").json()) + "." + signed, "Invalid signature"},
		{"a changed header", encode(goodHeader().with("typ", absent{}).json()) + "." + payload + "." + signed, "Invalid signature"},
		{"a signature cut short", good[:len(good)-2], "Invalid signature"},
		{"a signature with more behind it", good + "AAAA", "Invalid signature"},
		{"no signature", header + "." + payload + ".", "well formed"},
		{"two parts", header + "." + payload, "well formed"},
		{"four parts", good + "." + signed, "well formed"},
		{"one part", "opaque", "well formed"},
		{"empty parts", "..", "well formed"},
		{"a detached payload", header + ".." + signed, "well formed"},
		{"padding", good + "==", "well formed"},
		{"base64 of the other alphabet", header + "." + payload + "." + "+/" + signed[2:], "well formed"},
		{"no base64", header + "." + payload + "." + "!" + signed[1:], "well formed"},
		{"a line break in the base64", header + "." + payload + "." + signed[:9] + "\n" + signed[9:], "well formed"},
		{"unused bits set in the last letter", good[:len(good)-1] + nextLetter(good[len(good)-1]), "well formed"},
		{"the JSON serialization", `{"payload":"` + payload + `","protected":"` + header + `","signature":"` + signed + `"}`, "more than one token"},
		{"an encrypted token", encrypted(claims), "encrypted (JWE)"},
		{"a token in a token", forge("RS256", "rsa", goodHeader().with("cty", "JWT").json(), good), "well formed"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			_, err := authenticate(newVerifier(t, goodConfig(t)), c.token)
			expectRefusal(t, err, c.message, c.token)
		})
	}
}

// nextLetter returns a base64url letter that differs in bits that the last byte does not use.
func nextLetter(letter byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, letter)+1])
}

func encrypted(claims string) string {
	encrypter := must(jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.RSA_OAEP_256, Key: &rsaKey().PublicKey}, nil))
	return must(must(encrypter.Encrypt([]byte(claims))).CompactSerialize())
}

func TestAKeyVerifiesTokensOfItsIssuerOnly(t *testing.T) {
	config := goodConfig(t)
	config.Issuers = []auth.Issuer{
		{Name: issuer, Keys: keySet(t, jwk("rsa").with("kid", "same"))},
		{Name: "https://other.example/", Keys: keySet(t, jwk("stranger").with("kid", "same"), jwk("p256"))},
	}
	verifier := newVerifier(t, config)
	header := goodHeader().with("kid", "same").json()
	other := goodClaims().with("iss", "https://other.example/").json()

	for _, c := range []struct{ rule, token, message string }{
		{"the first's own", forge("RS256", "rsa", header, goodClaims().json()), ""},
		{"the other's own", forge("RS256", "stranger", header, other), ""},
		{"the first's key for the other", forge("RS256", "rsa", header, other), "Invalid signature"},
		{"the other's key for the first", forge("RS256", "stranger", header, goodClaims().json()), "Invalid signature"},
		{"the other's kid for the first", p256Token(goodClaims()), "kid names no key"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			_, err := authenticate(verifier, c.token)
			if c.message != "" {
				expectRefusal(t, err, c.message, c.token)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnIssuerOfManyTenantsMustNameTheTokensTenant(t *testing.T) {
	const other = "99999999-2222-3333-4444-555555555555"
	config := goodConfig(t)
	keys := config.Issuers[0].Keys
	config.Issuers = []auth.Issuer{
		{Name: "https://login.microsoftonline.com/{tenantid}/v2.0", Keys: keys},
		{Name: "https://sts.windows.net/{tenantid}/", Keys: keys},
	}
	config.Tenants = []string{"00000000-2222-3333-4444-555555555555", tenant}
	verifier := newVerifier(t, config)

	for _, c := range []struct{ rule, iss, tid, message string }{
		{"version 2", "https://login.microsoftonline.com/" + tenant + "/v2.0", tenant, ""},
		{"version 1", "https://sts.windows.net/" + tenant + "/", tenant, ""},
		{"a tenant that is not listed", "https://sts.windows.net/" + other + "/", other, "tenant is not served"},
		{"a listed tid, another tenant in iss", "https://sts.windows.net/" + other + "/", tenant, "Invalid issuer"},
		{"a listed tenant in iss, another tid", "https://sts.windows.net/" + tenant + "/", other, "Invalid issuer"},
		{"a tid in another case", "https://sts.windows.net/A" + tenant[1:] + "/", "a" + tenant[1:], "Invalid issuer"},
		{"the placeholder itself", "https://sts.windows.net/{tenantid}/", "{tenantid}", "tenant is not served"},
		{"a tid that reaches into the path", "https://sts.windows.net/" + tenant + "/x/", tenant + "/x", "tenant is not served"},
		{"more behind the iss", "https://sts.windows.net/" + tenant + "/.attacker.example/", tenant, "Invalid issuer"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			token := goodToken(goodClaims().with("iss", c.iss).with("tid", c.tid))
			_, err := authenticate(verifier, token)
			if c.message != "" {
				expectRefusal(t, err, c.message, token)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAKeyMarkedWithATenantSignsForThatTenantOnly(t *testing.T) {
	for _, c := range []struct {
		rule, mark string
		accepted   bool
	}{
		{"every tenant's", "https://login.microsoftonline.com/{tenantid}/v2.0", true},
		{"the token's tenant's", "https://login.microsoftonline.com/" + tenant + "/v2.0", true},
		{"the issuer's own name", issuer, true},
		{"no mark", "", true},
		{"another tenant's", "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", false},
		{"another issuer's", "https://other.example/", false},
	} {
		t.Run(c.rule, func(t *testing.T) {
			config := goodConfig(t)
			config.Issuers[0].Keys = keySet(t, jwk("rsa").with("issuer", c.mark))
			token := goodToken(goodClaims())
			_, err := authenticate(newVerifier(t, config), token)
			if !c.accepted {
				expectRefusal(t, err, "not for its tenant", token)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestATokenWithoutKidNeedsAnIssuerWithOneSuitableKey(t *testing.T) {
	config := goodConfig(t)
	config.Issuers[0].Keys = keySet(t, jwk("rsa"), jwk("stranger"), jwk("p256"))
	verifier := newVerifier(t, config)

	of := func(alg, key string) string {
		return forge(alg, key, object{"alg": alg}.json(), goodClaims().json())
	}
	_, err := authenticate(verifier, of("RS256", "rsa"))
	expectRefusal(t, err, "must have a kid", of("RS256", "rsa"))
	if _, err := authenticate(verifier, of("ES256", "p256")); err != nil {
		t.Error(err)
	}
}

func TestAnAlgNamedByTheKeyIsTheOnlyOneItVerifies(t *testing.T) {
	config := goodConfig(t)
	config.Issuers[0].Keys = keySet(t, jwk("rsa").with("alg", "PS256"))
	verifier := newVerifier(t, config)

	if _, err := authenticate(verifier, forge("PS256", "rsa", goodHeader().with("alg", "PS256").json(), goodClaims().json())); err != nil {
		t.Error(err)
	}
	_, err := authenticate(verifier, goodToken(goodClaims()))
	expectRefusal(t, err, "not for the token's alg", goodToken(goodClaims()))
}
