package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"installstatus/api"
	"installstatus/api/contract/contracttest"
	"installstatus/api/status"
	"installstatus/api/status/memory"
	"installstatus/gen"
)

const (
	exampleID     = "7560ee45-ee45-7560-45ee-607545ee6075"
	exampleList   = "/beta/deviceAppManagement/mobileApps/a1b2c3d4-0000-4000-8000-000000000001/deviceStatuses"
	exampleTarget = exampleList + "/" + exampleID
)

// request is one that a test sends; the zero request is a PATCH of the example that changes nothing.
type request struct {
	method, target, body string
	header               map[string]string
	authenticate         func(*http.Request) (api.Caller, error)
	store                status.Store
	from                 io.Reader // where the body is read from, instead
	admit                func(api.Admission) error
}

// errorExamples are the requests that the contract's examples of errors answer.
var errorExamples = map[string]request{
	"several":            {body: `{"installstate": "failed", "errorCode": 9.5, "lastSyncDateTime": "2017-01-01T00:02:49"}`},
	"unknownProperty":    {body: `{"installstate": "failed"}`},
	"navigationProperty": {body: `{"app": null}`},
	"wrongType":          {body: `{"errorCode": "9"}`},
	"unknownMember":      {body: `{"installState": "faild"}`},
	"nullValue":          {body: `{"installState": null}`},
	"integer":            {body: `{"errorCode": 9.0}`},
	"dateTime":           {body: `{"lastSyncDateTime": "2017-01-01T00:02:49"}`},
	"tooLong":            {body: `{"osVersion": "` + strings.Repeat("1", 8193) + `"}`},
	"nulCharacter":       {body: `{"osVersion": "1\u0000"}`},
	"duplicate":          {body: `{"errorCode": 1, "errorCode": 2}`},
	"otherId":            {body: `{"id": "another"}`},
	"idInPost":           {method: http.MethodPost, target: exampleList, body: `{"id": "another"}`},
	"top":                {method: http.MethodGet, target: exampleList + "?$top=ten"},
	"filter":             {method: http.MethodGet, target: exampleList + "?$filter=installstate%20eq%20'failed'"},
	"skiptoken":          {method: http.MethodGet, target: exampleList + "?$skiptoken=AbC0-9_"},
	"otherType":          {body: `{"@odata.type": "#microsoft.graph.mobileApp"}`},
	"brokenText":         {body: "{\n  \"errorCode\": 9,\n}"},
	"contentType":        {body: `{}`, header: map[string]string{"Content-Type": "text/plain"}},
	"queryOption":        {target: exampleTarget + "?$expand=app"},
	"parameter":          {header: map[string]string{"If-Match": "abc"}},
	"noToken": {authenticate: func(*http.Request) (api.Caller, error) {
		return api.Caller{}, api.Unauthenticated("Access token is empty.")
	}},
	"noPermission": {authenticate: func(*http.Request) (api.Caller, error) {
		return api.Caller{Tenant: "tenant", Scopes: []string{"DeviceManagementApps.Read.All"}}, nil
	}},
	"notFound":           {target: strings.TrimSuffix(exampleTarget, "5") + "6"},
	"userNotFound":       {method: http.MethodGet, target: strings.TrimSuffix(exampleList, "deviceStatuses") + "userStatuses/another"},
	"notAcceptable":      {header: map[string]string{"Accept": "text/html"}},
	"requestTimeout":     {from: iotest.ErrReader(os.ErrDeadlineExceeded)},
	"conditionNotMet":    {header: map[string]string{"If-Match": `"another"`}},
	"tooLarge":           {body: `{}` + strings.Repeat(" ", 1<<20)},
	"contentEncoding":    {header: map[string]string{"Content-Encoding": "br"}},
	"duplicateId":        batchRequest(`{"id": "a", "method": "GET", "url": "x"}, {"id": "A", "method": "GET", "url": "x"}`),
	"unknownDependency":  batchRequest(`{"id": "a", "method": "GET", "url": "x", "dependsOn": ["b"]}`),
	"circularDependency": batchRequest(`{"id": "a", "method": "GET", "url": "x", "dependsOn": ["a"]}`),
	"missingProperty":    batchRequest(`{"id": "a", "method": "GET"}`),
	"tooMany":            batchRequest(twentyOne()),
	"throttled": {admit: func(api.Admission) error {
		return api.TooManyRequests("Too many requests: for one app of a tenant, 100 changes in 20 seconds are the limit. Send the request again after the time in Retry-After.", time.Second)
	}},
	"failedLogins": {authenticate: func(*http.Request) (api.Caller, error) {
		return api.Caller{}, api.TooManyRequests("Too many requests of this address had no access token, or none that is accepted. Send one that is, or wait for the time in Retry-After.", time.Minute)
	}},
	"internal":    {store: &failing{err: errors.New("unforeseen")}},
	"unavailable": {store: &failing{err: status.ErrUnavailable}},
}

// failing is a store that fails.
type failing struct {
	memory.Store
	err error
}

func (f *failing) Get(context.Context, string, status.Key) (status.Status, error) {
	return status.Status{}, f.err
}

func (f *failing) Delete(context.Context, string, status.Key, status.Cond) error { return f.err }

func (f *failing) List(context.Context, string, status.Query) (status.Page, error) {
	return status.Page{}, f.err
}

func (f *failing) ListUsers(context.Context, string, status.Query) (status.UserPage, error) {
	return status.UserPage{}, f.err
}

func (f *failing) Summarize(context.Context, string, string) (status.Summary, error) {
	return status.Summary{}, f.err
}

func (f *failing) Update(context.Context, string, status.Key, status.Patch, status.Cond) (status.Status, bool, error) {
	return status.Status{}, false, f.err
}

func TestTheContractsExamplesOfErrorsAreWhatIsAnswered(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for name, example := range doc.Components.Examples {
		want, isObject := example.Value.Value.(map[string]any)
		if !isObject || want["error"] == nil {
			continue
		}
		examples++
		t.Run(name, func(t *testing.T) {
			request, ok := errorExamples[name]
			if !ok {
				t.Fatal("no request is known that has this answer")
			}
			_, body := request.send(t)
			var got map[string]any
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatal(err)
			}
			for _, answer := range []map[string]any{got, want} {
				delete(answer["error"].(map[string]any), "innerError")
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || !reflect.DeepEqual(got, want) {
				t.Errorf("the answer is\n%s", body)
			}
		})
	}
	if examples != len(errorExamples) {
		t.Errorf("the contract has %d examples of errors, %d are tested", examples, len(errorExamples))
	}
}

// batchRequest is a batch of the requests.
func batchRequest(requests string) request {
	return request{method: http.MethodPost, target: "/beta/$batch", body: `{"requests":[` + requests + `]}`}
}

func twentyOne() string {
	var requests []string
	for i := range 21 {
		requests = append(requests, fmt.Sprintf(`{"id": "%d", "method": "GET", "url": "x"}`, i))
	}
	return strings.Join(requests, ",")
}

// send sends the request to a handler of its own, and holds the answer to the contract.
func (q request) send(t testing.TB) (*httptest.ResponseRecorder, []byte) {
	t.Helper()
	if q.store == nil {
		q.store = newExampleStore(t)
	}
	if q.authenticate == nil {
		q.authenticate = allowAll
	}
	handler, err := api.New(q.store, api.Options{Authenticate: q.authenticate, Admit: q.admit})
	if err != nil {
		t.Fatal(err)
	}
	if q.method == "" {
		q.method = http.MethodPatch
	}
	if q.target == "" {
		q.target = exampleTarget
	}
	if q.body == "" {
		q.body = "{}"
	}
	if q.from == nil {
		q.from = strings.NewReader(q.body)
	}
	r := httptest.NewRequest(q.method, q.target, q.from)
	r.Header.Set("Content-Type", "application/json")
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	contracttest.Check(t, contracttest.Answer{Method: q.method, Target: r.URL.EscapedPath(), Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()})
	return w, w.Body.Bytes()
}

func allowAll(*http.Request) (api.Caller, error) {
	return api.Caller{Tenant: "tenant", Scopes: []string{"DeviceManagementApps.ReadWrite.All"}}, nil
}

// newExampleStore holds the status that the contract's examples are about.
func newExampleStore(t testing.TB) status.Store {
	store := new(memory.Store)
	key := status.Key{App: "a1b2c3d4-0000-4000-8000-000000000001", User: "0d0ae9f6-0000-4000-8000-000000000002", ID: exampleID}
	if _, _, err := store.Update(t.Context(), "tenant", key, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
		t.Fatal(err)
	}
	return store
}
