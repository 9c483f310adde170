package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

func TestKeySetsWithTheSameKeysAreEqual(t *testing.T) {
	of := func(id, issuer string, filling byte) key {
		private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), append(make([]byte, 31), filling))
		if err != nil {
			t.Fatal(err)
		}
		made, err := newKey(jose.JSONWebKey{Key: private.Public(), KeyID: id}, issuer)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	set := func(keys ...key) *KeySet { return &KeySet{keys: keys} }
	a, b := of("a", "", 1), of("b", "", 2)
	for _, c := range []struct {
		rule     string
		one, two *KeySet
		same     bool
	}{
		{"none", set(), set(), true},
		{"one", set(a), set(of("a", "", 1)), true},
		{"another order", set(a, b), set(b, a), true},
		{"one more", set(a), set(a, b), false},
		{"one for another", set(a), set(b), false},
		{"one of the two twice", set(a, b), set(a, a), false},
		{"another key under the same id", set(a), set(of("a", "", 2)), false},
		{"the same key under another id", set(a), set(of("b", "", 1)), false},
		{"the same key for another issuer", set(a), set(of("a", "https://other.example/", 1)), false},
	} {
		t.Run(c.rule, func(t *testing.T) {
			if c.one.equal(c.two) != c.same || c.two.equal(c.one) != c.same {
				t.Errorf("want equal: %t", c.same)
			}
		})
	}
}
