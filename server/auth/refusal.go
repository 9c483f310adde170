package auth

import "installstatus/api"

// The texts begin like Graph's, so that a search finds what others wrote about them.

// noToken tells how to get a development token, if those are accepted.
func noToken(development bool) error {
	const text = "Access token is empty."
	if development {
		return api.Unauthenticated(text + " The command 'installstatus token' prints one.")
	}
	return api.Unauthenticated(text)
}

func notWellFormed(why string) error {
	return api.Unauthenticated("IDX14100: JWT is not well formed, " + why)
}

func notInLifetime(why string) error {
	return api.Unauthenticated("Lifetime validation failed, " + why)
}

func notValid(why string) error {
	return api.Unauthenticated("Access token validation failure. " + why)
}
