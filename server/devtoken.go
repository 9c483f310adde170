package main

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
)

const (
	tokenPath    = "/dev/token"
	maxTokenForm = 16 << 10 // bytes
)

// tokenEndpoint answers POST /dev/token as the token endpoint of RFC 6749 does, so that any OAuth client library gets a
// development token. It asks nobody who they are: no page of a browser may use it but one of its own origin.
type tokenEndpoint struct {
	next    http.Handler
	issuer  *auth.Development
	exposed bool // answer whatever name the Host header has
}

// withTokens adds the endpoint where there is a development issuer.
func (f identityFlags) withTokens(next http.Handler, issuer *auth.Development) http.Handler {
	if issuer == nil {
		return next
	}
	return tokenEndpoint{next: next, issuer: issuer, exposed: f.DevExpose}
}

func (e tokenEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != tokenPath {
		e.next.ServeHTTP(w, r)
		return
	}
	answer, err := e.answer(w, r)
	if err != nil {
		if err.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", http.MethodPost)
		}
		writeTokenAnswer(w, err.status, err)
		return
	}
	writeTokenAnswer(w, http.StatusOK, answer)
}

func writeTokenAnswer(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // a client that has gone reads no answer
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
}

// tokenError is the error answer of RFC 6749, section 5.2. The description has no quotation mark and no backslash.
type tokenError struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func badTokenRequest(description string) *tokenError {
	return &tokenError{status: http.StatusBadRequest, Code: "invalid_request", Description: description}
}

func (e tokenEndpoint) answer(w http.ResponseWriter, r *http.Request) (*tokenAnswer, *tokenError) {
	if r.Method != http.MethodPost {
		return nil, &tokenError{http.StatusMethodNotAllowed, "invalid_request", "A token is asked for with POST."}
	}
	if err := e.checkOrigin(r); err != nil {
		return nil, err
	}
	form, err := readTokenForm(w, r)
	if err != nil {
		return nil, err
	}
	grant, err := grantOf(form)
	if err != nil {
		return nil, err
	}
	token, issuing := e.issuer.Issue(grant, time.Now())
	if issuing != nil {
		return nil, badTokenRequest(issuing.Error())
	}
	return &tokenAnswer{AccessToken: token, TokenType: "Bearer", ExpiresIn: int(grant.Lifetime.Seconds()), Scope: grant.Scope}, nil
}

// checkOrigin keeps the pages of other sites out. A site whose name was made to point here, after the browser had loaded
// its page (DNS rebinding), has the same origin as far as the browser knows; what gives it away is its name.
func (e tokenEndpoint) checkOrigin(r *http.Request) *tokenError {
	if new(http.CrossOriginProtection).Check(r) != nil {
		return &tokenError{http.StatusForbidden, "invalid_request", "A web page of another origin gets no token."}
	}
	host := (&url.URL{Host: r.Host}).Hostname()
	if !e.exposed && !isLoopback(host) && net.ParseIP(host) == nil {
		return &tokenError{http.StatusForbidden, "invalid_request",
			"The Host header must be localhost or an IP address; other names are answered with --dev-expose."}
	}
	return nil
}

func readTokenForm(w http.ResponseWriter, r *http.Request) (url.Values, *tokenError) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, badTokenRequest("The Content-Type must be application/x-www-form-urlencoded.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxTokenForm))
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, &tokenError{http.StatusRequestEntityTooLarge, "invalid_request", "The body is longer than 16 KiB."}
	}
	if err != nil {
		return nil, badTokenRequest("The body could not be read.")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, badTokenRequest("The body is not a form: name=value pairs, percent-encoded, with & between each.")
	}
	return form, nil
}
