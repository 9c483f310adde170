// Package auth says who sent a request: it turns a bearer token into an api.Caller, or into a 401 that tells what was
// wrong. It is also the built-in development issuer. It knows tokens and keys, but no operation and no permission.
package auth

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"installstatus/api"
)

// Verifier authenticates requests by their bearer token. It is safe for concurrent use.
type Verifier struct {
	config Config
	cache  *cache
}

// New is a Verifier, or an error that says what the configuration lacks.
func New(config Config) (*Verifier, error) {
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("configuring authentication: %w", err)
	}
	config = config.withDefaults()
	cache, err := newCache(config.CacheSize)
	if err != nil {
		return nil, fmt.Errorf("configuring authentication: %w", err)
	}
	return &Verifier{config: config, cache: cache}, nil
}

// Authenticate is the caller that the request's bearer token names. Every error is an api.Unauthenticated whose message
// repeats nothing of the token.
func (v *Verifier) Authenticate(r *http.Request) (api.Caller, error) {
	text, err := bearerToken(r.Header)
	if err != nil {
		return api.Caller{}, err
	}
	now := v.config.Now()
	if caller, ok := v.cache.get(text, now); ok {
		return caller, nil
	}
	c, err := v.verify(text, now)
	if err != nil {
		return api.Caller{}, err
	}
	v.cache.put(text, c, now)
	return c.caller(), nil
}

func (v *Verifier) verify(text string, now time.Time) (claims, error) {
	token, err := parseJWS(text)
	if err != nil {
		return claims{}, err
	}
	c, err := parseClaims(token.payload)
	if err != nil {
		return claims{}, err
	}
	if err := v.checkSignature(token, c); err != nil {
		return claims{}, err
	}
	if err := c.checkTime(now); err != nil {
		return claims{}, err
	}
	if err := v.checkAccepted(c); err != nil {
		return claims{}, err
	}
	return c, nil
}

// checkSignature takes the keys of the one issuer that the token names: no other's can speak for it. The issuers' names
// may have a tenant in them, so they are not told.
func (v *Verifier) checkSignature(token jws, c claims) error {
	i := slices.IndexFunc(v.config.Issuers, func(issuer Issuer) bool { return issuer.issued(c) })
	if i < 0 {
		return notValid("Invalid issuer: iss must be, to the letter, one that the operator named with --issuer, or --dev's.")
	}
	keys, err := v.config.Issuers[i].Keys.candidates(token, c)
	if err != nil {
		return err
	}
	if !token.signedByOneOf(keys) {
		return notValid("Invalid signature: the token was changed, or signed with another key than its header names.")
	}
	return nil
}

// checkAccepted does not tell which tenants are served: that is nobody's business but theirs.
func (v *Verifier) checkAccepted(c claims) error {
	accepted := func(audience string) bool { return slices.Contains(v.config.Audiences, audience) }
	if !slices.ContainsFunc(c.audiences, accepted) {
		return notValid("Invalid audience. Accepted here: " + strings.Join(v.config.Audiences, ", "))
	}
	if len(v.config.Tenants) > 0 && !slices.Contains(v.config.Tenants, c.tenant) {
		return notValid("The token's tenant is not served here; the operator lists those that are with --tenants.")
	}
	return nil
}
