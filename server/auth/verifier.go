// Package auth says who sent a request: it turns a bearer token into an api.Caller, or into a 401 that tells what was
// wrong. It is also the built-in development issuer. It knows tokens and keys, but no operation and no permission.
package auth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"installstatus/api"
)

// Verifier authenticates requests by their bearer token. It is safe for concurrent use.
type Verifier struct {
	config   Config
	cache    *cache
	failures *failures
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
	failures, err := newFailures()
	if err != nil {
		return nil, fmt.Errorf("configuring authentication: %w", err)
	}
	return &Verifier{config: config, cache: cache, failures: failures}, nil
}

// Authenticate is the caller that the request's bearer token names. Every error is an api.Unauthenticated whose message
// repeats nothing of the token, or an api.TooManyRequests for an address that has had too many of those. A key that is not
// known yet makes it wait for the issuer, two seconds at most.
func (v *Verifier) Authenticate(r *http.Request) (api.Caller, error) {
	now := v.config.Now()
	caller, err := v.authenticate(r, now)
	if err != nil {
		return api.Caller{}, v.failures.add(r.RemoteAddr, err, now)
	}
	return caller, nil
}

func (v *Verifier) authenticate(r *http.Request, now time.Time) (api.Caller, error) {
	text, err := bearerToken(r.Header)
	if err != nil {
		return api.Caller{}, err
	}
	if text == "" {
		return api.Caller{}, noToken(v.config.acceptsDevelopment())
	}
	if caller, ok := v.cache.get(text, now); ok {
		return caller, nil
	}
	c, by, err := v.verify(r.Context(), text, now)
	if err != nil {
		return api.Caller{}, err
	}
	v.cache.put(text, c, by, now)
	return c.caller(), nil
}

// voucher is the set of keys, one of an issuer's, that made a token believable.
type voucher struct {
	keys Keys
	set  *KeySet
}

func (v voucher) inForce() bool { return v.keys.inForce() == v.set }

func (v *Verifier) verify(ctx context.Context, text string, now time.Time) (claims, voucher, error) {
	token, err := parseJWS(text)
	if err != nil {
		return claims{}, voucher{}, err
	}
	c, err := parseClaims(token.payload)
	if err != nil {
		return claims{}, voucher{}, err
	}
	issuer, err := v.issuerOf(c)
	if err != nil {
		return claims{}, voucher{}, err
	}
	by := voucher{keys: issuer.Keys, set: issuer.Keys.seek(ctx, token.keyID)}
	if err := by.set.checkSignature(token, c); err != nil {
		return claims{}, voucher{}, err
	}
	if err := c.checkTime(now); err != nil {
		return claims{}, voucher{}, err
	}
	return c, by, v.checkAccepted(issuer, c)
}

// Lookups says how often the cache of verified tokens knew a token, and how often it did not.
func (v *Verifier) Lookups() (hits, misses uint64) {
	return v.cache.hits.Load(), v.cache.misses.Load()
}

// issuerOf is the one issuer that the token names: the keys of no other can speak for it. The issuers' names may have a
// tenant in them, so they are not told.
func (v *Verifier) issuerOf(c claims) (Issuer, error) {
	i := slices.IndexFunc(v.config.Issuers, func(issuer Issuer) bool { return issuer.issued(c) })
	if i < 0 {
		return Issuer{}, notValid("Invalid issuer: iss must be, to the letter, one that the operator named with --issuer, or --dev's.")
	}
	return v.config.Issuers[i], nil
}

// checkAccepted does not tell which tenants are served: that is nobody's business but theirs.
func (v *Verifier) checkAccepted(issuer Issuer, c claims) error {
	audiences := v.config.audiencesOf(issuer)
	accepted := func(audience string) bool { return slices.Contains(audiences, audience) }
	if !slices.ContainsFunc(c.audiences, accepted) {
		return notValid("Invalid audience. Accepted here: " + strings.Join(audiences, ", "))
	}
	if len(v.config.Tenants) > 0 && !slices.Contains(v.config.Tenants, c.tenant) {
		return notValid("The token's tenant is not served here; the operator lists those that are with --tenants.")
	}
	return nil
}
