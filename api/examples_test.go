package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"installstatus/api"
	"installstatus/api/contract/contracttest"
	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/api/status/memory"
	"installstatus/gen"
)

const (
	exampleApp    = "/beta/deviceAppManagement/mobileApps/a1b2c3d4-0000-4000-8000-000000000001"
	exampleUser   = exampleApp + "/userStatuses/0d0ae9f6-0000-4000-8000-000000000002"
	exampleID     = "7560ee45-ee45-7560-45ee-607545ee6075"
	exampleList   = exampleApp + "/deviceStatuses"
	exampleTarget = exampleList + "/" + exampleID
)

// request is a request that a test sends. The zero request is a PATCH of the example that changes nothing.
type request struct {
	method, target, body string
	header               map[string]string
	authenticate         func(*http.Request) (api.Caller, error)
	store                status.Store
	from                 io.Reader // read instead of body
	admit                func(api.Admission) error
	last                 bool // compare the response to the last request in a batch
}

// examples has the request for each of the contract's examples of responses.
var examples = map[string]request{
	"service":        {method: http.MethodGet, target: "/beta"},
	"count":          {method: http.MethodGet, target: exampleList + "/$count"},
	"page":           {method: http.MethodGet, target: exampleList + "?$top=1&$count=true"},
	"status":         {method: http.MethodGet},
	"appPage":        {method: http.MethodGet, target: path.Dir(exampleApp) + "?$count=true"},
	"userPage":       {method: http.MethodGet, target: exampleApp + "/userStatuses?$top=1&$count=true"},
	"userStatus":     {method: http.MethodGet, target: exampleUser},
	"installSummary": {method: http.MethodGet, target: exampleApp + "/installSummary"},
	"batchAnswer": batchRequest(`
		{"id": "1", "method": "PATCH", "url": "` + strings.TrimPrefix(exampleTarget, "/beta") + `",
			"headers": {"Content-Type": "application/json", "Prefer": "return=minimal"}, "body": {"installState": "failed", "errorCode": -2016345060}},
		{"id": "2", "method": "PATCH", "url": "` + strings.TrimPrefix(exampleList, "/beta") + `/another",
			"headers": {"Content-Type": "application/json"}, "body": {"installState": "installed"}},
		{"id": "3", "method": "GET", "url": "` + strings.TrimPrefix(exampleList, "/beta") + `?$select=installState", "dependsOn": ["1", "2"]}`),

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
	"longLink":           {method: http.MethodGet, target: exampleList + "?$filter=userName%20eq%20'" + url.QueryEscape(strings.Repeat("💾", 2700)) + "'"},
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
	"notFound":           {method: http.MethodGet, target: strings.TrimSuffix(exampleTarget, "5") + "6"},
	"nothingToUpdate":    {target: strings.TrimSuffix(exampleTarget, "5") + "6"},
	"userNotFound":       {method: http.MethodGet, target: exampleApp + "/userStatuses/another"},
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
		return api.Caller{}, api.TooManyRequests("Too many requests from this address had no valid access token. Send a valid one, or wait for the time in Retry-After.", time.Minute)
	}},
	"longLists":     lastOf(batchOfLists(5), &longLists{}),
	"serverFailure": {store: &failing{err: errors.New("unforeseen")}},
	"unavailable":   {store: &failing{err: status.ErrUnavailable}},
	"noMemory":      {admit: func(api.Admission) error { return api.ErrNoMemory }},
}

// failing is a store whose methods return err.
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

func TestTheContractsExamplesAreWhatIsAnswered(t *testing.T) {
	components := newContract(t).Components
	for name := range examples {
		if components.Examples[name] == nil {
			t.Errorf("the contract has no example %s", name)
		}
	}
	for name, example := range components.Examples {
		if name == "batch" {
			continue // an example of a request
		}
		t.Run(name, func(t *testing.T) {
			request, ok := examples[name]
			if !ok {
				t.Fatal("this test has no request for the example")
			}
			w, body := request.send(t)
			if request.last {
				body = bodyOfLast(t, body)
			}
			var got any
			if strings.HasPrefix(w.Header().Get("Content-Type"), "text/") {
				got = string(body)
			} else if err := json.Unmarshal(body, &got); err != nil {
				t.Fatal(err)
			}
			want := example.Value.Value
			if withoutIDs(got); !equalJSON(t, got, withoutIDs(want)) {
				t.Errorf("the response is\n%s", body)
			}
		})
	}
}

func TestTheContractsExamplesOfRequestsAreAccepted(t *testing.T) {
	doc := newContract(t)
	for name, example := range doc.Paths.Find("/deviceAppManagement/mobileApps/{mobileAppId}/deviceStatuses/{mobileAppInstallStatusId}").Patch.RequestBody.Value.Content["application/json"].Examples {
		if w, body := (request{body: asJSON(t, example.Value.Value)}).send(t); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", name, w.Code, body)
		}
	}
	if !equalJSON(t, doc.Components.Examples["batch"].Value.Value, json.RawMessage(examples["batchAnswer"].body)) {
		t.Errorf("the example batch is not the request of the example batchAnswer")
	}
}

func TestTheContractsExampleETagIsThatOfItsExampleStatus(t *testing.T) {
	if w, _ := (request{method: http.MethodGet}).send(t); w.Header().Get("ETag") != newContract(t).Components.Headers["ETag"].Value.Example {
		t.Errorf("the ETag of the example status is %s", w.Header().Get("ETag"))
	}
}

// withoutIDs removes the values that differ from response to response from decoded JSON: dates and ids of requests.
func withoutIDs(value any) any {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			withoutIDs(item)
		}
	case map[string]any:
		delete(value, "innerError")
		delete(value, "request-id")
		for _, of := range value {
			withoutIDs(of)
		}
	}
	return value
}

func asJSON(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func equalJSON(t testing.TB, a, b any) bool {
	t.Helper()
	var decodedA, decodedB any
	if err := errors.Join(json.Unmarshal([]byte(asJSON(t, a)), &decodedA), json.Unmarshal([]byte(asJSON(t, b)), &decodedB)); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(decodedA, decodedB)
}

func newContract(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// batchRequest is a batch with the requests.
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

// send sends the request to a new handler, and checks the response against the contract.
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
	r.Host = "127.0.0.1:8080"
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

// newExampleStore has the app of the contract's examples: six devices, five of them of two users.
func newExampleStore(t testing.TB) status.Store {
	t.Helper()
	synced, err := query.ParseDateTime("2017-01-01T00:02:49.3205976-08:00")
	if err != nil {
		t.Fatal(err)
	}
	failed, installed := status.PatchOf(status.Status{InstallState: status.InstallStateFailed}, "installState"), status.PatchOf(status.Status{InstallState: status.InstallStateInstalled}, "installState")
	whole := status.Status{
		DeviceName: status.TextOf("Device Name value"), DeviceID: status.TextOf("Device Id value"), LastSyncDateTime: synced,
		MobileAppInstallStatusValue: status.InstallStateFailed, InstallState: status.InstallStateFailed, ErrorCode: 9,
		OSVersion: status.TextOf("Os Version value"), OSDescription: status.TextOf("Os Description value"),
		UserName: status.TextOf("User Name value"), UserPrincipalName: status.TextOf("User Principal Name value"),
		DisplayVersion: status.TextOf("Display Version value"),
	}.Whole()
	store := new(memory.Store)
	app, user := path.Base(exampleApp), path.Base(exampleUser)
	for key, patch := range map[status.Key]status.Patch{
		{App: app, User: user, ID: exampleID}: whole,
		{App: app, User: user, ID: "8"}:       failed,
		{App: app, User: user, ID: "9"}:       installed,
		{App: app, User: "1", ID: "a"}:        installed,
		{App: app, User: "1", ID: "b"}:        installed,
		{App: app, ID: "c"}:                   installed,
	} {
		if _, _, err := store.Update(t.Context(), "tenant", key, patch, status.Cond{CreateIfMissing: true}); err != nil {
			t.Fatal(err)
		}
	}
	return store
}
