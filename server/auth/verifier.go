// Package auth authenticates requests: it turns a bearer token into an api.Caller, or into a 401 that describes the problem.
// It also contains the development issuer. It does not know operations.
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

// New returns a Verifier, or an error that describes what is wrong with the configuration.
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

// Authenticate returns the caller that the request's bearer token names. Every error is an api.Unauthenticated whose message
// repeats nothing of the token, or an api.TooManyRequests for an address that had too many of those. It waits up to two
// seconds for the issuer if the token names an unknown key.
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

// voucher is the issuer's key set that verified a token.
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

// Lookups returns the hits and misses of the cache of verified tokens.
func (v *Verifier) Lookups() (hits, misses uint64) {
	return v.cache.hits.Load(), v.cache.misses.Load()
}

// issuerOf returns the issuer that the token names: only its keys can verify the token. The error does not name the accepted
// issuers, because their names may contain a tenant.
func (v *Verifier) issuerOf(c claims) (Issuer, error) {
	i := slices.IndexFunc(v.config.Issuers, func(issuer Issuer) bool { return issuer.issued(c) })
	if i < 0 {
		return Issuer{}, notValid("Invalid issuer: iss must be exactly an issuer that the operator of this server accepts.")
	}
	return v.config.Issuers[i], nil
}

// checkAccepted does not reveal which tenants are served.
func (v *Verifier) checkAccepted(issuer Issuer, c claims) error {
	audiences := v.config.audiencesOf(issuer)
	accepted := func(audience string) bool { return slices.Contains(audiences, audience) }
	if !slices.ContainsFunc(c.audiences, accepted) {
		return notValid("Invalid audience. Accepted here: " + strings.Join(audiences, ", "))
	}
	if len(v.config.Tenants) > 0 && !slices.Contains(v.config.Tenants, c.tenant) {
		return notValid("The token's tenant is not served here; the operator of this server lists the served tenants.")
	}
	return nil
}
