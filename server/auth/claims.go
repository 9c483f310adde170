package auth

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4/json"

	"installstatus/api"
)

// leeway is how much the clocks of an issuer and of this server may differ.
const leeway = time.Minute

// claims are the claims of a token that matter here.
type claims struct {
	issuer    string
	tenant    string
	audiences []string
	expires   time.Time
	notBefore time.Time // zero if absent
	issuedAt  time.Time // zero if absent
	scopes    []string
	roles     []string
	appOnly   bool // the token belongs to an application, not to a user
}

// parseClaims parses a token's payload. The claims have the right types and are not verified yet. go-jose's json refuses a
// duplicate name, which two parsers could read differently.
func parseClaims(payload []byte) (claims, error) {
	var values map[string]json.RawMessage
	if !utf8.Valid(payload) || json.Unmarshal(payload, &values) != nil {
		return claims{}, notWellFormed("its payload must be one JSON object in UTF-8, with each claim once.")
	}
	read := claimReader{values: values}
	c := claims{
		issuer:    read.text("iss"),
		tenant:    read.text("tid"),
		audiences: read.textOrList("aud"),
		expires:   read.date("exp"),
		notBefore: read.date("nbf"),
		issuedAt:  read.date("iat"),
		scopes:    splitScopes(read.text("scp")),
		roles:     read.list("roles"),
	}
	c.appOnly = read.isAppOnly(c.scopes)
	if read.err != nil {
		return claims{}, read.err
	}
	if _, given := values["exp"]; !given {
		return claims{}, notInLifetime("the token has no expiration time: the claim 'exp' is required.")
	}
	if !IsTenant(c.tenant) {
		return claims{}, notValid("The token's claim 'tid', its tenant, is required and must be " + TenantRule + ".")
	}
	return c, nil
}

// TenantRule describes what IsTenant accepts.
const TenantRule = "1 to 128 printable ASCII characters without a space"

// IsTenant reports whether id can be the tenant of a token.
func IsTenant(id string) bool {
	notGraphic := func(r rune) bool { return r <= ' ' || r > '~' }
	return 0 < len(id) && len(id) <= 128 && !strings.ContainsFunc(id, notGraphic)
}

func splitScopes(scp string) []string {
	return strings.FieldsFunc(scp, func(r rune) bool { return r == ' ' })
}

// checkTime follows RFC 7519: a token is valid from nbf until just before exp.
func (c claims) checkTime(now time.Time) error {
	switch {
	case !now.Before(c.expires.Add(leeway)):
		return notInLifetime("the token is expired.")
	case now.Before(c.notBefore.Add(-leeway)):
		return notInLifetime("the token is not valid yet: its 'nbf' is in the future.")
	case now.Before(c.issuedAt.Add(-leeway)):
		return notInLifetime("the token is not valid yet: its 'iat' is in the future.")
	}
	return nil
}

func (c claims) caller() api.Caller {
	return api.Caller{Tenant: c.tenant, Scopes: c.scopes, Roles: c.roles, AppOnly: c.appOnly}
}

// claimReader reads optional claims, and keeps the first error.
type claimReader struct {
	values map[string]json.RawMessage
	err    error
}

// read reports whether the claim is present and was read. The error of a wrong type says that it must be of that kind.
func (r *claimReader) read(name, kind string, into any) bool {
	value, given := r.values[name]
	if !given {
		return false
	}
	if strings.TrimSpace(string(value)) == "null" || json.Unmarshal(value, into) != nil {
		r.refuse(name, kind)
		return false
	}
	return true
}

func (r *claimReader) refuse(name, kind string) {
	if r.err == nil {
		r.err = notValid(fmt.Sprintf("The token's claim '%s' must be %s.", name, kind))
	}
}

// isAppOnly reports whether the token and its roles belong to an application. Entra puts that into idtyp, but only if the
// API's registration asks for this optional claim. Without it, an application's token has no scp and no subject other than
// itself: oid equals sub, or both are absent. A missing scp alone proves nothing: a user's ID token, which always has a sub,
// has no scp either, has the right audience if client and API share a registration, and may contain the user's roles. Any
// other token counts as a user's without permissions.
func (r *claimReader) isAppOnly(scopes []string) bool {
	kind, object, subject := r.text("idtyp"), r.text("oid"), r.text("sub")
	if kind != "" {
		return kind == "app"
	}
	isGiven := func(name string) bool { return r.values[name] != nil }
	return len(scopes) == 0 && object == subject && !slices.ContainsFunc(usersClaims(), isGiven)
}

// usersClaims returns the claims that only tokens of users, or ID tokens, have.
func usersClaims() []string {
	return []string{"name", "preferred_username", "upn", "unique_name", "email", "given_name", "family_name", "nonce", "at_hash", "c_hash"}
}

func (r *claimReader) text(name string) (value string) {
	r.read(name, "a string", &value)
	return value
}

func (r *claimReader) list(name string) (values []string) {
	const kind = "an array of strings, none of them empty"
	if r.read(name, kind, &values) && slices.Contains(values, "") {
		r.refuse(name, kind)
	}
	return values
}

func (r *claimReader) textOrList(name string) []string {
	if strings.HasPrefix(string(r.values[name]), "[") {
		return r.list(name)
	}
	var value string
	r.read(name, "a string or an array of strings", &value)
	return []string{value}
}

// date reads a NumericDate: seconds since 1970, with an optional fraction. A date after the year 9999 is an error.
func (r *claimReader) date(name string) time.Time {
	const kind = "a number of seconds since 1970, before the year 10000"
	var seconds float64
	if !r.read(name, kind, &seconds) {
		return time.Time{}
	}
	if seconds < 0 || seconds >= 253_402_300_800 {
		r.refuse(name, kind)
		return time.Time{}
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9))
}
