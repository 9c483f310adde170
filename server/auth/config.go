package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Config says whose tokens a Verifier accepts, and for what.
type Config struct {
	Issuers   []Issuer
	Audiences []string         // the accepted aud, compared exactly, of issuers that bring none of their own
	Tenants   []string         // the tids served; empty for all, which an issuer of many tenants does not allow
	Now       func() time.Time // nil for time.Now
	CacheSize int              // verified tokens remembered; 0 for 10,000
}

// Issuer is somebody whose tokens are accepted, with the keys that sign them. The keys of one issuer never vouch for
// another.
type Issuer struct {
	// Name is the accepted iss, compared exactly. A literal {tenantid} in it stands for the token's own tid, as in
	// https://login.microsoftonline.com/{tenantid}/v2.0 and https://sts.windows.net/{tenantid}/.
	Name      string
	Keys      Keys
	Audiences []string // nil for the Config's
}

// GraphAudiences are the aud of tokens for Microsoft Graph: what clients of Graph ask for without being told. Entra's
// own tokens for them can't be verified by anyone but Graph.
func GraphAudiences() []string {
	return []string{"https://graph.microsoft.com", "https://graph.microsoft.com/", "00000003-0000-0000-c000-000000000000"}
}

const tenantPlaceholder = "{tenantid}"

func ofTenant(issuerName, tenant string) string {
	return strings.ReplaceAll(issuerName, tenantPlaceholder, tenant)
}

func (i Issuer) issued(c claims) bool { return ofTenant(i.Name, c.tenant) == c.issuer }

func (i Issuer) hasManyTenants() bool { return strings.Contains(i.Name, tenantPlaceholder) }

func (c Config) audiencesOf(issuer Issuer) []string {
	if issuer.Audiences != nil {
		return issuer.Audiences
	}
	return c.Audiences
}

func (c Config) acceptsDevelopment() bool {
	return slices.ContainsFunc(c.Issuers, func(issuer Issuer) bool { return issuer.Name == DevelopmentIssuer })
}

func (c Config) check() error {
	if len(c.Issuers) == 0 {
		return errors.New("no issuer is accepted, so no token would be; name one with --issuer, or use --dev")
	}
	for i, issuer := range c.Issuers {
		audiences := c.audiencesOf(issuer)
		switch {
		case issuer.Name == "":
			return errors.New("an issuer has no name; it is the iss of its tokens")
		case issuer.Keys == nil:
			return fmt.Errorf("issuer %s has no keys", issuer.Name)
		case issuer.hasManyTenants() && len(c.Tenants) == 0:
			return fmt.Errorf("issuer %s speaks for every tenant there is; list those to serve with --tenants", issuer.Name)
		case len(audiences) == 0 || slices.Contains(audiences, ""):
			return errors.New("no audience, or an empty one, is accepted; name the API's own with --audience")
		}
		if slices.ContainsFunc(c.Issuers[:i], func(other Issuer) bool { return other.Name == issuer.Name }) {
			return fmt.Errorf("issuer %s is named twice", issuer.Name)
		}
	}
	if slices.ContainsFunc(c.Tenants, func(tenant string) bool { return !IsTenant(tenant) }) {
		return fmt.Errorf("a tenant of --tenants is not %s", TenantRule)
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.CacheSize == 0 {
		c.CacheSize = 10_000
	}
	return c
}
