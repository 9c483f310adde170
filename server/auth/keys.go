package auth

import (
	"context"
	"crypto"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Keys are the keys of one issuer: a KeySet, which never changes, or a Discovery, which follows the issuer.
type Keys interface {
	// inForce returns the current set. It is the same pointer until a key is added or removed.
	inForce() *KeySet
	// seek returns the current set, after asking the issuer for an unknown key if a refresh is due.
	seek(ctx context.Context, keyID string) *KeySet
}

// KeySet contains the public keys of one issuer.
type KeySet struct {
	keys []key
}

func (s *KeySet) inForce() *KeySet { return s }

func (s *KeySet) seek(context.Context, string) *KeySet { return s }

func (s *KeySet) has(keyID string) bool {
	return slices.ContainsFunc(s.keys, func(k key) bool { return k.id == keyID })
}

// equal reports whether both sets have the same keys, in any order.
func (s *KeySet) equal(other *KeySet) bool { return s.includes(other) && other.includes(s) }

func (s *KeySet) includes(other *KeySet) bool {
	isMissing := func(k key) bool { return !slices.ContainsFunc(s.keys, k.equal) }
	return !slices.ContainsFunc(other.keys, isMissing)
}

type key struct {
	id         string
	public     any                       // *rsa.PublicKey or *ecdsa.PublicKey
	algorithms []jose.SignatureAlgorithm // that the key may verify, at least one
	issuer     string                    // "" if the key is not marked with one
}

func (k key) equal(other key) bool {
	public, ok := k.public.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.id == other.id && k.issuer == other.issuer &&
		slices.Equal(k.algorithms, other.algorithms) && public.Equal(other.public)
}

// checkSignature returns nil if one of the set's keys signed the token.
func (s *KeySet) checkSignature(token jws, c claims) error {
	keys, err := s.candidates(token, c)
	if err != nil {
		return err
	}
	if !token.signedByOneOf(keys) {
		return notValid("Invalid signature: the token was changed, or signed with another key than its header names.")
	}
	return nil
}

// candidates returns the keys of the set that may have signed the token, at least one: those with its kid, or the only
// suitable one if it has no kid.
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

// signsFor respects the issuer that Entra marks its keys with: some keys sign for every tenant, some for one. Tokens of
// version 1 have another iss than the mark, so the tenant decides.
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
