package main

import (
	"errors"
	"fmt"
	"net"

	"installstatus/server/auth"
)

// identityFlags say whose tokens count.
type identityFlags struct {
	Issuer       []string `help:"Who issues the tokens (their iss). {tenantid} in it stands for the token's own tenant; then --tenants is needed." placeholder:"URL"`
	Audience     []string `help:"Whom tokens are for (their aud). Microsoft Graph's by default." placeholder:"AUDIENCE"`
	JWKSFile     string   `name:"jwks-file" help:"The issuer's public keys, as its jwks_uri gives them." placeholder:"FILE"`
	Tenants      []string `help:"Serve these tenants only." placeholder:"TENANT"`
	AllowAppOnly bool     `help:"Let application permissions count. The documented API does not support them."`
	Dev          bool     `help:"Accept development tokens (installstatus token). On loopback only."`
	DevKey       string   `default:"installstatus-dev.pem" help:"The development issuer's key (default ${default}), made when missing." placeholder:"FILE"`
}

// identity is who may call, and the development issuer where there is one.
func (f identityFlags) identity(addr string) (*auth.Development, *auth.Verifier, error) {
	config := auth.Config{Audiences: f.Audience, Tenants: f.Tenants}
	if len(config.Audiences) == 0 {
		config.Audiences = auth.GraphAudiences()
	}
	switch {
	case !f.Dev && f.JWKSFile == "":
		return nil, nil, usageError{errors.New("nobody could call: say --dev, or --jwks-file with --issuer")}
	case (f.JWKSFile == "") != (len(f.Issuer) == 0):
		return nil, nil, usageError{errors.New("--jwks-file and --issuer need each other: whose keys are they?")}
	}
	if f.JWKSFile != "" {
		keys, err := auth.LoadKeySet(f.JWKSFile)
		if err != nil {
			return nil, nil, err
		}
		for _, name := range f.Issuer {
			config.Issuers = append(config.Issuers, auth.Issuer{Name: name, Keys: keys})
		}
	}
	var development *auth.Development
	if f.Dev {
		if host, _, err := net.SplitHostPort(addr); err != nil || !isLoopback(host) {
			return nil, nil, usageError{fmt.Errorf("--dev gives everybody who can reach the address every permission, so --addr must be on loopback, such as 127.0.0.1:8080, and is %s", addr)}
		}
		var err error
		if development, err = developmentIssuer(f.DevKey); err != nil {
			return nil, nil, err
		}
		config.Issuers = append(config.Issuers, development.Issuer())
		config.Audiences = append(config.Audiences, auth.GraphAudiences()...)
	}
	verifier, err := auth.New(config)
	if err != nil {
		return nil, nil, usageError{err}
	}
	return development, verifier, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
