// Package devtoken answers POST /dev/token like the token endpoint of RFC 6749, so that any OAuth client library can get a
// development token. It authenticates no one. Web pages can use it from its own origin, from loopback, and from the origins that
// Options allow; no other page that a developer visits gets a token.
package devtoken

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"installstatus/server/auth"
	"installstatus/server/crossorigin"
)

// Path is where the endpoint is.
const Path = "/dev/token"

const maxForm = 16 << 10 // bytes

// Options configure the endpoint.
type Options struct {
	AnyHost    bool                     // answer every Host header, not only loopback and IP addresses
	HostHelp   string                   // tells a client that was refused for its Host header what would help
	Allowed    func(origin string) bool // reports whether pages of an origin that is not on loopback get tokens; nil allows none
	OriginHelp string                   // tells a page that was refused for its origin what would help
}

type endpoint struct {
	next    http.Handler
	issuer  *auth.Development
	options Options
	answer  http.Handler // answers requests to Path
}

// Handler answers requests to Path with tokens of the issuer, and passes every other request to next.
func Handler(next http.Handler, issuer *auth.Development, options Options) http.Handler {
	e := endpoint{next: next, issuer: issuer, options: options}
	e.answer = crossorigin.Handler(http.HandlerFunc(e.serveToken), crossorigin.Policy{Allows: e.allows, Methods: []string{http.MethodPost}})
	return e
}

// allows reports whether pages of an origin other than the endpoint's get tokens.
func (e endpoint) allows(origin string) bool {
	return crossorigin.IsLoopback(origin) || e.options.Allowed != nil && e.options.Allowed(origin)
}

func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != Path {
		e.next.ServeHTTP(w, r)
		return
	}
	e.answer.ServeHTTP(w, r)
}

func (e endpoint) serveToken(w http.ResponseWriter, r *http.Request) {
	a, err := e.issue(w, r)
	if err != nil {
		if err.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", http.MethodPost)
		}
		write(w, err.status, err)
		return
	}
	write(w, http.StatusOK, a)
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails if the client has gone
}

type answer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
}

// problem is the error answer of RFC 6749, section 5.2. The description must have no quotation mark and no backslash.
type problem struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func badRequest(description string) *problem {
	return &problem{status: http.StatusBadRequest, Code: "invalid_request", Description: description}
}

func (e endpoint) issue(w http.ResponseWriter, r *http.Request) (*answer, *problem) {
	if r.Method != http.MethodPost {
		return nil, &problem{http.StatusMethodNotAllowed, "invalid_request", "A token is asked for with POST."}
	}
	if err := e.checkOrigin(r); err != nil {
		return nil, err
	}
	form, err := readForm(w, r)
	if err != nil {
		return nil, err
	}
	grant, err := grantOf(form)
	if err != nil {
		return nil, err
	}
	token, refused := e.issuer.Issue(grant, time.Now())
	if refused != nil {
		return nil, badRequest(refused.Error())
	}
	return &answer{AccessToken: token, TokenType: "Bearer", ExpiresIn: int(grant.Lifetime.Seconds()), Scope: grant.Scope}, nil
}

// checkOrigin refuses the pages of origins that are not allowed. A site can point its name here after the browser has loaded its
// page (DNS rebinding): the browser then sees the same origin, and only the name in Host and Origin gives the site away. The page
// may also set headers that replace Host where a proxy is trusted, but never Origin.
func (e endpoint) checkOrigin(r *http.Request) *problem {
	if !e.answersTo((&url.URL{Host: r.Host}).Hostname()) {
		return &problem{http.StatusForbidden, "invalid_request",
			"The Host header must be localhost or an IP address" + e.options.HostHelp + "."}
	}
	origins := r.Header.Values("Origin")
	if len(origins) == 1 && e.allows(origins[0]) {
		return nil
	}
	if len(origins) > 1 || new(http.CrossOriginProtection).Check(r) != nil || len(origins) == 1 && !e.answersTo(hostOf(origins[0])) {
		return &problem{http.StatusForbidden, "invalid_request",
			"A web page of another origin gets no token, unless the origin is on loopback" + e.options.OriginHelp + "."}
	}
	return nil
}

// answersTo reports whether no site can have pointed the host here.
func (e endpoint) answersTo(host string) bool {
	return e.options.AnyHost || auth.IsLoopback(host) || net.ParseIP(host) != nil
}

func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func readForm(w http.ResponseWriter, r *http.Request) (url.Values, *problem) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, badRequest("The Content-Type must be application/x-www-form-urlencoded.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, &problem{http.StatusRequestEntityTooLarge, "invalid_request", "The body is longer than 16 KiB."}
	}
	if err != nil {
		return nil, badRequest("The body could not be read.")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, badRequest("The body is not a form: name=value pairs, percent-encoded, with & between each.")
	}
	return form, nil
}
