// Package api implements the contract: an http.Handler that serves its operations from a status.Store. It imports no database, no
// token format and no command line.
package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"installstatus/api/contract"
	"installstatus/api/odata"
	"installstatus/api/status"
	"installstatus/gen"
)

// Options configure New. Authenticate is required.
type Options struct {
	// Authenticate identifies the caller of a request by its headers. Any error refuses the request; Unauthenticated refuses
	// it with 401.
	Authenticate func(*http.Request) (Caller, error)
	// AllowAppOnly accepts application permissions, as a later revision of the API does. The documentation that the contract
	// follows does not.
	AllowAppOnly bool
	// Admit is called for every authorized request before its body is read; for a batch, it is called for each of its
	// requests instead. An error refuses the request. It may be called concurrently; nil admits all requests.
	Admit func(Admission) error
	// Memory is how many bytes bodies, batches and pages of lists may take together, and twice as much as those of one tenant may;
	// 0 means any number. A request for which there is no room is refused with ErrNoMemory, if possible before its body is read.
	Memory int64
	// Observe is called after every request has been answered. It may be called concurrently.
	Observe func(Exchange)
	// Now returns the current time; nil means time.Now.
	Now func() time.Time
}

// API serves the operations of the contract.
type API struct {
	store      status.Store
	options    Options
	tree       *node
	echo       *echo.Echo
	budget     *budget // nil if memory is not limited
	basePath   string
	service    gen.ServiceDocument            // without the origin of its address
	operations map[string]*contract.Operation // by method and echo's route

	deviceStatuses *lists[status.Row, status.Status]
	userStatuses   *lists[status.UserStatus, status.UserStatus]
	apps, appIDs   *lists[status.App, status.App]
	summaries      *odata.Parser
}

var _ gen.ServerInterface = (*API)(nil)

// Contract returns the built-in contract, which New enforces. It parses the contract once; callers must not change it.
func Contract() (*contract.Contract, error) { return builtIn() }

var builtIn = sync.OnceValues(func() (*contract.Contract, error) {
	doc, err := gen.GetSpec()
	if err != nil {
		return nil, fmt.Errorf("reading the built-in contract: %w", err)
	}
	return contract.New(doc)
})

// New returns the handler. It returns an error if an operation of the contract would run unvalidated or not at all.
func New(store status.Store, options Options) (*API, error) {
	c, err := Contract()
	if err != nil {
		return nil, err
	}
	if options.Authenticate == nil {
		return nil, errors.New("api.Options.Authenticate is missing")
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	a := &API{
		store: store, options: options,
		tree: newTree(c), echo: echo.New(), basePath: c.BasePath, operations: make(map[string]*contract.Operation),
	}
	if options.Memory > 0 {
		a.budget = newBudget(options.Memory)
	}
	if a.deviceStatuses, err = newLists(c, "MobileAppInstallStatus", deviceStatusJSON, store.List, func(row *status.Row) *status.Status { return &row.Status }); err != nil {
		return nil, err
	}
	if a.userStatuses, err = newLists(c, "UserAppInstallStatus", userStatusJSON, store.ListUsers, func(user *status.UserStatus) *status.UserStatus { return user }); err != nil {
		return nil, err
	}
	anApp := func(app *status.App) *status.App { return app }
	if a.apps, err = newLists(c, "MobileApp", appJSON, readApps(store, true), anApp); err != nil {
		return nil, err
	}
	if a.appIDs, err = newLists(c, "MobileApp", appJSON, readApps(store, false), anApp); err != nil {
		return nil, err
	}
	if a.summaries, err = newParser(c, "MobileAppInstallSummary"); err != nil {
		return nil, err
	}
	if a.service, err = serviceOf(c, a.tree); err != nil {
		return nil, err
	}
	for _, o := range c.Operations {
		a.operations[o.Method+" "+strings.NewReplacer("{", ":", "}", "").Replace(c.BasePath+o.Path)] = o
	}
	a.echo.IPExtractor = echo.ExtractIPDirect()
	a.echo.Logger.SetOutput(io.Discard)
	a.echo.HTTPErrorHandler = func(err error, c echo.Context) { writeError(c.Response(), c.Request(), err) }
	a.echo.Use(a.inForce)
	gen.RegisterHandlersWithBaseURL(a.echo, a, c.BasePath)
	return a, a.matched()
}

// matched returns an error unless the routes and the contract's operations match one to one.
func (a *API) matched() error {
	routes := make(map[string]bool)
	for _, route := range a.echo.Routes() {
		key := route.Method + " " + route.Path
		if a.operations[key] == nil {
			return fmt.Errorf("the route %s is not in the contract", key)
		}
		routes[key] = true
	}
	for key, o := range a.operations {
		if !routes[key] {
			return fmt.Errorf("the operation %s has no route %s", o.ID, key)
		}
	}
	return nil
}

// ServeHTTP gives a request its ids and authenticates its caller. Then route and inForce take it to its operation.
func (a *API) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	w := &answer{ResponseWriter: to}
	r, x := begin(w, r, a.options.Now())
	x.budget = a.budget
	defer x.release()
	defer a.end(w, r, x)

	addressed, wrong := a.tree.resolve(r)
	if !needsNoCaller(r, addressed, wrong) {
		caller, err := a.options.Authenticate(r)
		if err != nil {
			writeError(w, r, err)
			return
		}
		x.caller = caller
	}
	a.route(w, r, addressed, wrong)
}

// needsNoCaller reports whether what resolve returned may be answered without a token: an anonymous operation, or a page outside of
// the API, such as /favicon.ico. Every other error would tell which paths exist.
func needsNoCaller(r *http.Request, to *address, wrong error) bool {
	if wrong == nil {
		return to.operation.Anonymous
	}
	asksForPage := (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.Header.Get("Authorization") == ""
	return asksForPage && errors.As(wrong, new(unknownVersion))
}

// route sends an authenticated request to the route of its operation, or answers with the error of resolve.
func (a *API) route(w http.ResponseWriter, r *http.Request, to *address, wrong error) {
	if wrong != nil {
		writeError(w, r, wrong)
		return
	}
	x := exchangeOf(r)
	x.operation, x.params = to.operation, to.params

	a.echo.ServeHTTP(w, forRouter(r, to))
}

// forRouter returns the request in a form that echo and the generated binder cannot misread: its path is spelled as in the contract,
// with both Path and RawPath set, HEAD is GET, and each header that is a list has one line.
func forRouter(r *http.Request, to *address) *http.Request {
	routed := new(http.Request)
	*routed = *r
	routed.URL = &url.URL{Scheme: r.URL.Scheme, Path: to.path.String(), RawPath: to.rawPath.String(), RawQuery: r.URL.RawQuery}
	if r.Method == http.MethodHead {
		routed.Method = http.MethodGet
	}
	for _, name := range []string{"If-Match", "If-None-Match", "Prefer"} { // Rule 16.
		if lines := r.Header.Values(name); len(lines) > 1 {
			r.Header.Set(name, strings.Join(lines, ", "))
		}
	}
	return routed
}

// inForce enforces the contract. A request reaches its handler if its caller has the permission, it is admitted, the client accepts
// the response, and the request is valid. It fails closed: a route that is not in the contract is not served.
func (a *API) inForce(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		x := exchangeOf(r)
		operation := a.operations[r.Method+" "+c.Path()]
		if operation == nil || operation != x.operation {
			return fmt.Errorf("the router reached %q for the operation %+v", c.Path(), x.operation)
		}
		if err := authorize(x.caller, operation, a.options.AllowAppOnly); err != nil {
			return err
		}
		if err := a.admit(x); err != nil {
			return err
		}
		if !accepts(r, operation) {
			return errNotAcceptable
		}
		if err := a.validate(x, c.Response(), r); err != nil {
			return err
		}
		return next(c)
	}
}

// validate reads the body of a request, if its operation takes one, and validates the request against the contract.
func (a *API) validate(x *exchange, w http.ResponseWriter, r *http.Request) (err error) {
	var body []byte
	if x.operation.TakesBody() {
		buffer := buffers.Get().(*bytes.Buffer)
		defer giveBack(buffer) // nothing that Validate returns points into it
		if body, err = readBody(buffer, w, r, x.reserveBody); err != nil {
			return err
		}
	}
	x.body, err = x.operation.Validate(r, x.params, body)
	return err
}
