package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"installstatus/api"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// workshop is a Verifier of development tokens with a manual clock.
type workshop struct {
	*Verifier
	development *Development
	now         time.Time
}

func newWorkshop(t testing.TB, cacheSize int) *workshop {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shop := &workshop{now: start}
	if shop.development, err = NewDevelopment(key); err != nil {
		t.Fatal(err)
	}
	shop.Verifier = shop.verifier(t, cacheSize)
	return shop
}

func (w *workshop) verifier(t interface{ Fatal(...any) }, cacheSize int) *Verifier {
	verifier, err := New(Config{
		Issuers:   []Issuer{w.development.Issuer()},
		Now:       func() time.Time { return w.now },
		CacheSize: cacheSize,
	})
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

func (w *workshop) token(t testing.TB, scope string) string {
	t.Helper()
	token, err := w.development.Issue(Grant{Tenant: "contoso", Scope: scope, Lifetime: time.Hour}, start)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func send(verifier *Verifier, token string) (api.Caller, error) {
	return verifier.Authenticate(&http.Request{Header: http.Header{"Authorization": {"Bearer " + token}}})
}

// For any times of a token and any clock, a Verifier that has seen the token answers like one that has not.
func TestTheCacheChangesNoAnswer(t *testing.T) {
	shop := newWorkshop(t, 100)
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.Int64Range(-150, 150)
		payload, err := json.Marshal(map[string]any{
			"iss": DevelopmentIssuer, "aud": GraphAudiences()[0], "tid": "contoso", "scp": "A",
			"exp": start.Unix() + seconds.Draw(t, "exp"),
			"nbf": start.Unix() + seconds.Draw(t, "nbf"),
			"iat": start.Unix() + seconds.Draw(t, "iat"),
		})
		if err != nil {
			t.Fatal(err)
		}
		signed, err := shop.development.signer.Sign(payload)
		if err != nil {
			t.Fatal(err)
		}
		token, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range rapid.SliceOfN(seconds, 2, 10).Draw(t, "clock") {
			shop.now = start.Add(time.Duration(at) * time.Second)
			wantCaller, wantErr := send(shop.verifier(t, 1), token)
			caller, err := send(shop.Verifier, token)
			if got, want := fmt.Sprint(caller, err), fmt.Sprint(wantCaller, wantErr); got != want {
				t.Fatalf("at %+d s: %s, but fresh: %s", at, got, want)
			}
		}
	})
}

func TestTheCacheServesFromNbfAndIatUntilExpWithoutLeeway(t *testing.T) {
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	verified := claims{tenant: "contoso", notBefore: at(10), issuedAt: at(20), expires: at(30)}
	remembered, err := newCache(1)
	if err != nil {
		t.Fatal(err)
	}
	keys := new(KeySet)
	remembered.put("token", verified, voucher{keys: keys, set: keys}, at(25))

	for second, want := range map[int]bool{-99: false, 10: false, 19: false, 20: true, 29: true, 30: false, 31: false, 99: false} {
		if _, served := remembered.get("token", at(second)); served != want {
			t.Errorf("at second %d served: %t, want %t", second, served, want)
		}
	}
}

func TestTheCacheKeepsTheMostRecentlyUsedTokens(t *testing.T) {
	shop := newWorkshop(t, 3)
	tokens := make([]string, 10)
	for i := range tokens {
		tokens[i] = shop.token(t, fmt.Sprint("Scope", i))
		for _, token := range []string{tokens[0], tokens[i]} {
			if _, err := send(shop.Verifier, token); err != nil {
				t.Fatal(err)
			}
		}
	}
	if kept := shop.cache.entries.Len(); kept != 3 {
		t.Errorf("%d tokens kept, want 3", kept)
	}
	for i, token := range tokens {
		if _, kept := shop.cache.get(token, shop.now); kept != (i == 0 || i > 7) {
			t.Errorf("token %d kept: %t", i, kept)
		}
	}
}

func TestARefusalIsNotCached(t *testing.T) {
	shop := newWorkshop(t, 10)
	token := shop.token(t, "A")
	shop.now = start.Add(-time.Hour)
	for _, refused := range []string{token, token[:len(token)-8] + "AAAAAAAA", "x.y.z"} {
		if _, err := send(shop.Verifier, refused); err == nil {
			t.Error("accepted")
		}
	}
	if kept := shop.cache.entries.Len(); kept != 0 {
		t.Errorf("%d tokens kept", kept)
	}
	shop.now = start
	if _, err := send(shop.Verifier, token); err != nil {
		t.Errorf("refused after its nbf: %v", err)
	}
}

func TestChangingACallerChangesNoOther(t *testing.T) {
	shop := newWorkshop(t, 10)
	token := shop.token(t, "Things.Read")
	for range 3 {
		caller, err := send(shop.Verifier, token)
		if err != nil || caller.Scopes[0] != "Things.Read" {
			t.Fatal(caller, err)
		}
		caller.Scopes[0] = "Things.Write"
		_ = append(caller.Scopes[:0], "Things.Delete")
	}
}

func TestManyRequestsAtOnceEachGetTheirOwnCaller(t *testing.T) {
	shop := newWorkshop(t, 4)
	tokens := make([]string, 8)
	for i := range tokens {
		tokens[i] = shop.token(t, fmt.Sprint("Scope", i))
	}
	var requests sync.WaitGroup
	for worker := range 8 {
		requests.Go(func() {
			for round := range 50 {
				i := (worker + round) % len(tokens)
				caller, err := send(shop.Verifier, tokens[i])
				if err != nil || caller.Scopes[0] != fmt.Sprint("Scope", i) {
					t.Errorf("token %d gave %v, %v", i, caller, err)
					return
				}
				caller.Scopes[0] = "changed"
			}
		})
	}
	requests.Wait()
}
