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

// identityFlags configure authentication.
type identityFlags struct {
	Issuer       []string `help:"Who issues the tokens (their iss). Without --jwks-file, its keys are read from this https URL at the start, where it has 30 seconds to answer, and then every hour; while it is down, its last keys stay in force. {tenantid} in it means the token's own tenant and needs --tenants." placeholder:"URL"`
	Audience     []string `help:"Who the issuer's tokens are for (their aud). With --jwks-file, Microsoft Graph's by default." placeholder:"AUDIENCE"`
	JWKSFile     string   `name:"jwks-file" help:"A file with the issuer's public keys, as its jwks_uri returns them. Nothing is then read from the network." placeholder:"FILE"`
	Tenants      []string `help:"Serve these tenants only." placeholder:"TENANT"`
	AllowAppOnly bool     `help:"Accept application permissions. The documented API does not support them."`
	Dev          bool     `help:"Accept development tokens, and issue one to anyone who asks POST /dev/token. On loopback only."`
	DevExpose    bool     `help:"Let --dev listen off loopback: anyone who can reach the address then has every permission."`
	DevKey       string   `default:"installstatus-dev.pem" help:"The development issuer's key (default ${default}), made if missing." placeholder:"FILE"`
}

// identity returns the verifier of tokens, and the development issuer or nil. It follows the issuers until ctx ends.
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
		return nil, nil, usageError{fmt.Errorf("%w; see --issuer, --audience and --tenants", err)}
	}
	for _, issuer := range discovered {
		if err := issuer.Start(ctx); err != nil {
			return nil, nil, fmt.Errorf("%w; check --issuer and the network, or save the keys to a file and name it with --jwks-file", err)
		}
	}
	if f.DevExpose {
		log.Warn("--dev-expose gives every permission to anyone who can reach the address", "addr", addr)
	}
	return development, verifier, nil
}

func (f identityFlags) check(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	switch {
	case err != nil:
		return fmt.Errorf("--addr must be HOST:PORT, such as 127.0.0.1:8080: %w", err)
	case !f.Dev && len(f.Issuer) == 0 && f.JWKSFile == "":
		return errors.New("no one could sign in: add --dev to try it out, or --issuer and --audience")
	case f.JWKSFile != "" && len(f.Issuer) == 0:
		return errors.New("--jwks-file needs --issuer, the issuer of these keys")
	case len(f.Audience) > 0 && len(f.Issuer) == 0:
		return errors.New("--audience needs --issuer: development tokens are always for Microsoft Graph")
	case len(f.Issuer) > 0 && f.JWKSFile == "" && len(f.Audience) == 0:
		return errors.New("--issuer needs --audience, because only Graph can verify Entra's tokens for Microsoft Graph: " +
			"register an API of your own that exposes " + auth.WritePermission + ", and name it")
	case f.DevExpose && !f.Dev:
		return errors.New("--dev-expose needs --dev")
	case f.Dev && !f.DevExpose && !auth.IsLoopback(host):
		return fmt.Errorf("--dev gives every permission to anyone who can reach the address, so --addr must be on loopback, "+
			"such as 127.0.0.1:8080, not %s; if you mean it, as in a container, add --dev-expose", addr)
	}
	return nil
}

// addIssuers adds the issuers to config, and returns those whose keys must still be read.
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
			return nil, usageError{fmt.Errorf("--issuer: %w; to read the keys from a file, add --jwks-file", err)}
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

// withTokens adds the token endpoint if there is a development issuer. It answers pages of the allowed origins, too.
func (f identityFlags) withTokens(next http.Handler, issuer *auth.Development, allowed func(origin string) bool) http.Handler {
	if issuer == nil {
		return next
	}
	return devtoken.Handler(next, issuer, devtoken.Options{
		AnyHost: f.DevExpose, HostHelp: "; other names are answered with --dev-expose",
		Allowed: allowed, OriginHelp: "; --allow-origin names others",
	})
}
