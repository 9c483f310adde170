package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Config describes the tokens that a Verifier accepts.
type Config struct {
	Issuers   []Issuer
	Audiences []string         // accepted aud, compared exactly, of issuers without audiences of their own
	Tenants   []string         // served tids; empty for all, unless an issuer has many tenants
	Now       func() time.Time // nil for time.Now
	CacheSize int              // number of verified tokens; 0 for 10,000
}

// Issuer is an accepted issuer of tokens, with the keys that sign them. An issuer's keys never verify another's tokens.
type Issuer struct {
	// Name is the accepted iss, compared exactly. A literal {tenantid} in it means the token's own tid, as in
	// https://login.microsoftonline.com/{tenantid}/v2.0 and https://sts.windows.net/{tenantid}/.
	Name      string
	Keys      Keys
	Audiences []string // nil for the Config's
}

// GraphAudiences returns the aud of tokens for Microsoft Graph, which clients of Graph request by default. Only Graph can
// verify the tokens that Entra issues for them.
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
		return errors.New("no issuer")
	}
	for i, issuer := range c.Issuers {
		audiences := c.audiencesOf(issuer)
		switch {
		case issuer.Name == "":
			return errors.New("an issuer has no name: the iss of its tokens")
		case issuer.Keys == nil:
			return fmt.Errorf("issuer %s has no keys", issuer.Name)
		case issuer.hasManyTenants() && len(c.Tenants) == 0:
			return fmt.Errorf("issuer %s issues tokens for every tenant, so the tenants to serve must be listed", issuer.Name)
		case len(audiences) == 0 || slices.Contains(audiences, ""):
			return errors.New("no audience, or an empty one: name the API's own")
		}
		if slices.ContainsFunc(c.Issuers[:i], func(other Issuer) bool { return other.Name == issuer.Name }) {
			return fmt.Errorf("issuer %s is named twice", issuer.Name)
		}
	}
	if slices.ContainsFunc(c.Tenants, func(tenant string) bool { return !IsTenant(tenant) }) {
		return fmt.Errorf("a tenant to serve is not %s", TenantRule)
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
