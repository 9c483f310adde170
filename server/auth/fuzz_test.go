package auth_test

import (
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"installstatus/api"
	"installstatus/server/auth"
)

// An accepted token was signed: its header and payload are those of one of the good tokens.
func FuzzAuthenticate(f *testing.F) {
	signed := map[string]bool{}
	for _, token := range []string{
		p256Token(goodClaims()), p256Token(goodClaims().with("aud", []string{"api://other", audience})),
	} {
		signed[token[:strings.LastIndex(token, ".")]] = true
		f.Add("Bearer " + token)
		f.Add("bearer  " + token + " ")
		f.Add("Bearer " + token + "." + token)
	}
	f.Add("Bearer " + encode(`{"alg":"none"}`) + "." + encode(goodClaims().json()) + ".")
	f.Add("Bearer " + encode(`{"alg":"ES256","crit":["b64"],"b64":false}`) + ".{}.AAAA")
	f.Add("Bearer " + encode(`{"alg":"RS256","x5c":["AAAA"],"jwk":{"kty":"EC"}}`) + "." + encode(`{"exp":1e999}`) + ".AAAA")
	f.Add("Bearer a.b.c.d.e")
	f.Add("Basic dXNlcjpwYXNzd29yZA==")
	verifier := newVerifier(f, goodConfig(f))

	f.Fuzz(func(t *testing.T, authorization string) {
		caller, err := authenticateOfAnyAddress(verifier, authorization)
		if err != nil {
			expectRefusal(t, err, "", "")
			return
		}
		_, token, _ := strings.Cut(strings.TrimSpace(authorization), " ")
		token = strings.TrimSpace(token)
		if !signed[token[:strings.LastIndex(token, ".")]] {
			t.Errorf("accepted %q", authorization)
		}
		if caller.Tenant != tenant {
			t.Errorf("tenant %q", caller.Tenant)
		}
	})
}

// authenticateOfAnyAddress allows more refusals than one address may have.
func authenticateOfAnyAddress(verifier *auth.Verifier, authorization string) (api.Caller, error) {
	r := request(authorization)
	var ip [4]byte
	binary.BigEndian.PutUint32(ip[:], rand.Uint32())
	r.RemoteAddr = netip.AddrPortFrom(netip.AddrFrom4(ip), 1).String()
	return verifier.Authenticate(r)
}

// The caller of any token that a trusted issuer signs has a tenant, and is an application only if no user is named.
func FuzzSignedPayload(f *testing.F) {
	f.Add(goodClaims().json())
	f.Add(goodClaims().with("exp", 1e300).json())
	f.Add(goodClaims().with("aud", []any{1, nil, object{}}).json())
	f.Add(goodClaims().with("scp", absent{}).with("oid", "a").with("sub", "a").json())
	f.Add(goodClaims().with("idtyp", "app").json())
	f.Add(goodClaims().with("beyond", json.Number("1e72366400")).json())
	f.Add(`{"exp":-0.0,"nbf":1e-400,"iat":1e400}`)
	f.Add(`{"tid":"a","tid":"b"}`)
	verifier := newVerifier(f, goodConfig(f))

	f.Fuzz(func(t *testing.T, payload string) {
		token := forge("ES256", "p256", p256Header().json(), payload)
		caller, err := authenticateOfAnyAddress(verifier, "Bearer "+token)
		if err != nil {
			expectRefusal(t, err, "", "")
			return
		}
		if caller.Tenant == "" || len(caller.Tenant) > 128 {
			t.Errorf("tenant %q", caller.Tenant)
		}
		var said map[string]any
		decoder := json.NewDecoder(strings.NewReader(payload))
		decoder.UseNumber() // an unused claim may not fit into float64
		if err := decoder.Decode(&said); err != nil {
			t.Fatal(err)
		}
		if caller.AppOnly && said["idtyp"] != "app" && (said["upn"] != nil || said["oid"] != said["sub"]) {
			t.Error("a user counts as an application")
		}
	})
}
