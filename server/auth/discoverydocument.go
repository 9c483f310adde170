package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4/json"
)

// documentAddress returns the URL of an issuer's discovery document. Entra publishes one for all tenants under "common", and
// the one of version 1 on another host than its tokens name.
func documentAddress(issuer string) (*url.URL, error) {
	address, err := url.Parse(ofTenant(issuer, "common"))
	if err != nil || !isTrustworthy(address) || address.User != nil || strings.ContainsAny(issuer, "?#") {
		return nil, errors.New("an issuer's keys are read from its URL, so it must be https (http on loopback only) " +
			"without user, query and fragment")
	}
	if strings.Contains(issuer, tenantPlaceholder) && address.Host == "sts.windows.net" {
		address.Host = "login.microsoftonline.com"
	}
	return address.JoinPath(".well-known/openid-configuration"), nil
}

// mayLead reports whether a document from one address may refer to the other.
func mayLead(from, to *url.URL) bool {
	return isTrustworthy(to) && (to.Scheme == "https" || from.Scheme == "http")
}

// isTrustworthy reports whether no one on the network can change what is read from the address.
func isTrustworthy(address *url.URL) bool {
	switch address.Scheme {
	case "https":
		return address.Hostname() != ""
	case "http":
		return IsLoopback(address.Hostname())
	}
	return false
}

// IsLoopback reports whether a host is localhost or a loopback address.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// read follows the discovery document to the keys.
func (d *Discovery) read(ctx context.Context) (*KeySet, error) {
	text, err := d.get(ctx, d.document)
	if err != nil {
		return nil, err
	}
	address, err := d.parseDocument(text)
	if err != nil {
		return nil, fmt.Errorf("the discovery document %s: %w", d.document, err)
	}
	if text, err = d.get(ctx, address); err != nil {
		return nil, err
	}
	set, err := parseKeySet(text)
	if err != nil {
		return nil, fmt.Errorf("the key set %s: %w", address, err)
	}
	return set, nil
}

// parseDocument returns the jwks_uri of the issuer's own document.
func (d *Discovery) parseDocument(text []byte) (*url.URL, error) {
	var document struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, errors.New("it is not a JSON object with one issuer and one jwks_uri, both strings")
	}
	if document.Issuer != d.issuer {
		return nil, fmt.Errorf("its issuer is %.200q, not exactly the configured one", document.Issuer)
	}
	address, err := url.Parse(document.JWKSURI)
	if err != nil || address.User != nil || !mayLead(d.document, address) {
		return nil, fmt.Errorf("its jwks_uri is %.200q, not an https URL (http on loopback only)", document.JWKSURI)
	}
	return address, nil
}
