package contract_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"installstatus/api"
	"installstatus/api/contract/contracttest"
	"installstatus/api/status"
	"installstatus/api/status/memory"
	"installstatus/gen"
)

const (
	list    = "/beta/deviceAppManagement/mobileApps/app/deviceStatuses"
	app     = list + "/id"
	users   = "/beta/deviceAppManagement/mobileApps/app/userStatuses"
	summary = "/beta/deviceAppManagement/mobileApps/app/installSummary"
	batch   = "/beta/$batch"

	statusURL = "/deviceAppManagement/mobileApps/app/deviceStatuses/id" // app's, in a batch
)

// ruleCase is a request and the answer that it must get. A case is built by two calls: one names what is sent (get, patch,
// patchAt, post, batchOf), the other what comes back (returns, isInvalid, isBadRequest, isRefused).
type ruleCase struct {
	method, target, body string
	header               http.Header

	status  int
	has     string   // a part of the answer's body
	code    string   // of the error
	details []string // the targets of the error's details, nil if they are not compared
	message string   // a part of the error's message
}

// get is a GET.
func get(target string) ruleCase {
	return ruleCase{method: http.MethodGet, target: target}
}

// patch is a PATCH of the status app with a JSON body.
func patch(body string) ruleCase { return patchAt(app, body) }

// patchAt is a PATCH with a JSON body.
func patchAt(target, body string) ruleCase { return withJSON(http.MethodPatch, target, body) }

// post is a POST with a JSON body.
func post(target, body string) ruleCase { return withJSON(http.MethodPost, target, body) }

// batchOf is a batch of requests.
func batchOf(requests ...string) ruleCase {
	return post(batch, `{"requests":[`+strings.Join(requests, ",")+`]}`)
}

func withJSON(method, target, body string) ruleCase {
	return ruleCase{method: method, target: target, body: body}.with("Content-Type", "application/json")
}

// with sets the lines of a header of the request.
func (c ruleCase) with(name string, lines ...string) ruleCase {
	header := c.header.Clone()
	if header == nil {
		header = make(http.Header)
	}
	header[name] = lines
	c.header = header
	return c
}

// without removes a header from the request.
func (c ruleCase) without(name string) ruleCase {
	c.header = c.header.Clone()
	c.header.Del(name)
	return c
}

// returns wants a success, whose body has the parts.
func (c ruleCase) returns(status int, parts ...string) ruleCase {
	c.status, c.has = status, strings.Join(parts, "")
	return c
}

// isInvalid wants 400 ModelValidationFailure, with details about exactly these places of the body; "" is the body as a whole.
func (c ruleCase) isInvalid(pointers ...string) ruleCase {
	c = c.isRefused(http.StatusBadRequest, "ModelValidationFailure")
	c.details = append([]string{}, pointers...)
	return c
}

// isBadRequest wants 400 BadRequest, with details about exactly these parameters or headers, or none; "" is a body that is not
// JSON.
func (c ruleCase) isBadRequest(targets ...string) ruleCase {
	c = c.isRefused(http.StatusBadRequest, "BadRequest")
	c.details = append([]string{}, targets...)
	return c
}

// isRefused wants an error with a status and a code.
func (c ruleCase) isRefused(status int, code string) ruleCase {
	c.status, c.code = status, code
	return c
}

// withMessage wants the error's message to contain a text.
func (c ruleCase) withMessage(text string) ruleCase {
	c.message = text
	return c
}

func (c ruleCase) name() string {
	name := fmt.Sprint(c.method, " ", strings.TrimPrefix(c.target, "/beta/deviceAppManagement/mobileApps/app"), " ", c.body)
	for header, lines := range c.header {
		if lines[0] != "application/json" {
			name += fmt.Sprint(" ", header, lines)
		}
	}
	return name[:min(len(name), 90)]
}

func (c ruleCase) run(t *testing.T, handler http.Handler) {
	r := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
	for name, lines := range c.header {
		r.Header[name] = lines
	}
	w := httptest.NewRecorder()
	contracttest.Record(t, r)
	handler.ServeHTTP(w, r)
	contracttest.Check(t, contracttest.Answer{Method: c.method, Target: r.URL.EscapedPath(), Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()})

	if w.Code != c.status {
		t.Fatalf("status %d, want %d: %s", w.Code, c.status, w.Body)
	}
	if c.target == batch && w.Code == http.StatusOK {
		contracttest.Items(t, []byte(c.body), w.Body.Bytes())
	}
	if !strings.Contains(w.Body.String(), c.has) {
		t.Errorf("the body has no %s: %s", c.has, w.Body)
	}
	if c.code != "" {
		c.checkError(t, w.Body.Bytes())
	}
}

func (c ruleCase) checkError(t *testing.T, body []byte) {
	var answer gen.ODataError
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Error.Code != c.code {
		t.Errorf("code %s, want %s", answer.Error.Code, c.code)
	}
	if !strings.Contains(answer.Error.Message, c.message) {
		t.Errorf("message %q, want one with %q", answer.Error.Message, c.message)
	}
	details := []string{}
	if answer.Error.Details != nil {
		for _, detail := range *answer.Error.Details {
			details = append(details, detail.Target)
		}
	}
	if c.details != nil && !slices.Equal(details, c.details) {
		t.Errorf("details at %q, want %q", details, c.details)
	}
}

// freshStore is a store that starts again, with a few statuses of the app "app", when fill is called.
type freshStore struct{ *memory.Store }

func (s *freshStore) fill(t *testing.T) {
	s.Store = new(memory.Store)
	for _, id := range []string{"id", "it's", "a/b% +?💾"} {
		if _, _, err := s.Update(t.Context(), "tenant", status.Key{App: "app", User: "user", ID: id}, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
			t.Fatal(err)
		}
	}
}

func newHandler(t *testing.T, store status.Store) http.Handler {
	handler, err := api.New(store, api.Options{Authenticate: func(*http.Request) (api.Caller, error) {
		return api.Caller{Tenant: "tenant", Scopes: []string{"DeviceManagementApps.ReadWrite.All"}}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// patchStep is a request of a batch that changes a status.
func patchStep(body string) string {
	return `{"id":"1","method":"PATCH","url":"` + statusURL + `","headers":{"Content-Type":"application/json"},"body":` + body + `}`
}

// getStep is a request of a batch that reads a status once the requests that it depends on have succeeded.
func getStep(id string, dependsOn ...string) string {
	dependencies := ""
	if len(dependsOn) > 0 {
		dependencies = `,"dependsOn":["` + strings.Join(dependsOn, `","`) + `"]`
	}
	return `{"id":"` + id + `","method":"GET","url":"` + statusURL + `"` + dependencies + `}`
}

// getURL is a request of a batch that reads a url.
func getURL(url string) string { return `{"id":"1","method":"GET","url":"` + url + `"}` }

func acceptedDateTimes(texts ...string) (cases []ruleCase) {
	for _, text := range texts {
		property := `"lastSyncDateTime":"` + text + `"`
		cases = append(cases, patch("{"+property+"}").returns(200, property))
	}
	return cases
}

func refusedDateTimes(texts ...string) (cases []ruleCase) {
	for _, text := range texts {
		cases = append(cases, patch(`{"lastSyncDateTime":"`+text+`"}`).isInvalid("/lastSyncDateTime"))
	}
	return cases
}

func gzipped(body string) string {
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	w.Write([]byte(body))
	w.Close()
	return buffer.String()
}

func manyUnknown(n int) string {
	var properties []string
	for i := range n {
		properties = append(properties, fmt.Sprintf(`"unknown%d":1`, i))
	}
	return "{" + strings.Join(properties, ",") + "}"
}
