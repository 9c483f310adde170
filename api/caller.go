package api

import (
	"net/http"
	"slices"
	"strings"
)

// Caller is who sent a request, as a verified token says.
type Caller struct {
	Tenant  string   // the token's tid
	Scopes  []string // delegated permissions, the token's scp
	Roles   []string // application permissions, the token's roles; they count for an app-only token alone
	AppOnly bool     // no user stands behind the token
}

// personalTenant is the tid of every personal Microsoft account.
const personalTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

// authorize is nil if the caller has one of the permissions, in the way that the operation's table of permissions
// supports: delegated by a work or school account, and for an application alone only where the operator allows it.
func authorize(c Caller, permissions []string, allowAppOnly bool) error {
	held := c.Scopes
	switch {
	case strings.EqualFold(c.Tenant, personalTenant):
		return forbidden("Personal Microsoft accounts are not supported. Sign in with a work or school account.")
	case c.AppOnly && !allowAppOnly:
		return forbidden("Application permissions are not supported. Use a token that a user has delegated (one with scp).")
	case c.AppOnly:
		held = c.Roles
	}
	for _, permission := range permissions {
		if slices.Contains(held, permission) {
			return nil
		}
	}
	return forbidden("Application is not authorized to perform this operation. " +
		"Application must have one of the following scopes: " + strings.Join(permissions, ", "))
}

func forbidden(message string) *Error {
	return &Error{Status: http.StatusForbidden, Code: "Forbidden", Message: message}
}
