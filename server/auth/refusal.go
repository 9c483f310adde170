package auth

import "installstatus/api"

// The texts begin as Graph's do, so that whoever looks one up finds what others wrote of it.

func noToken() error { return api.Unauthenticated("Access token is empty.") }

func notWellFormed(why string) error {
	return api.Unauthenticated("IDX14100: JWT is not well formed, " + why)
}

func notInLifetime(why string) error {
	return api.Unauthenticated("Lifetime validation failed, " + why)
}

func notValid(why string) error {
	return api.Unauthenticated("Access token validation failure. " + why)
}
