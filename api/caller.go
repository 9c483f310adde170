package api

import (
	"slices"
	"strings"

	"installstatus/api/contract"
)

// Caller is the sender of a request, as a verified token identifies it.
type Caller struct {
	Tenant  string   // the token's tid
	Scopes  []string // delegated permissions, the token's scp
	Roles   []string // application permissions, the token's roles; only an app-only token can use them
	AppOnly bool     // the token was issued to an application without a user
}

// personalTenant is the tid of every personal Microsoft account.
const personalTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

// authorize returns nil if the caller has one of the operation's permissions, delegated by a work or school account, or if the
// operation needs none. The operator may also allow application permissions.
func authorize(c Caller, operation *contract.Operation, allowAppOnly bool) error {
	held := c.Scopes
	switch {
	case operation.Anonymous:
		return nil
	case strings.EqualFold(c.Tenant, personalTenant):
		return forbidden("Personal Microsoft accounts are not supported. Sign in with a work or school account.")
	case c.AppOnly && !allowAppOnly:
		return forbidden("Application permissions are not supported. Use a token that a user delegated (one with scp).")
	case c.AppOnly:
		held = c.Roles
	}
	for _, permission := range operation.Permissions {
		if slices.Contains(held, permission) {
			return nil
		}
	}
	return forbidden("Application is not authorized to perform this operation. " +
		"Application must have one of the following scopes: " + strings.Join(operation.Permissions, ", "))
}
