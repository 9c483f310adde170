package auth

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
)

// DevelopmentIssuer is the iss of development tokens. No real issuer can have a name under .invalid (RFC 6761).
const DevelopmentIssuer = "https://development.installstatus.invalid/"

// DevelopmentTenant is the tenant of development tokens that name none.
const DevelopmentTenant = "5a3d2f10-6c1b-4e0f-9d4a-2b7c8e9f0a11"

// WritePermission is the permission to read and to change statuses.
const WritePermission = "DeviceManagementApps.ReadWrite.All"

// Development issues tokens for any tenant and any permission: for trying out and for tests.
type Development struct {
	signer jose.Signer
	keys   *KeySet
}

// NewDevelopment returns an issuer that signs with the given key, which must be on P-256.
func NewDevelopment(private *ecdsa.PrivateKey) (*Development, error) {
	public := jose.JSONWebKey{Key: private.Public(), Algorithm: string(jose.ES256)}
	thumbprint, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("naming the development key: %w", err)
	}
	public.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	verifying, err := newKey(public, "")
	if err != nil {
		return nil, fmt.Errorf("using the development key: %w", err)
	}
	signing := jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: private, KeyID: public.KeyID}}
	signer, err := jose.NewSigner(signing, new(jose.SignerOptions).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("using the development key: %w", err)
	}
	return &Development{signer: signer, keys: &KeySet{keys: []key{verifying}}}, nil
}

// Issuer returns the entry of a Config that accepts the tokens issued here. Their audience is the first of GraphAudiences.
func (d *Development) Issuer() Issuer {
	return Issuer{Name: DevelopmentIssuer, Keys: d.keys, Audiences: GraphAudiences()}
}

// Grant is the content of a development token.
type Grant struct {
	Tenant   string
	Scope    string        // permissions separated by spaces: the scp, or the roles of an app-only token
	AppOnly  bool          // the token belongs to an application, not to a user
	Lifetime time.Duration // at least one second
}

// Issue returns a token that is valid from now on. A tenant's tokens always have the same user, or the same app.
func (d *Development) Issue(grant Grant, now time.Time) (string, error) {
	if err := grant.check(); err != nil {
		return "", fmt.Errorf("issuing a development token: %w", err)
	}
	payload, err := json.Marshal(grant.claims(now))
	if err != nil {
		return "", fmt.Errorf("issuing a development token: %w", err)
	}
	signed, err := d.signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("issuing a development token: %w", err)
	}
	token, err := signed.CompactSerialize()
	if err == nil && len(token) > maxToken {
		return "", fmt.Errorf("issuing a development token: the scope is so long that the token would be longer than %d bytes", maxToken)
	}
	return token, err
}

func (g Grant) check() error {
	switch {
	case !IsTenant(g.Tenant):
		return fmt.Errorf("the tenant must be %s", TenantRule)
	case !g.AppOnly && len(splitScopes(g.Scope)) == 0:
		return errors.New("the scope is empty; a token for a user needs one, such as " + WritePermission)
	case g.Lifetime < time.Second:
		return errors.New("the token must be valid for at least one second")
	}
	return nil
}

type developmentClaims struct {
	Issuer    string   `json:"iss"`
	Audience  string   `json:"aud"`
	IssuedAt  int64    `json:"iat"`
	NotBefore int64    `json:"nbf"`
	Expires   int64    `json:"exp"`
	Tenant    string   `json:"tid"`
	Object    string   `json:"oid"`
	Subject   string   `json:"sub"`
	Version   string   `json:"ver"`
	Kind      string   `json:"idtyp,omitempty"`
	Scope     string   `json:"scp,omitempty"`
	Roles     []string `json:"roles,omitempty"`
}

func (g Grant) claims(now time.Time) developmentClaims {
	c := developmentClaims{
		Issuer:    DevelopmentIssuer,
		Audience:  GraphAudiences()[0],
		IssuedAt:  now.Unix(),
		NotBefore: now.Unix(),
		Expires:   now.Add(g.Lifetime).Unix(),
		Tenant:    g.Tenant,
		Version:   "2.0",
	}
	if g.AppOnly {
		c.Kind = "app"
		c.Roles = splitScopes(g.Scope)
	} else {
		c.Scope = strings.Join(splitScopes(g.Scope), " ")
	}
	c.Object = uuid.NewSHA1(uuid.NameSpaceURL, []byte(DevelopmentIssuer+g.Tenant+"/"+c.Kind)).String()
	c.Subject = c.Object
	return c
}
