package auth

import (
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// KeySet is the public keys of one issuer.
type KeySet struct {
	keys []key
}

type key struct {
	id         string
	public     any                       // *rsa.PublicKey or *ecdsa.PublicKey
	algorithms []jose.SignatureAlgorithm // those that the key may verify, at least one
	issuer     string                    // "" if the key is not marked with one
}

// candidates are the keys of the set that may have signed the token, at least one: those of its kid, or the only one
// that fits if it names none.
func (s *KeySet) candidates(token jws, c claims) ([]key, error) {
	named := s.keys
	if token.keyID != "" {
		named = matching(named, func(k key) bool { return k.id == token.keyID })
	}
	if len(named) == 0 {
		return nil, notValid("The token's kid names no key of its issuer; if there is one, the key set here is too old.")
	}
	fitting := matching(named, func(k key) bool {
		return slices.Contains(k.algorithms, token.algorithm) && k.signsFor(c)
	})
	if len(fitting) == 0 {
		return nil, notValid("The issuer's key is not for the token's alg, or not for its tenant.")
	}
	if token.keyID == "" && len(fitting) > 1 {
		return nil, notValid("The token's header must have a kid, as its issuer has several keys.")
	}
	return fitting, nil
}

// signsFor heeds the issuer that Entra marks its keys with: some sign for every tenant, some for one alone. Tokens of
// version 1 have another iss than the mark, so it is the tenant that counts.
func (k key) signsFor(c claims) bool {
	return k.issuer == "" || k.issuer == c.issuer ||
		slices.Contains(strings.Split(ofTenant(k.issuer, c.tenant), "/"), c.tenant)
}

func matching(keys []key, fits func(key) bool) []key {
	var found []key
	for _, k := range keys {
		if fits(k) {
			found = append(found, k)
		}
	}
	return found
}
