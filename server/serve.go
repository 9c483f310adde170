package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/admission"
	"installstatus/server/auth"
)

type serveCommand struct {
	listenFlags   `embed:""`
	identityFlags `embed:""`
	storeFlags    `embed:"" set:"engines=sqlite:FILE, sqlite::memory: to keep nothing, or postgres://USER@HOST:PORT/DATABASE whose password may be in PGPASSWORD or ~/.pgpass"`
	opsFlags      `embed:""`
	memoryFlags   `embed:""`

	Throttle   string `default:"" enum:",intune" help:"Refuse what Microsoft Intune would refuse, to test clients: intune for its limits per app and per tenant (default: no limits). Each process counts by itself." placeholder:"LIMITS"`
	Sample     bool   `help:"Put sample data into the development tenant, where it is not there yet, and print how to use it. Needs --dev."`
	RequestLog bool   `default:"true" negatable:"" help:"Log one line a request to stderr."`
}

func (serveCommand) Help() string {
	return `Examples:
  installstatus serve --dev --sample
  installstatus serve --dev --tls-self-signed
  installstatus serve --dev --addr 127.0.0.1:0 --db sqlite::memory:
  installstatus serve --audience api://installstatus \
    --issuer https://login.microsoftonline.com/{tenantid}/v2.0 --tenants 0f0e...,1a2b...
  installstatus serve --issuer https://idp.example --jwks-file keys.json

GET / is a page to look at install statuses and to change them, GET /docs the
reference of the API, GET /openapi.yaml the contract.
GET /healthz says that the process runs, GET /readyz that it can serve.
SIGTERM and SIGINT let it answer what is in flight; then it exits with 0.`
}

// Run serves until ctx ends. Where it ends before anybody is served, whatever went wrong with it is no failure.
func (c serveCommand) Run(ctx context.Context, to terminal) (err error) {
	if err := c.checkSample(); err != nil {
		return usageError{err}
	}
	c.setCollector()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := false
	defer func() {
		if !served && ctx.Err() != nil { // the error of an engine need not wrap it
			err = nil
		}
	}()
	log := newLog(to.err)
	development, verifier, err := c.identity(ctx, c.Addr, log)
	if err != nil {
		return err
	}
	security, err := c.security(c.Addr, log)
	if err != nil {
		return err
	}
	operators, err := c.opsListener(ctx, log)
	if err != nil {
		return err
	}
	defer operators.close()
	store, err := c.openStore(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()

	handler, err := c.handler(store, verifier, operators, log)
	if err != nil {
		return err
	}
	if c.Sample {
		if err := addSample(ctx, store); err != nil {
			return err
		}
	}
	pages, err := c.withPages(handler)
	if err != nil {
		return err
	}
	listener, base, err := c.listen(ctx, security)
	if err != nil {
		return err
	}
	defer listener.Close()
	fmt.Fprintf(to.out, "installstatus serves %[1]s/beta\nIn a browser: %[1]s/ and its reference %[1]s/docs\n", base)
	if err := c.printTrust(to.out, base); err != nil {
		return err
	}
	if c.Sample {
		if err := printSample(to.out, base, c.tlsFlags, development); err != nil {
			return err
		}
	}
	if operators != nil {
		fmt.Fprintf(to.out, "For operators: http://%s/metrics\n", operators.listener.Addr())
	}
	served = true
	return c.serve(ctx, listener, c.withTokens(pages, development), store, operators, log)
}

func (c serveCommand) checkSample() error {
	switch {
	case c.Sample && !c.Dev:
		return errors.New("--sample needs --dev: the sample data are the development tenant's")
	case c.Sample && len(c.Tenants) > 0 && !slices.Contains(c.Tenants, auth.DevelopmentTenant):
		return fmt.Errorf("--sample needs the development tenant %s among --tenants", auth.DevelopmentTenant)
	}
	return nil
}

// handler answers the contract's operations over the store.
func (c serveCommand) handler(store status.Store, verifier *auth.Verifier, operators *opsListener, log *slog.Logger) (http.Handler, error) {
	operators.lookups(verifier)
	bounded := admission.NewStore(operators.store(store), admission.DefaultCalls, log)
	admit := bounded.Admit
	if c.Throttle != "" {
		throttle, err := admission.NewThrottle(time.Now)
		if err != nil {
			return nil, err
		}
		admit = admission.All(bounded.Admit, throttle.Admit)
	}
	handler, err := api.New(bounded, api.Options{
		Authenticate: verifier.Authenticate,
		AllowAppOnly: c.AllowAppOnly,
		Admit:        admit,
		Observe:      operators.observing(logExchanges(log, c.RequestLog)),
	})
	if err != nil {
		return nil, err
	}
	return operators.active(handler), nil
}
