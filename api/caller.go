package api

import "context"

// Caller is who sent a request, as a verified token says.
type Caller struct {
	Tenant  string   // the token's tid
	Scopes  []string // delegated permissions, the token's scp
	Roles   []string // application permissions, the token's roles; they count for an app-only token alone
	AppOnly bool     // no user stands behind the token
}

type callerKey struct{}

// WithCaller is ctx with the caller in it.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}
