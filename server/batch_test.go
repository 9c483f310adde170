package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"installstatus/api/contract/contracttest"
	"installstatus/server/auth"
)

const batchPath = "/beta/$batch"

// batched is a request of a batch.
type batched struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers,omitempty"`
	Body      json.RawMessage   `json:"body,omitempty"`
	DependsOn []string          `json:"dependsOn,omitempty"`
}

// inBatch returns a call as a request of a batch.
func inBatch(id string, c call, dependsOn ...string) batched {
	b := batched{ID: id, Method: c.method, URL: strings.TrimPrefix(c.target, "/beta"), Headers: maps.Clone(c.header), Body: json.RawMessage(c.body), DependsOn: dependsOn}
	if b.Method == "" {
		b.Method = http.MethodPatch
	}
	if b.Headers == nil {
		b.Headers = map[string]string{}
	}
	if c.body != "" && b.Headers["Content-Type"] == "" {
		b.Headers["content-type"] = "application/json" // as SDKs send it
	}
	return b
}

// batch sends the requests as a batch, with more headers, and checks each answer against the contract.
func (s *testServer) batch(t testing.TB, header map[string]string, requests ...batched) []contracttest.Item {
	t.Helper()
	sent, err := json.Marshal(map[string]any{"requests": requests})
	if err != nil {
		t.Fatal(err)
	}
	a := s.do(t, call{method: http.MethodPost, target: batchPath, body: string(sent), header: header})
	if a.status != http.StatusOK || a.header.Get("Content-Type") != contentType {
		t.Fatalf("%d %v %s", a.status, a.header, a.body)
	}
	return contracttest.Items(t, sent, []byte(a.body))
}

func statusesOf(items []contracttest.Item) (statuses []int) {
	for _, item := range items {
		statuses = append(statuses, item.Status)
	}
	return statuses
}

func TestARequestOfABatchIsAnsweredAsItIsAlone(t *testing.T) {
	t.Parallel()
	s := start(t)
	target := userStatusPath("app", "user", "a b/c")
	tag := s.create(t, target, seedBody).header.Get("ETag")
	s.create(t, statusPath("app", "<2>"), `{"deviceName":"<&>\u2028💾"}`)
	calls := []call{
		{method: http.MethodGet, target: target},
		{method: http.MethodHead, target: target},
		{method: http.MethodGet, target: target, header: map[string]string{"If-None-Match": tag}},
		{method: http.MethodGet, target: target, header: map[string]string{"Accept": "text/html"}},
		{method: http.MethodGet, target: target, header: map[string]string{"client-request-id": "my own"}},
		{method: http.MethodGet, target: statusPath("app", "none")},
		{method: http.MethodGet, target: statusesPath("app") + "?$top=1&$filter=errorCode%20eq%209"},
		{method: http.MethodGet, target: statusesPath("app") + "?$top=1&$count=true&%24select=deviceName"},
		{method: http.MethodGet, target: "/beta/users"},
		{method: http.MethodPut, target: target, body: `{}`},
		{target: target, body: `{"errorCode":9}`},
		{target: target, body: `{"errorCode":9}`, header: map[string]string{"Prefer": "return=minimal", "If-Match": tag}},
		{target: target, body: `{"errorCode":8}`, header: map[string]string{"If-Match": `"x"`}},
		{target: target, body: `{"errorCode":9.0,"installstate":"failed","errorCode":1}`},
		{target: target, body: `{"errorCode":1.00000000000000000001}`},
		{target: target + "/", body: `{"@microsoft.graph.tips":{"a":[1]},"deviceName@vendor.note":null}`},
		{target: target, body: `{"nobody@Core.Description":1,"app@odata.bind":"x","joe@contoso.example":1,"a@":1,"@":1}`},
		{method: http.MethodGet, target: target + "/?$select=id,errorCode"},
		{method: http.MethodGet, target: target + "?$select=id,nothing"},
		{method: http.MethodGet, target: target + "?$expand=app"},
		{method: http.MethodGet, target: statusesPath("app") + "/$count?$filter=errorCode%20add%201%20eq%202"},
		{method: http.MethodGet, target: statusesPath("app") + "/%24value"},
		{target: statusesPath("app") + "/%24ref", body: `{}`, header: map[string]string{"Prefer": "create-if-missing"}},
		{target: target, body: `[]`},
		{target: target, body: `{}`, header: map[string]string{"Content-Type": "text/plain"}},
		{target: target, body: `{}`, header: map[string]string{"Content-Encoding": "br"}},
		{method: http.MethodPost, target: statusesPath("app"), body: `{"id":"x"}`},
		{method: http.MethodDelete, target: target, header: map[string]string{"If-Match": `x`}},
	}
	var requests []batched
	for i, c := range calls {
		requests = append(requests, inBatch(fmt.Sprint(i), c))
	}
	seen := map[string]bool{}
	var items []contracttest.Item
	for part := range slices.Chunk(requests, 20) {
		items = append(items, s.batch(t, nil, part...)...)
	}
	for i, item := range items {
		alone := s.do(t, calls[i])
		if item.Status != alone.status || withoutTrace(string(item.Body)) != withoutTrace(alone.body) {
			t.Errorf("%v\nin a batch: %d %s\nalone:      %d %s", calls[i], item.Status, item.Body, alone.status, alone.body)
		}
		if id := item.Headers["request-id"]; !guid.MatchString(id) || seen[id] || item.Status >= 400 && !strings.Contains(string(item.Body), id) {
			t.Errorf("%v: the request-id is %q", calls[i], id)
		} else {
			seen[id] = true
		}
		// Vary is for the page of another origin that reads the batch, X-Content-Type-Options for a browser that opens it.
		for _, name := range []string{"Content-Length", "Date", "request-id", "Vary", "X-Content-Type-Options"} {
			alone.header.Del(name)
			delete(item.Headers, name)
		}
		got := http.Header{}
		for name, value := range item.Headers {
			got.Set(name, value)
		}
		if !maps.EqualFunc(got, alone.header, slices.Equal[[]string]) {
			t.Errorf("%v\nin a batch: %v\nalone:      %v", calls[i], got, alone.header)
		}
	}
}

// withoutTrace removes what identifies a request from a body.
func withoutTrace(body string) string {
	return regexp.MustCompile(`"innerError":{[^}]*}`).ReplaceAllString(body, "")
}

func TestTheHeadersInABatchAreSpeltAsInTheContract(t *testing.T) {
	t.Parallel()
	s := start(t)
	items := s.batch(t, nil,
		inBatch("new", call{method: http.MethodPost, target: statusesPath("app"), body: `{}`, header: map[string]string{"prefer": "return=representation", "CLIENT-REQUEST-ID": "mine"}}),
		inBatch("minimal", call{method: http.MethodPost, target: statusesPath("app"), body: `{}`, header: map[string]string{"prefer": "return=minimal"}}),
		inBatch("broken", call{target: statusPath("app", "id"), body: `{}`, header: map[string]string{"content-encoding": "br"}}),
		inBatch("wrong", call{method: http.MethodPut, target: statusPath("app", "id")}))
	for i, names := range [][]string{
		{"Cache-Control", "Content-Type", "ETag", "Location", "OData-Version", "Preference-Applied", "client-request-id", "request-id"},
		{"Cache-Control", "ETag", "Location", "OData-EntityId", "OData-Version", "Preference-Applied", "request-id"},
		{"Accept-Encoding", "Cache-Control", "Content-Type", "OData-Version", "request-id"},
		{"Allow", "Cache-Control", "Content-Type", "OData-Version", "request-id"},
	} {
		if got := slices.Sorted(maps.Keys(items[i].Headers)); !slices.Equal(got, names) {
			t.Errorf("%s has the headers %q", items[i].ID, got)
		}
	}
	location := items[0].Headers["Location"]
	if !strings.HasPrefix(location, s.base+statusesPath("app")+"/") {
		t.Errorf("Location: %s", location)
	}
	if a := s.do(t, call{method: http.MethodGet, target: strings.TrimPrefix(location, s.base)}); a.body != string(items[0].Body) {
		t.Errorf("its Location answers %d %s", a.status, a.body)
	}
}

func TestABatchIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.create(t, statusPath("app", "id"), `{}`)
	write := `{"id":"w","method":"PATCH","url":"` + strings.TrimPrefix(statusPath("app", "id"), "/beta") + `","headers":{"Content-Type":"application/json"},"body":{"errorCode":1}},`
	for name, c := range map[string]struct {
		requests string
		targets  string
	}{
		"a missing id":          {`{"method":"GET","url":"x"}`, "/requests/1/id"},
		"a missing method":      {`{"id":"1","url":"x"}`, "/requests/1/method"},
		"a missing url":         {`{"id":"1","method":"GET","url":"x"},{"id":"2","method":"GET","url":"x"},{"id":"3","method":"GET"}`, "/requests/3/url"},
		"equal ids":             {`{"id":"1","method":"GET","url":"x"},{"id":"1","method":"GET","url":"x"}`, "/requests/2/id"},
		"ids equal but in case": {`{"id":"W","method":"GET","url":"x"}`, "/requests/1/id"},
		"an unknown dependency": {`{"id":"1","method":"GET","url":"x","dependsOn":["w","2"]}`, "/requests/1/dependsOn/1"},
		"a circle of one":       {`{"id":"1","method":"GET","url":"x","dependsOn":["1"]}`, "/requests/1/dependsOn"},
		"a circle of two":       {`{"id":"1","method":"GET","url":"x","dependsOn":["2"]},{"id":"2","method":"GET","url":"x","dependsOn":["1"]}`, "/requests/1/dependsOn /requests/2/dependsOn"},
		"all of this":           {`{"id":"w","method":"GET","url":"x","dependsOn":["2"]},{"id":"3","method":"GET","url":"x","dependsOn":["3"]}`, "/requests/1/id /requests/1/dependsOn/0 /requests/2/dependsOn"},
		"21 requests":           {readingOf(20), "/requests"},
		"a number as id":        {`{"id":1,"method":"GET","url":"x"}`, "/requests/1/id"},
		"a header of two lines": {`{"id":"1","method":"GET","url":"x","headers":{"If-Match":["a"]}}`, "/requests/1/headers/If-Match"},
		"an unknown property":   {`{"id":"1","method":"GET","url":"x","atomicityGroup":"g"}`, "/requests/1/atomicityGroup"},
		"a broken text":         {`{"id":"1","method":"PATCH","url":"x","body":{"a":}}`, ""},
		"a lone surrogate":      {`{"id":"1","method":"PATCH","url":"x","body":{"a":"\ud800"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.do(t, call{method: http.MethodPost, target: batchPath, body: `{"requests":[` + write + c.requests + `]}`})
			var targets []string
			for _, d := range *a.problem(t).Details {
				targets = append(targets, d.Target)
			}
			if got := strings.Join(targets, " "); a.status != http.StatusBadRequest || got != c.targets {
				t.Errorf("%d with details at %q: %s", a.status, got, a.body)
			}
		})
	}
	if a := s.do(t, call{method: http.MethodGet, target: statusPath("app", "id")}); a.body != emptyAnswer("id") {
		t.Errorf("a refused batch has changed something: %s", a.body)
	}
}

// readingOf returns n requests as JSON.
func readingOf(n int) string {
	var requests []string
	for i := range n {
		requests = append(requests, fmt.Sprintf(`{"id":"%d","method":"GET","url":"x"}`, i))
	}
	return strings.Join(requests, ",")
}

func TestABatchIsARequestLikeAnyOther(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, c := range map[string]struct {
		call
		status int
	}{
		"20 requests":            {call{body: `{"requests":[` + readingOf(20) + `]}`}, 200},
		"none":                   {call{body: `{"requests":[]}`}, 200},
		"just 1 MiB":             {call{body: `{"requests":[]` + strings.Repeat(" ", 1<<20-len(`{"requests":[]}`)) + `}`}, 200},
		"more than 1 MiB":        {call{body: `{"requests":[]` + strings.Repeat(" ", 1<<20) + `}`}, 413},
		"no JSON":                {call{body: `{}`, header: map[string]string{"Content-Type": "multipart/mixed"}}, 400},
		"another coding":         {call{body: `{"requests":[]}`, header: map[string]string{"Content-Encoding": "br"}}, 415},
		"an answer that is HTML": {call{body: `{"requests":[]}`, header: map[string]string{"Accept": "text/html"}}, 406},
		"no token":               {call{body: `{"requests":[]}`, header: map[string]string{"Authorization": ""}}, 401},
		"a query option":         {call{target: batchPath + "?$top=1", body: `{"requests":[]}`}, 400},
		"a GET":                  {call{method: http.MethodGet}, 405},
		"a percent-encoded path": {call{target: "/BETA/%24Batch", body: `{"requests":[]}`}, 200},
		"something behind it":    {call{target: batchPath + "/x", body: `{"requests":[]}`}, 400},
		"another version":        {call{target: "/v1.0/$batch", body: `{"requests":[]}`}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			c.method, c.target = cmp.Or(c.method, http.MethodPost), cmp.Or(c.target, batchPath)
			a := s.do(t, c.call)
			if a.status != c.status {
				t.Errorf("%d %s", a.status, a.body)
			}
			if p := "~/$batch with http verb GET. Allowed: POST."; a.status == 405 && (a.header.Get("Allow") != "POST" || !strings.Contains(a.body, p)) {
				t.Errorf("%v %s", a.header, a.body)
			}
		})
	}
}

func TestTheRequestsOfABatchAreItsCallers(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.create(t, statusPath("app", "id"), seedBody)
	as := func(grant auth.Grant) map[string]string {
		grant.Lifetime = time.Hour
		return map[string]string{"Authorization": "Bearer " + s.tokenOf(t, grant)}
	}
	another := "Bearer " + s.token(t)
	requests := []batched{
		inBatch("get", call{method: http.MethodGet, target: statusPath("app", "id"), header: map[string]string{"Authorization": another}}),
		inBatch("patch", call{target: statusPath("app", "id"), body: `{"errorCode":9}`, header: map[string]string{"authorization": another}}),
		inBatch("list", call{method: http.MethodGet, target: statusesPath("app"), header: map[string]string{"Authorization": "nonsense"}}),
	}
	for name, c := range map[string]struct {
		grant    auth.Grant
		statuses []int
		list     string // has this
	}{
		"its own tenant":       {auth.Grant{Tenant: tenantA, Scope: auth.WritePermission}, []int{200, 200, 200}, `"id":"id"`},
		"another tenant":       {auth.Grant{Tenant: tenantB, Scope: auth.WritePermission}, []int{404, 404, 200}, `{"value":[]}`},
		"a permission to read": {auth.Grant{Tenant: tenantA, Scope: "DeviceManagementApps.Read.All"}, []int{200, 403, 200}, `"id":"id"`},
	} {
		items := s.batch(t, as(c.grant), requests...)
		if got := statusesOf(items); !slices.Equal(got, c.statuses) || !strings.Contains(string(items[2].Body), c.list) {
			t.Errorf("%s: %v %s", name, got, items[2].Body)
		}
	}
	for name, grant := range map[string]auth.Grant{
		"another permission": {Tenant: tenantA, Scope: "User.Read"},
		"an application":     {Tenant: tenantA, Scope: auth.WritePermission, AppOnly: true},
	} {
		if a := s.do(t, call{method: http.MethodPost, target: batchPath, body: `{"requests":[]}`, header: as(grant)}); a.status != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestNothingPersonalComesBackInTheErrorsOfABatch(t *testing.T) {
	t.Parallel()
	s := start(t)
	const person = "joe.person@contoso.example"
	for _, request := range []string{
		`{"id":"` + person + `","method":"GET","url":"x"},{"id":"` + person + `","method":"GET","url":"x"}`,
		`{"id":"1","method":"` + person + `","url":"x"}`,
		`{"id":"1","method":"GET","url":"x","dependsOn":["` + person + `"]}`,
		`{"id":"1","method":"GET","url":"x","headers":{"If-Match":"` + person + `\n"}}`,
		`{"id":"1","method":"GET","url":"/` + person + `"}`,
		`{"id":"1","method":"GET","url":"/` + person + `%zz"}`,
		`{"id":"1","method":"PATCH","url":"` + statusPath("app", "id")[len("/beta"):] + `","headers":{"Content-Type":"application/json"},"body":{"installState":"` + person + `"}}`,
		`{"id":"1","method":"PATCH","url":"` + statusPath("app", "id")[len("/beta"):] + `","headers":{"Content-Type":"` + person + `"},"body":"` + person + `"}`,
	} {
		a := s.do(t, call{method: http.MethodPost, target: batchPath, body: `{"requests":[` + request + `]}`})
		if strings.Contains(a.body, "joe") {
			t.Errorf("%s: %d %s", request, a.status, a.body)
		}
	}
	if logged := s.logged.String(); strings.Contains(logged, "joe") {
		t.Errorf("the log has %s", logged)
	}
}

func TestPagesOfAListCanBeReadInBatches(t *testing.T) {
	t.Parallel()
	s := start(t)
	for i := range 3 {
		s.create(t, statusPath("app", fmt.Sprint(i)), `{}`)
	}
	var ids []string
	for next := statusesPath("app") + "?$top=1&$filter=errorCode eq 0"; next != ""; {
		var page struct {
			NextLink string `json:"@odata.nextLink"`
			Value    []struct{ ID string }
		}
		item := s.batch(t, nil, inBatch("1", call{method: http.MethodGet, target: next}))[0]
		if err := json.Unmarshal(item.Body, &page); err != nil || item.Status != http.StatusOK || len(page.Value) != 1 {
			t.Fatalf("%d %s", item.Status, item.Body)
		}
		ids = append(ids, page.Value[0].ID)
		if next = page.NextLink; next != "" && !strings.HasPrefix(next, s.base+statusesPath("app")+"?") {
			t.Fatalf("the next link is %s", next)
		}
		next = strings.TrimPrefix(next, s.base)
	}
	if !slices.Equal(ids, []string{"0", "1", "2"}) {
		t.Errorf("the pages have %q", ids)
	}
}
