package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"installstatus/server/auth"
	"installstatus/server/auth/devtoken"
)

// identityFlags say whose tokens count.
type identityFlags struct {
	Issuer       []string `help:"Who issues the tokens (their iss). Without --jwks-file its keys are read from the https URL that it is: at the start, where it has 30 seconds to answer, and then every hour; while it is down, its last keys stay in force. {tenantid} in it stands for the token's own tenant; then --tenants is needed." placeholder:"URL"`
	Audience     []string `help:"Whom the issuer's tokens are for (their aud). With --jwks-file, Microsoft Graph's by default." placeholder:"AUDIENCE"`
	JWKSFile     string   `name:"jwks-file" help:"The issuer's public keys in a file, as its jwks_uri gives them; then nothing is read from the network." placeholder:"FILE"`
	Tenants      []string `help:"Serve these tenants only." placeholder:"TENANT"`
	AllowAppOnly bool     `help:"Let application permissions count. The documented API does not support them."`
	Dev          bool     `help:"Accept development tokens, and give one to everybody who asks POST /dev/token. On loopback only."`
	DevExpose    bool     `help:"Let --dev listen off loopback: everybody who can reach the address then has every permission."`
	DevKey       string   `default:"installstatus-dev.pem" help:"The development issuer's key (default ${default}), made when missing." placeholder:"FILE"`
}

// identity is who may call, and the development issuer where there is one. Issuers are followed until ctx ends.
func (f identityFlags) identity(ctx context.Context, addr string, log *slog.Logger) (*auth.Development, *auth.Verifier, error) {
	if err := f.check(addr); err != nil {
		return nil, nil, usageError{err}
	}
	config := auth.Config{Audiences: f.Audience, Tenants: f.Tenants}
	if len(config.Audiences) == 0 {
		config.Audiences = auth.GraphAudiences()
	}
	discovered, err := f.addIssuers(&config, log)
	if err != nil {
		return nil, nil, err
	}
	development, err := f.addDevelopment(&config)
	if err != nil {
		return nil, nil, err
	}
	verifier, err := auth.New(config)
	if err != nil {
		return nil, nil, usageError{err}
	}
	for _, issuer := range discovered {
		if err := issuer.Start(ctx); err != nil {
			return nil, nil, err
		}
	}
	if f.DevExpose {
		log.Warn("--dev-expose: everybody who can reach the address has every permission", "addr", addr)
	}
	return development, verifier, nil
}

func (f identityFlags) check(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	switch {
	case err != nil:
		return fmt.Errorf("--addr must be HOST:PORT, such as 127.0.0.1:8080: %w", err)
	case !f.Dev && len(f.Issuer) == 0 && f.JWKSFile == "":
		return errors.New("nobody could call: say --dev, or --issuer with --audience")
	case f.JWKSFile != "" && len(f.Issuer) == 0:
		return errors.New("--jwks-file needs --issuer: whose keys are they?")
	case len(f.Audience) > 0 && len(f.Issuer) == 0:
		return errors.New("--audience needs --issuer: development tokens are for Microsoft Graph, always")
	case len(f.Issuer) > 0 && f.JWKSFile == "" && len(f.Audience) == 0:
		return errors.New("--issuer needs --audience, as Entra's tokens for Microsoft Graph can be verified by nobody but Graph: " +
			"register an API of your own that exposes " + auth.WritePermission + ", and name it")
	case f.DevExpose && !f.Dev:
		return errors.New("--dev-expose needs --dev")
	case f.Dev && !f.DevExpose && !auth.IsLoopback(host):
		return fmt.Errorf("--dev gives everybody who can reach the address every permission, so --addr must be on loopback, "+
			"such as 127.0.0.1:8080, and is %s; where that is meant, in a container, add --dev-expose", addr)
	}
	return nil
}

// addIssuers returns the issuers whose keys have yet to be read.
func (f identityFlags) addIssuers(config *auth.Config, log *slog.Logger) ([]*auth.Discovery, error) {
	if f.JWKSFile != "" {
		keys, err := auth.LoadKeySet(f.JWKSFile)
		if err != nil {
			return nil, err
		}
		for _, name := range f.Issuer {
			config.Issuers = append(config.Issuers, auth.Issuer{Name: name, Keys: keys})
		}
		return nil, nil
	}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DisableKeepAlives:      true, // the next request is an hour away
		MaxResponseHeaderBytes: 64 << 10,
	}
	var discovered []*auth.Discovery
	for _, name := range f.Issuer {
		keys, err := auth.NewDiscovery(name, transport, log)
		if err != nil {
			return nil, usageError{err}
		}
		discovered = append(discovered, keys)
		config.Issuers = append(config.Issuers, auth.Issuer{Name: name, Keys: keys})
	}
	return discovered, nil
}

func (f identityFlags) addDevelopment(config *auth.Config) (*auth.Development, error) {
	if !f.Dev {
		return nil, nil
	}
	development, err := auth.OpenDevelopment(f.DevKey)
	if err != nil {
		return nil, err
	}
	config.Issuers = append(config.Issuers, development.Issuer())
	return development, nil
}

// withTokens adds the token endpoint if there is a development issuer.
func (f identityFlags) withTokens(next http.Handler, issuer *auth.Development) http.Handler {
	if issuer == nil {
		return next
	}
	return devtoken.Handler(next, issuer, devtoken.Options{AnyHost: f.DevExpose, HostHelp: "; other names are answered with --dev-expose"})
}
