package auth_test

import (
	"net/http"
	"testing"
)

// BenchmarkAuthenticate measures a cached token, and one that must be verified: two tokens that evict each other from a cache
// of one.
func BenchmarkAuthenticate(b *testing.B) {
	rsa := func(scp string) *http.Request { return request("Bearer " + goodToken(goodClaims().with("scp", scp))) }
	p256 := func(scp string) *http.Request { return request("Bearer " + p256Token(goodClaims().with("scp", scp))) }
	for _, c := range []struct {
		name     string
		requests []*http.Request
	}{
		{"known", []*http.Request{rsa("A")}},
		{"verified/RS256", []*http.Request{rsa("A"), rsa("B")}},
		{"verified/ES256", []*http.Request{p256("A"), p256("B")}},
	} {
		b.Run(c.name, func(b *testing.B) {
			config := goodConfig(b)
			config.CacheSize = 1
			verifier := newVerifier(b, config)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := verifier.Authenticate(c.requests[i%len(c.requests)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
