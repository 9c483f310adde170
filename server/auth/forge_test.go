package auth_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"installstatus/api"
	"installstatus/server/auth"
)

const (
	issuer   = "https://issuer.example/"
	audience = "api://installstatus"
	tenant   = "11111111-2222-3333-4444-555555555555"
	person   = "somebody@contoso.example"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// keyring is made once, because an RSA key takes a while. The EC keys are the same in every process: the workers of a fuzz
// test are processes that exchange tokens.
var keyring = sync.OnceValue(func() map[string]any {
	ec := func(curve elliptic.Curve, filling byte) *ecdsa.PrivateKey {
		size := (curve.Params().BitSize + 7) / 8
		return must(ecdsa.ParseRawPrivateKey(curve, bytes.Repeat([]byte{filling}, size)))
	}
	return map[string]any{
		"rsa":           must(rsa.GenerateKey(rand.Reader, 2048)),
		"stranger":      must(rsa.GenerateKey(rand.Reader, 2048)),
		"p256":          ec(elliptic.P256(), 1),
		"stranger-p256": ec(elliptic.P256(), 2),
		"p384":          ec(elliptic.P384(), 1),
		"p521":          ec(elliptic.P521(), 1),
	}
})

func rsaKey() *rsa.PrivateKey { return keyring()["rsa"].(*rsa.PrivateKey) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// object is a JSON object that a case changes.
type object map[string]any

// absent, passed to with, removes a member.
type absent struct{}

func (o object) with(name string, value any) object {
	changed := maps.Clone(o)
	changed[name] = value
	if value == (absent{}) {
		delete(changed, name)
	}
	return changed
}

func (o object) json() string { return string(must(json.Marshal(o))) }

func goodHeader() object { return object{"alg": "RS256", "kid": "rsa", "typ": "JWT"} }

func p256Header() object { return object{"alg": "ES256", "kid": "p256"} }

func goodClaims() object {
	return object{
		"iss": issuer, "aud": audience, "tid": tenant, "scp": "Things.Read Things.Write", "upn": person,
		"iat": noon.Unix(), "nbf": noon.Unix(), "exp": noon.Add(time.Hour).Unix(),
	}
}

// forge returns a token of any header and payload, signed by alg with a key of the ring.
func forge(alg, keyName, header, payload string) string {
	return forgeWith(alg, keyring()[keyName], header, payload)
}

func forgeWith(alg string, private any, header, payload string) string {
	input := encode(header) + "." + encode(payload)
	return input + "." + encode(string(signature(alg, private, input)))
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func signature(alg string, private any, input string) []byte {
	hash := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}[alg[2:]]
	digest := hash.New()
	digest.Write([]byte(input))
	sum := digest.Sum(nil)
	switch alg[:2] {
	case "RS":
		return must(rsa.SignPKCS1v15(rand.Reader, private.(*rsa.PrivateKey), hash, sum))
	case "PS":
		return must(rsa.SignPSS(rand.Reader, private.(*rsa.PrivateKey), hash, sum, nil))
	case "ES":
		key := private.(*ecdsa.PrivateKey)
		r, s, err := ecdsa.Sign(rand.Reader, key, sum)
		if err != nil {
			panic(err)
		}
		size := (key.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
	case "HS":
		mac := hmac.New(hash.New, private.([]byte))
		mac.Write([]byte(input))
		return mac.Sum(nil)
	}
	panic("no such alg: " + alg)
}

// goodToken returns a token signed with the issuer's RSA key.
func goodToken(claims object) string {
	return forge("RS256", "rsa", goodHeader().json(), claims.json())
}

// p256Token returns a token signed with one of the issuer's EC keys.
func p256Token(claims object) string {
	return forge("ES256", "p256", p256Header().json(), claims.json())
}

// jwk returns the public half of a key, as in the issuer's document.
func jwk(keyName string) object {
	public := keyring()[keyName].(crypto.Signer).Public()
	text := must(json.Marshal(jose.JSONWebKey{Key: public, KeyID: keyName, Use: "sig"}))
	var described object
	if err := json.Unmarshal(text, &described); err != nil {
		panic(err)
	}
	return described
}

func writeKeySet(t testing.TB, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func keySet(t testing.TB, keys ...object) *auth.KeySet {
	t.Helper()
	set, err := auth.LoadKeySet(writeKeySet(t, object{"keys": keys}.json()))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// goodConfig returns a Config that accepts the tokens of goodToken, at noon.
func goodConfig(t testing.TB) auth.Config {
	t.Helper()
	return auth.Config{
		Issuers:   []auth.Issuer{{Name: issuer, Keys: keySet(t, jwk("rsa"), jwk("p256"), jwk("p384"), jwk("p521"))}},
		Audiences: []string{audience},
		Now:       func() time.Time { return noon },
	}
}

func newVerifier(t testing.TB, config auth.Config) *auth.Verifier {
	t.Helper()
	verifier, err := auth.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

func request(authorization ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/beta", nil)
	for _, line := range authorization {
		r.Header.Add("Authorization", line)
	}
	return r
}

func authenticate(verifier *auth.Verifier, token string) (api.Caller, error) {
	return verifier.Authenticate(request("Bearer " + token))
}

// expectRefusal expects a 401 that contains the message and repeats nothing of the token.
func expectRefusal(t *testing.T, err error, message, token string) {
	t.Helper()
	if err == nil {
		t.Fatal("accepted")
	}
	var refusal *api.Error
	if !errors.As(err, &refusal) || refusal.Status != http.StatusUnauthorized || refusal.Code != "InvalidAuthenticationToken" {
		t.Fatalf("not a 401: %#v", err)
	}
	if !strings.Contains(refusal.Message, message) {
		t.Errorf("message %q, want %q in it", refusal.Message, message)
	}
	for _, secret := range append(strings.Split(token, "."), person, tenant) {
		if len(secret) > 3 && strings.Contains(refusal.Message, secret) {
			t.Errorf("message %q repeats %q", refusal.Message, secret)
		}
	}
}

func expectCaller(t *testing.T, got api.Caller, err error, want api.Caller) {
	t.Helper()
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	if got.Tenant != want.Tenant || got.AppOnly != want.AppOnly ||
		!slices.Equal(got.Scopes, want.Scopes) || !slices.Equal(got.Roles, want.Roles) {
		t.Errorf("caller %+v, want %+v", got, want)
	}
}
