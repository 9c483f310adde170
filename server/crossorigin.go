package main

import (
	"net/http"
	"slices"

	"installstatus/api"
	"installstatus/server/crossorigin"
)

// crossOriginFlags configure which web pages may call the API.
type crossOriginFlags struct {
	AllowOrigin []crossorigin.Origin `help:"Let web pages of these origins call the API, and with --dev get development tokens (default: no page but those of this server; with --dev, pages of any origin call the API, and those of this machine get tokens)." placeholder:"ORIGIN"`
}

// allows reports whether --allow-origin names the origin.
func (f crossOriginFlags) allows(origin string) bool {
	return slices.Contains(f.AllowOrigin, crossorigin.Origin(origin))
}

// crossOrigin lets pages of the origins in --allow-origin call next, the API; or pages of all origins.
func (f crossOriginFlags) crossOrigin(next http.Handler, all bool) (http.Handler, error) {
	if !all && len(f.AllowOrigin) == 0 {
		return next, nil
	}
	contract, err := api.Contract()
	if err != nil {
		return nil, err
	}
	return crossorigin.Handler(next, crossorigin.Policy{
		Allows:  func(origin string) bool { return all || f.allows(origin) },
		Methods: contract.Methods(),
		Exposed: contract.ResponseHeaders(),
	}), nil
}
