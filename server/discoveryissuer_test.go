package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"installstatus/server/auth"

	"github.com/go-jose/go-jose/v4"
)

// testIssuer publishes its keys like Entra: a document for all tenants of each version, and one for a tenant.
type testIssuer struct {
	*httptest.Server
	mutex sync.Mutex
	keys  []jose.JSONWebKey // the last one signs
	reads int               // of the keys
}

func newTestIssuer(t testing.TB) *testIssuer {
	t.Helper()
	i := new(testIssuer)
	i.rotate(t, "first")
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

func (i *testIssuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	document := map[string]any{"jwks_uri": i.URL + "/keys"}
	switch strings.TrimSuffix(r.URL.Path, "/.well-known/openid-configuration") {
	case "/common/v2.0":
		document["issuer"] = i.URL + "/{tenantid}/v2.0"
	case "/common":
		document["issuer"] = i.URL + "/{tenantid}/"
	case "/" + tenantA + "/v2.0":
		document["issuer"] = i.URL + "/" + tenantA + "/v2.0"
	case "/keys":
		i.reads++
		document = map[string]any{"keys": i.public()}
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	json.NewEncoder(w).Encode(document)
}

func (i *testIssuer) public() (keys []jose.JSONWebKey) {
	for _, key := range i.keys {
		keys = append(keys, key.Public())
	}
	return keys
}

// rotate adds a key that signs from now on.
func (i *testIssuer) rotate(t testing.TB, id string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.keys = append(i.keys, jose.JSONWebKey{Key: private, KeyID: id, Algorithm: string(jose.ES256), Use: "sig"})
}

func (i *testIssuer) save(t testing.TB, path string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"keys": i.public()})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (i *testIssuer) keysRead() int {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return i.reads
}

type tokenClaims map[string]any

// claims returns version 2 claims of a user of tenant A who may write, with changes; nil removes a claim.
func (i *testIssuer) claims(changes tokenClaims) tokenClaims {
	c := tokenClaims{
		"iss": i.URL + "/" + tenantA + "/v2.0", "aud": ownAudience, "tid": tenantA, "scp": auth.WritePermission,
		"oid": "a", "sub": "b", "exp": time.Now().Add(time.Hour).Unix(),
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, value any) bool { return value == nil })
	return c
}

func (i *testIssuer) token(t testing.TB, changes tokenClaims) string {
	t.Helper()
	return i.tokenWith(t, nil, changes)
}

func (i *testIssuer) tokenWith(t testing.TB, header map[jose.HeaderKey]any, changes tokenClaims) string {
	t.Helper()
	i.mutex.Lock()
	key := i.keys[len(i.keys)-1]
	i.mutex.Unlock()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, &jose.SignerOptions{ExtraHeaders: header})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(i.claims(changes))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
