package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/admission"
	"installstatus/server/auth"
	"installstatus/server/front"
	"installstatus/server/ops"
	"installstatus/server/web"
)

type serveCommand struct {
	listenFlags      `embed:""`
	identityFlags    `embed:""`
	crossOriginFlags `embed:""`
	storeFlags       `embed:"" set:"engines=sqlite:FILE, sqlite::memory: to keep nothing, or postgres://USER@HOST:PORT/DATABASE (the password may be in PGPASSWORD or ~/.pgpass)"`
	opsFlags         `embed:""`

	Throttle    string `default:"" enum:",intune" help:"Refuse what Microsoft Intune would refuse, to test clients: intune for its limits per app and per tenant (default: no limits). Each process counts by itself." placeholder:"LIMITS"`
	MemoryLimit uint32 `default:"512" help:"The memory to aim at. Well below it, garbage is collected a quarter as often as by Go's default (GOGC=400), which makes requests cheaper; near it, as often as needed. 0 leaves both to Go. GOGC and GOMEMLIMIT in the environment take precedence." placeholder:"MiB"`
	Sample      bool   `help:"Add sample data to the development tenant if it is missing, and print how to use it. Needs --dev."`
	RequestLog  bool   `default:"true" negatable:"" help:"Log one line for each request to stderr."`
}

func (serveCommand) Help() string {
	return `Examples:
  installstatus serve --dev --sample
  installstatus serve --dev --tls-self-signed
  installstatus serve --dev --addr 127.0.0.1:0 --db sqlite::memory:
  installstatus serve --audience api://installstatus \
    --issuer https://login.microsoftonline.com/{tenantid}/v2.0 --tenants 0f0e...,1a2b...
  installstatus serve --issuer https://idp.example --jwks-file keys.json

GET / is a page that shows and changes install statuses, GET /docs the reference
of the API, GET /openapi.yaml the contract.
GET /healthz reports that the process runs, GET /readyz that it can serve.
SIGTERM and SIGINT let it answer the requests in flight; then it exits with 0.`
}

// server is what serve has opened.
type server struct {
	development *auth.Development // nil without --dev
	operators   *opsListener      // nil without --ops-addr
	store       status.Store
	handler     http.Handler
	listener    net.Listener
	base        string // the URL at which clients reach it

	opened []io.Closer
}

// close closes what was opened, in reverse order.
func (s *server) close() (err error) {
	for _, opened := range slices.Backward(s.opened) {
		if e := opened.Close(); !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// Run serves until ctx ends.
func (c serveCommand) Run(ctx context.Context, to terminal) (err error) {
	if err := c.checkSample(); err != nil {
		return usageError{err}
	}
	c.setCollector()
	log, s := newLog(to.err), new(server)
	ctx, stop := context.WithCancel(ctx)
	defer stop() // ends what follows the issuers
	defer func() { err = errors.Join(err, s.close()) }()
	if err := c.open(ctx, s, log); err != nil {
		if ctx.Err() != nil { // told to stop before it served; an engine's error need not wrap ctx's
			return nil
		}
		return err
	}
	if err := c.announce(to.out, s); err != nil {
		return err
	}
	health := front.NewHealth(readiness(s.store))
	if s.operators != nil {
		defer s.operators.serve(health, log).Close()
	}
	return c.serve(ctx, s.listener, s.handler, health, filesToOpen(s.store), log)
}

// open opens what s needs. It finds mistakes in the configuration before it touches the database.
func (c serveCommand) open(ctx context.Context, s *server, log *slog.Logger) error {
	development, verifier, err := c.identity(ctx, c.Addr, log)
	if err != nil {
		return err
	}
	s.development = development
	security, err := c.security(c.Addr, log)
	if err != nil {
		return err
	}
	instruments := ops.Instruments(ops.Off{})
	if c.OpsAddr != "" {
		if s.operators, err = c.openOpsListener(ctx, log); err != nil {
			return err
		}
		s.opened = append(s.opened, s.operators)
		instruments = s.operators.metrics
	}
	if s.store, err = c.openStore(ctx, log); err != nil {
		return err
	}
	s.opened = append(s.opened, s.store)
	if c.Sample {
		if err := addSample(ctx, s.store); err != nil {
			return err
		}
	}
	if s.handler, err = c.handler(s, verifier, instruments, log); err != nil {
		return err
	}
	if s.listener, s.base, err = c.listen(ctx, security); err != nil {
		return err
	}
	s.opened = append(s.opened, s.listener)
	return nil
}

// handler returns the API over the store, with the pages and the token endpoint beside it.
func (c serveCommand) handler(s *server, verifier *auth.Verifier, instruments ops.Instruments, log *slog.Logger) (http.Handler, error) {
	instruments.Lookups(verifier.Lookups)
	bounded := admission.NewStore(instruments.Store(s.store), admission.DefaultCalls, log)
	admit := bounded.Admit
	if c.Throttle != "" {
		throttle, err := admission.NewThrottle(time.Now)
		if err != nil {
			return nil, err
		}
		admit = admission.All(bounded.Admit, throttle.Admit)
	}
	exchanges := &exchangeLog{log: log, requests: c.RequestLog}
	handler, err := api.New(bounded, api.Options{
		Authenticate: verifier.Authenticate,
		AllowAppOnly: c.AllowAppOnly,
		Memory:       c.memoryForRequests(),
		Admit:        admit,
		Observe: func(x api.Exchange) {
			exchanges.add(x)
			instruments.Observe(x)
		},
	})
	if err != nil {
		return nil, err
	}
	pages := web.Options{Development: c.Dev}
	if c.Sample {
		pages.App, pages.User, pages.Status = sampleApp, sampleUser, sampleRows[1].id
	}
	crossOrigin, err := c.crossOrigin(instruments.Active(handler), c.Dev)
	if err != nil {
		return nil, err
	}
	withPages, err := web.New(crossOrigin, pages)
	if err != nil {
		return nil, err
	}
	return c.withTokens(withPages, s.development, c.allows), nil
}

// announce prints where the server is and how to use it.
func (c serveCommand) announce(to io.Writer, s *server) error {
	fmt.Fprintf(to, "installstatus serves %[1]s/beta\nIn a browser: %[1]s/ and its reference %[1]s/docs\n", s.base)
	if err := c.printTrust(to, s.base); err != nil {
		return err
	}
	if c.Sample {
		if err := printSample(to, s.base, c.tlsFlags, s.development); err != nil {
			return err
		}
	}
	if s.operators != nil {
		fmt.Fprintf(to, "For operators: http://%s/metrics\n", s.operators.Addr())
	}
	return nil
}

func (c serveCommand) checkSample() error {
	switch {
	case c.Sample && !c.Dev:
		return errors.New("--sample needs --dev: the sample data belongs to the development tenant")
	case c.Sample && len(c.Tenants) > 0 && !slices.Contains(c.Tenants, auth.DevelopmentTenant):
		return fmt.Errorf("--sample needs the development tenant %s among --tenants", auth.DevelopmentTenant)
	}
	return nil
}

// setCollector lets the heap grow to five times the live data, which is about 5 MB, if there is a limit.
func (c serveCommand) setCollector() {
	const percent = 400
	if c.MemoryLimit == 0 {
		return
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(c.memoryForGo())
	}
}

// memoryForGo returns what is left of the memory to aim at beside what SQLite allocates itself, which Go's collector does not know:
// 26 MiB were measured while all of its connections read long lists.
func (c serveCommand) memoryForGo() int64 {
	const usual, outside = 512 << 20, 28 << 20
	limit := int64(c.MemoryLimit) << 20
	if limit == 0 {
		limit = usual
	}
	return limit - min(limit/4, outside)
}

// memoryForRequests returns how many bytes bodies and pages may take: half of the memory of Go, since garbage and connections take
// the other half.
func (c serveCommand) memoryForRequests() int64 { return c.memoryForGo() / 2 }
