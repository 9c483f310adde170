package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/auth"
	"installstatus/server/store/sqlite"
)

type serveCommand struct {
	Addr         string   `default:"127.0.0.1:8080" help:"Where to listen. Port 0 takes a free one and prints it." placeholder:"HOST:PORT"`
	DB           string   `name:"db" default:"sqlite:installstatus.db" help:"Where to keep the data: sqlite:FILE, or sqlite::memory: to keep nothing."`
	Issuer       []string `help:"Who issues the tokens (their iss). {tenantid} in it stands for the token's own tenant; then --tenants is needed." placeholder:"URL"`
	Audience     []string `help:"Whom tokens are for (their aud). Microsoft Graph's by default." placeholder:"AUDIENCE"`
	JWKSFile     string   `name:"jwks-file" help:"The issuer's public keys, as its jwks_uri gives them." placeholder:"FILE"`
	Tenants      []string `help:"Serve these tenants only." placeholder:"TENANT"`
	AllowAppOnly bool     `help:"Let application permissions count. The documented API does not support them."`
	Dev          bool     `help:"Accept development tokens (installstatus token). On loopback only."`
	DevKey       string   `default:"installstatus-dev.pem" help:"The development issuer's key, made when missing." placeholder:"FILE"`
	Sample       bool     `help:"Put sample data into the development tenant, where it is not there yet, and print how to use it. Needs --dev."`
	RequestLog   bool     `default:"true" negatable:"" help:"Log one line a request to stderr."`
}

func (serveCommand) Help() string {
	return `Examples:
  installstatus serve --dev --sample
  installstatus serve --dev --addr 127.0.0.1:0 --db sqlite::memory:
  installstatus serve --jwks-file keys.json --audience api://installstatus \
    --issuer https://login.microsoftonline.com/{tenantid}/v2.0 --tenants 0f0e...,1a2b...

GET /healthz says that the process runs, GET /readyz that it can serve.
SIGTERM and SIGINT let it answer what is in flight; then it exits with 0.`
}

// drainTime is how long requests in flight have when the process is told to stop.
const drainTime = 30 * time.Second

// Run serves until ctx ends.
func (c serveCommand) Run(ctx context.Context, to terminal) (err error) {
	development, verifier, err := c.identity()
	if err != nil {
		return err
	}
	store, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()

	log := newLog(to.err)
	handler, err := api.New(store, api.Options{
		Authenticate: verifier.Authenticate,
		AllowAppOnly: c.AllowAppOnly,
		Observe:      logExchanges(log, c.RequestLog),
	})
	if err != nil {
		return err
	}
	if c.Sample {
		if err := addSample(ctx, store); err != nil {
			return err
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("listening on %s: %w; choose another --addr", c.Addr, err)
	}
	defer listener.Close()
	base := "http://" + listener.Addr().String()
	fmt.Fprintf(to.out, "installstatus serves %s/beta\n", base)
	if c.Sample {
		if err := printSample(to.out, base, development); err != nil {
			return err
		}
	}
	return serve(ctx, listener, handler, store)
}

// serve answers on the listener until ctx ends, then answers what is in flight.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, store status.Store) error {
	var draining atomic.Bool
	server := &http.Server{
		Handler:           withHealth(handler, store, &draining),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // what it says repeats what clients sent
	}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		draining.Store(true)
		deadline, cancel := context.WithTimeout(context.Background(), drainTime)
		defer cancel()
		stopped <- server.Shutdown(deadline)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", listener.Addr(), err)
	}
	if err := <-stopped; err != nil {
		return fmt.Errorf("requests were still in flight after %s: %w", drainTime, err)
	}
	return nil
}

// withHealth answers /healthz and /readyz, to anybody, and hands everything else on as it is: a ServeMux would redirect
// paths that the API must see.
func withHealth(next http.Handler, store status.Store, draining *atomic.Bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, body := http.StatusOK, "ok\n"
		switch r.URL.Path {
		default:
			next.ServeHTTP(w, r)
			return
		case "/healthz":
		case "/readyz":
			if draining.Load() {
				code, body = http.StatusServiceUnavailable, "stopping\n"
			} else if err := store.Ready(r.Context()); err != nil {
				code, body = http.StatusServiceUnavailable, "the store is unavailable\n"
			}
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(code)
		io.WriteString(w, body)
	})
}

// identity is who may call, and the development issuer where there is one.
func (c serveCommand) identity() (*auth.Development, *auth.Verifier, error) {
	config := auth.Config{Audiences: c.Audience, Tenants: c.Tenants}
	if len(config.Audiences) == 0 {
		config.Audiences = auth.GraphAudiences()
	}
	switch {
	case !c.Dev && c.JWKSFile == "":
		return nil, nil, usageError{errors.New("nobody could call: say --dev, or --jwks-file with --issuer")}
	case (c.JWKSFile == "") != (len(c.Issuer) == 0):
		return nil, nil, usageError{errors.New("--jwks-file and --issuer need each other: whose keys are they?")}
	case c.Sample && !c.Dev:
		return nil, nil, usageError{errors.New("--sample needs --dev: the sample data are the development tenant's")}
	}
	if c.JWKSFile != "" {
		keys, err := auth.LoadKeySet(c.JWKSFile)
		if err != nil {
			return nil, nil, err
		}
		for _, name := range c.Issuer {
			config.Issuers = append(config.Issuers, auth.Issuer{Name: name, Keys: keys})
		}
	}
	var development *auth.Development
	if c.Dev {
		if host, _, err := net.SplitHostPort(c.Addr); err != nil || !isLoopback(host) {
			return nil, nil, usageError{fmt.Errorf("--dev gives everybody who can reach the address every permission, so --addr must be on loopback, such as 127.0.0.1:8080, and is %s", c.Addr)}
		}
		var err error
		if development, err = developmentIssuer(c.DevKey); err != nil {
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

func (c serveCommand) store(ctx context.Context) (status.Store, error) {
	path, isSQLite := strings.CutPrefix(c.DB, "sqlite:")
	if !isSQLite || path == "" {
		return nil, usageError{errors.New("--db must be sqlite:FILE, or sqlite::memory: to keep nothing")}
	}
	return sqlite.Open(ctx, path)
}
