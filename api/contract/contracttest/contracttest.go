// Package contracttest checks responses against the contract, for tests of servers.
package contracttest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"installstatus/api/contract"
	"installstatus/gen"
)

var document = sync.OnceValues(gen.GetSpec)

// Answer is a response as a client received it.
type Answer struct {
	Method string // of the request
	Target string // the path of the request as it was sent, percent-encoded
	Status int
	Header http.Header
	Body   []byte
}

// transportHeaders are headers that belong to HTTP and not to the contract.
var transportHeaders = []string{"Content-Type", "Content-Length", "Date", "Connection"}

// crossOriginHeaders tell a browser what the pages of other origins can read. The contract describes them in
// words.
var crossOriginHeaders = []string{"Vary", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"}

// Check fails the test unless the contract allows the answer: its status for the operation, all of its headers, its media type and
// its body. An answer that belongs to no operation must be one that the contract describes in words.
func Check(t testing.TB, a Answer) {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	operation := operationOf(doc, a.Method, a.Target)
	if operation == nil {
		checkWithoutOperation(t, doc, a)
		return
	}
	declared := operation.Responses.Status(a.Status)
	if declared == nil {
		t.Errorf("%s %s: status %d, which the contract does not have for %s", a.Method, a.Target, a.Status, operation.OperationID)
		return
	}
	for name := range a.Header {
		_, ok := find(declared.Value.Headers, name)
		if !ok && !slices.Contains(transportHeaders, name) && !slices.Contains(crossOriginHeaders, name) {
			t.Errorf("%s %s: %d has the header %s, which the contract does not have", a.Method, a.Target, a.Status, name)
		}
	}
	for name, header := range declared.Value.Headers {
		if header.Value.Required && a.Header.Get(name) == "" {
			t.Errorf("%s %s: %d lacks the header %s", a.Method, a.Target, a.Status, name)
		}
	}
	if a.Status == http.StatusRequestHeaderFieldsTooLarge { // its media types are in words: with them, errors in TypeScript may be strings
		if mediaType := a.Header.Get("Content-Type"); !strings.HasPrefix(mediaType, "text/") {
			t.Errorf("%s %s: %d has a body of the type %q, want text", a.Method, a.Target, a.Status, mediaType)
		}
		return
	}
	if len(declared.Value.Content) == 0 || a.Method == http.MethodHead {
		if len(a.Body) > 0 {
			t.Errorf("%s %s: %d has a body, want none", a.Method, a.Target, a.Status)
		}
		return
	}
	if err := validate(doc, operation, a); err != nil {
		t.Errorf("%s %s: %d does not match the contract: %v\n%s", a.Method, a.Target, a.Status, err, a.Body)
	}
}

func validate(doc *openapi3.T, operation *openapi3.Operation, a Answer) error {
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: a.Method, URL: &url.URL{Path: a.Target}},
			Route:   &routers.Route{Spec: doc, Operation: operation, Method: a.Method},
		},
		Status:  a.Status,
		Header:  a.Header,
		Body:    io.NopCloser(bytes.NewReader(a.Body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
}

func find(headers openapi3.Headers, name string) (*openapi3.HeaderRef, bool) {
	for declared, header := range headers {
		if strings.EqualFold(declared, name) {
			return header, true
		}
	}
	return nil, false
}

// checkWithoutOperation compares an answer with those that the contract describes in words.
func checkWithoutOperation(t testing.TB, doc *openapi3.T, a Answer) {
	t.Helper()
	allowed := map[int]string{
		http.StatusBadRequest: "", http.StatusNotFound: "",
		http.StatusMethodNotAllowed: "Allow", http.StatusUnauthorized: "WWW-Authenticate",
		http.StatusTooManyRequests: "Retry-After",
	}
	header, ok := allowed[a.Status]
	if !ok || header != "" && a.Header.Get(header) == "" {
		t.Errorf("%s %s: %d with %v, which the contract does not have for a request without an operation", a.Method, a.Target, a.Status, a.Header)
	}
	checkError(t, doc, a)
}

// checkError compares the body of an answer with the schema of errors.
func checkError(t testing.TB, doc *openapi3.T, a Answer) {
	t.Helper()
	if a.Method == http.MethodHead {
		return
	}
	errorOnly := &openapi3.Operation{Responses: openapi3.NewResponses(openapi3.WithStatus(a.Status, &openapi3.ResponseRef{
		Value: openapi3.NewResponse().WithDescription("").WithJSONSchemaRef(doc.Components.Schemas["ODataError"]),
	}))}
	if err := validate(doc, errorOnly, a); err != nil {
		t.Errorf("%s %s: %d has a body that is not an ODataError: %v\n%s", a.Method, a.Target, a.Status, err, a.Body)
	}
}

// operationOf returns the operation that a path addresses, nil if there is none. It shares no code with the server.
func operationOf(doc *openapi3.T, method, target string) *openapi3.Operation {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var segments []string
	target = strings.TrimSuffix(strings.TrimPrefix(target, "/"), "/")
	for segment := range strings.SplitSeq(target, "/") {
		decoded, err := url.PathUnescape(segment)
		if err != nil {
			return nil
		}
		segments = append(segments, decoded)
	}
	for template, item := range doc.Paths.Map() {
		if matches(strings.Split("beta"+strings.TrimSuffix(template, "/"), "/"), segments) {
			return item.Operations()[method]
		}
	}
	return nil
}

// matches reports whether a path's segments match a template's. A key may be a segment or in parentheses.
func matches(template, segments []string) bool {
	if len(template) == 0 || len(segments) == 0 {
		return len(template) == len(segments)
	}
	if strings.HasPrefix(template[0], "{") {
		return segments[0] != "" && segments[0][0] != '$' && matches(template[1:], segments[1:])
	}
	name, key, quoted := strings.Cut(segments[0], "(")
	if contract.Fold(name) != contract.Fold(template[0]) {
		return false
	}
	if quoted {
		return len(template) > 1 && strings.HasPrefix(template[1], "{") && len(key) > len("'')") && !strings.HasPrefix(key, "'$") && matches(template[2:], segments[1:])
	}
	return matches(template[1:], segments[1:])
}
