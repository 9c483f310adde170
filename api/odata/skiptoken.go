// Package odata reads and writes the texts of OData's query options. It knows what they ask for, and no store that could
// answer.
package odata

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"installstatus/api/status"
)

// checkLength is how many bytes of a skip token bind it to its list.
const checkLength = 9

// SkipToken is the $skiptoken by which the list that the query asks for goes on after an id. It has letters, digits, - and _
// alone.
func SkipToken(tenant string, query status.Query, after string) string {
	return base64.RawURLEncoding.EncodeToString(append(check(tenant, query, after), after...))
}

// ErrSkipToken says that a text is no $skiptoken of the list.
var ErrSkipToken = errors.New("the $skiptoken is not of this list: follow an @odata.nextLink as it is, or leave $skiptoken out")

// ParseSkipToken is the id after which a list goes on. The token must be of the same list and tenant; it carries no
// permission, so a forged one reaches nothing that a list does not show anyway.
func ParseSkipToken(tenant string, query status.Query, token string) (after string, err error) {
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(decoded) <= checkLength {
		return "", ErrSkipToken
	}
	after = string(decoded[checkLength:])
	if string(check(tenant, query, after)) != string(decoded[:checkLength]) {
		return "", ErrSkipToken
	}
	return after, nil
}

func check(tenant string, query status.Query, after string) []byte {
	hash := sha256.Sum256(fmt.Appendf(nil, "1 %q %q %q %q", tenant, query.App, query.User, after))
	return hash[:checkLength]
}
