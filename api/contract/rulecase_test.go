package contract_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
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

	statusURL = "/deviceAppManagement/mobileApps/app/deviceStatuses/id" // of a request of a batch
)

// ruleCase is a request and its answer.
type ruleCase struct {
	method      string // PATCH or GET, as the rest suggests, where empty
	target      string // app's path where empty
	body        string // of a PATCH; a case without body and content type is a GET
	requests    string // of a batch, in place of a body
	contentType string // "-" for none
	header      http.Header
	want        int
	code        string // of the error; ModelValidationFailure where targets begin with /
	targets     string // of the details, in order; "." for the body as a whole
	says        string // somewhere in the answer's message
	has         string // somewhere in the answer's body
}

func (c ruleCase) name() string {
	name := c.target + c.contentType + c.body + c.requests
	if c.header != nil {
		name += fmt.Sprint(c.header)
	}
	return name[:min(len(name), 70)]
}

func (c ruleCase) run(t *testing.T, handler http.Handler) {
	if c.requests != "" {
		c.method, c.target, c.body = http.MethodPost, batch, `{"requests":[`+strings.TrimSuffix(c.requests, ",")+`]}`
	}
	if c.target == "" {
		c.target = app
	}
	method := c.method
	switch {
	case method != "":
	case c.target != app && c.body == "":
		method = http.MethodGet
	default:
		method = http.MethodPatch
	}
	if method == http.MethodPatch && c.body == "" && c.code == "" {
		c.body = "{}"
	}
	r := httptest.NewRequest(method, c.target, strings.NewReader(c.body))
	for name, lines := range c.header {
		r.Header[name] = lines
	}
	switch c.contentType {
	case "":
		r.Header.Set("Content-Type", "application/json")
	case "-":
	default:
		r.Header.Set("Content-Type", c.contentType)
	}
	w := httptest.NewRecorder()
	contracttest.Record(t, r)
	handler.ServeHTTP(w, r)
	contracttest.Check(t, contracttest.Answer{Method: method, Target: r.URL.EscapedPath(), Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()})

	if w.Code != c.want {
		t.Fatalf("%d instead of %d: %s", w.Code, c.want, w.Body)
	}
	if c.requests != "" && w.Code == http.StatusOK {
		contracttest.Items(t, []byte(c.body), w.Body.Bytes())
	}
	if !strings.Contains(w.Body.String(), c.has) {
		t.Errorf("the answer lacks %s: %s", c.has, w.Body)
	}
	if c.want < 400 {
		return
	}
	var answer gen.ODataError
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(answer.Error.Message, c.says) {
		t.Errorf("the message does not say %q: %s", c.says, answer.Error.Message)
	}
	if c.code == "" && strings.HasPrefix(c.targets, "/") {
		c.code = "ModelValidationFailure"
	}
	if c.code != "" && answer.Error.Code != c.code {
		t.Errorf("the code is %s instead of %s", answer.Error.Code, c.code)
	}
	if c.targets != "" {
		var targets []string
		for _, d := range *answer.Error.Details {
			targets = append(targets, d.Target)
		}
		if got := strings.Join(targets, " "); got != strings.TrimSuffix(c.targets, ".") {
			t.Errorf("the details are at %q instead of %q", got, c.targets)
		}
	}
}

// newHandler serves a store with a few statuses of the app "app".
func newHandler(t *testing.T) http.Handler {
	store := new(memory.Store)
	for _, id := range []string{"id", "it's", "a/b% +?💾"} {
		if _, _, err := store.Update(t.Context(), "tenant", status.Key{App: "app", User: "user", ID: id}, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
			t.Fatal(err)
		}
	}
	handler, err := api.New(store, api.Options{Authenticate: func(*http.Request) (api.Caller, error) {
		return api.Caller{Tenant: "tenant", Scopes: []string{"DeviceManagementApps.ReadWrite.All"}}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// patchOf is a request of a batch that changes a status.
func patchOf(body string) string {
	return `{"id":"1","method":"PATCH","url":"` + statusURL + `","headers":{"Content-Type":"application/json"},"body":` + body + `},`
}

// read is a request of a batch that depends on another one, or on none.
func read(id, on string) string {
	if on != "" {
		on = `,"dependsOn":["` + on + `"]`
	}
	return `{"id":"` + id + `","method":"GET","url":"` + statusURL + `"` + on + `},`
}

// readURL is a request of a batch.
func readURL(url string) string { return `{"id":"1","method":"GET","url":"` + url + `"},` }

func dateTimes(want int, texts ...string) (cases []ruleCase) {
	for _, text := range texts {
		c := ruleCase{body: `{"lastSyncDateTime":"` + text + `"}`, want: want, targets: "/lastSyncDateTime"}
		if want == 200 {
			c.targets, c.has = "", `"lastSyncDateTime":"`+text+`"`
		}
		cases = append(cases, c)
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
