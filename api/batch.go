package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"installstatus/api/contract"
	"installstatus/gen"
)

// Batch implements the operation batch. It serves each request as if it had been sent alone by the caller of the batch. Requests
// that do not depend on each other run at the same time, because the contract allows only a few. Only lists may wait for room.
func (a *API) Batch(c echo.Context, _ gen.BatchParams) error {
	r := c.Request()
	x := exchangeOf(r)
	if x.inBatch {
		// Rule 21.
		return errBatchInBatch
	}
	batch, err := batchOf(x.body)
	if err != nil {
		return err
	}
	x.room = newRoom()
	var group sync.WaitGroup
	for _, s := range batch {
		group.Go(func() { a.run(r, s) })
	}
	group.Wait()
	writeBatch(c.Response(), batch)
	return nil
}

// step is a request in a batch.
type step struct {
	id        string
	method    string
	url       string
	header    http.Header
	body      json.RawMessage
	dependsOn []string

	after  []*step       // the steps that dependsOn names
	done   chan struct{} // closed when the answer is complete
	answer recorder
}

// batchOf reads the body of a batch that the contract has accepted, and checks what no schema can express.
func batchOf(body any) ([]*step, error) {
	object, _ := body.(map[string]any)
	requests, ok := object["requests"].([]any)
	if !ok {
		return nil, fmt.Errorf("the body of a batch was not validated")
	}
	batch := make([]*step, len(requests))
	for i, request := range requests {
		properties, _ := request.(map[string]any)
		batch[i] = stepOf(properties)
	}
	return batch, contract.NewInvalid(contract.ModelValidationFailure, link(batch))
}

func stepOf(properties map[string]any) *step {
	s := &step{header: make(http.Header), done: make(chan struct{}), answer: recorder{header: make(http.Header)}}
	s.id, _ = properties["id"].(string)
	s.method, _ = properties["method"].(string)
	s.url, _ = properties["url"].(string)
	if body, _ := properties["body"].(json.RawMessage); string(body) != "null" {
		s.body = body
	}
	headers, _ := properties["headers"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		value, _ := headers[name].(string)
		s.header.Add(name, strings.Trim(value, " \t"))
	}
	s.header.Del("Authorization") // the batch's own applies to all of its requests. Rule 21.
	dependencies, _ := properties["dependsOn"].([]any)
	for _, dependency := range dependencies {
		id, _ := dependency.(string)
		s.dependsOn = append(s.dependsOn, id)
	}
	return s
}

// link finds the steps that each step depends on, and reports ids that are wrong. Rule 20.
func link(batch []*step) (violations []contract.Violation) {
	violate := func(code, message, pointer string, places ...any) {
		violations = append(violations, contract.Violation{Code: code, Target: fmt.Sprintf(pointer, places...), Message: message})
	}
	known := make(map[string]*step, len(batch))
	for i, s := range batch {
		if id := contract.Fold(s.id); known[id] == nil {
			known[id] = s
		} else {
			violate("DuplicateId", "Another request in the batch has the same id; the case of letters does not count. Give each request its own id.", "/requests/%d/id", i)
		}
	}
	for i, s := range batch {
		for j, id := range s.dependsOn {
			if earlier := known[contract.Fold(id)]; earlier != nil {
				s.after = append(s.after, earlier)
			} else {
				violate("UnknownDependency", "No request in the batch has this id.", "/requests/%d/dependsOn/%d", i, j)
			}
		}
	}
	startable := make(map[*step]bool, len(batch))
	for range batch {
		for _, s := range batch {
			startable[s] = !slices.ContainsFunc(s.after, func(earlier *step) bool { return !startable[earlier] })
		}
	}
	for i, s := range batch {
		if !startable[s] {
			violate("CircularDependency", "The request could never start: it depends on itself, or on requests that depend on each other.", "/requests/%d/dependsOn", i)
		}
	}
	return violations
}

// run serves a request in a batch once those that it depends on are answered. It does not try the request if one of them failed,
// or if the client has disconnected.
func (a *API) run(batch *http.Request, s *step) {
	defer close(s.done)
	var refusal error
	for _, earlier := range s.after {
		<-earlier.done
		if earlier.answer.status >= http.StatusBadRequest {
			refusal = errFailedDependency
		}
	}
	if err := batch.Context().Err(); err != nil {
		refusal = err
	}
	a.serveStep(batch, s, refusal)
}

// serveStep is ServeHTTP for a request in a batch. If refusal is not nil, it is the answer. Rule 19.
func (a *API) serveStep(batch *http.Request, s *step, refusal error) {
	r, err := s.request(batch)
	w := &answer{ResponseWriter: &s.answer}
	r, x := begin(w, r, a.options.Now())
	outer := exchangeOf(batch)
	defer func() { x.handOver(outer, s.answer.body.Len()) }()
	defer a.end(w, r, x)

	x.caller, x.inBatch, x.room, x.budget = outer.caller, true, outer.room, outer.budget
	if refusal == nil {
		refusal = err
	}
	if refusal != nil {
		writeError(w, r, refusal)
		return
	}
	to, wrong := a.tree.resolve(r)
	a.route(w, r, to, wrong)
}

// request returns the step as a request of its own, on the connection of the batch. It returns one even with an error. Rule 21.
func (s *step) request(batch *http.Request) (*http.Request, error) {
	r := batch.WithContext(batch.Context())
	r.Method, r.Header = s.method, s.header
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(s.body)), int64(len(s.body))
	target, err := s.target(strings.TrimSuffix(batch.URL.Path, "$batch")) // the router uses the contract's spelling
	if err != nil {
		return r, err
	}
	target.Scheme = batch.URL.Scheme
	r.URL = target
	return r, nil
}

// target returns the address of the step on the server; base is the path that its url is relative to.
func (s *step) target(base string) (*url.URL, error) {
	target, err := url.ParseRequestURI(base + strings.TrimPrefix(s.url, "/"))
	if err != nil {
		return nil, badRequest(fmt.Sprintf("The url of the request is not valid: it must be percent-encoded, and relative to %s.", base))
	}
	return target, nil
}

// writeBatch writes the recorded answers without copying them, because together they may be long.
func writeBatch(w http.ResponseWriter, batch []*step) {
	pieces := [][]byte{[]byte(`{"responses":[`)}
	for i, s := range batch {
		if i > 0 {
			pieces = append(pieces, []byte(","))
		}
		head := encode(s.head())
		pieces = append(pieces, head[:len(head)-1])
		if body := s.answer.body.Bytes(); len(body) > 0 && s.method != http.MethodHead {
			if strings.HasPrefix(s.answer.header.Get("Content-Type"), "text/") {
				body = encode(string(body)) // as OData's JSON format has it, 19.2
			}
			pieces = append(pieces, []byte(`,"body":`), body)
		}
		pieces = append(pieces, []byte("}"))
	}
	pieces = append(pieces, []byte("]}"))
	length := 0
	for _, piece := range pieces {
		length += len(piece)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(length))
	w.WriteHeader(http.StatusOK)
	for _, piece := range pieces {
		w.Write(piece)
	}
}

// stepHead is gen.BatchResponseStep without its body.
type stepHead struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
}

func (s *step) head() stepHead {
	head := stepHead{ID: s.id, Status: s.answer.status, Headers: make(map[string]string)}
	for name, lines := range s.answer.header {
		if name != "Content-Length" { // the body is sent in another form
			head.Headers[contractName(name)] = strings.Join(lines, ", ")
		}
	}
	return head
}

// contractName returns the contract's spelling of the name of a header in an http.Header. HTTP ignores case, but clients of a batch
// look up names in its JSON.
func contractName(name string) string {
	switch name {
	case requestID, clientRequestID:
		return strings.ToLower(name)
	case odataVersion:
		return "OData-Version"
	case entityID:
		return "OData-EntityId"
	case "Etag":
		return "ETag"
	}
	return name
}

// recorder is a ResponseWriter that records an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(code int)        { w.status = code }
func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }
