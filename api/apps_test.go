package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/api/status/memory"
)

// TestAGUIDOfAnAppCountsInAnyCase writes and reads entities under random spellings of one GUID. Rule 1.
func TestAGUIDOfAnAppCountsInAnyCase(t *testing.T) {
	const apps = "/beta/deviceAppManagement/mobileApps"
	rapid.Check(t, func(t *rapid.T) {
		handler, err := api.New(new(memory.Store), api.Options{Authenticate: allowAll})
		if err != nil {
			t.Fatal(err)
		}
		guid := rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`).Draw(t, "guid")
		path := func(rest string) string {
			spelled := []byte(guid)
			for i, c := range spelled {
				if c >= 'a' && rapid.Bool().Draw(t, "upper") {
					spelled[i] -= 'a' - 'A'
				}
			}
			if rapid.Bool().Draw(t, "parentheses") {
				return apps + "('" + string(spelled) + "')" + rest
			}
			return apps + "/" + string(spelled) + rest
		}
		want := func(w *httptest.ResponseRecorder, code int, parts ...string) {
			t.Helper()
			for _, part := range parts {
				if w.Code != code || !strings.Contains(fmt.Sprint(w.Header(), w.Body), part) {
					t.Fatalf("%d %v %s, want %d %s", w.Code, w.Header(), w.Body, code, part)
				}
			}
		}
		canonical := "http://example.com" + apps + "/" + guid
		want(serve(handler, http.MethodPatch, path("/deviceStatuses/id")), 201, canonical+"/deviceStatuses/id")
		want(serve(handler, http.MethodPatch, path("/deviceStatuses/id")), 200, `"id":"id"`)
		want(serve(handler, http.MethodPost, path("/userStatuses/user/deviceStatuses")), 201, canonical+"/userStatuses/user/deviceStatuses/")
		want(serve(handler, http.MethodGet, path("/userStatuses/user/deviceStatuses")), 200, `"value":[{`)
		want(serve(handler, http.MethodGet, path("/deviceStatuses/$count")), 200, "2")
		list := serve(handler, http.MethodGet, path("/deviceStatuses?$top=1"))
		want(list, 200, canonical+"/deviceStatuses?$top=1&$skiptoken=")
		_, token, _ := strings.Cut(list.Body.String(), "$skiptoken=")
		token, _, _ = strings.Cut(token, `"`)
		want(serve(handler, http.MethodGet, path("/deviceStatuses?$skiptoken="+token)), 200, `"value":[{`)
		want(serve(handler, http.MethodGet, path("/installSummary")), 200, `"id":"`+guid+`"`)
		r := httptest.NewRequest(http.MethodPost, "/beta/$batch", strings.NewReader(
			`{"requests":[{"id":"1","method":"GET","url":"`+strings.TrimPrefix(path("/deviceStatuses/id"), "/beta")+`"}]}`))
		r.Header.Set("Content-Type", "application/json")
		batch := httptest.NewRecorder()
		handler.ServeHTTP(batch, r)
		want(batch, 200, `"status":200`)
		want(serve(handler, http.MethodDelete, path("/deviceStatuses/id")), 204, "")
	})
}

func TestTheListOfAppsIsPagedCountedAndSelected(t *testing.T) {
	const apps = "/beta/deviceAppManagement/mobileApps"
	store := new(memory.Store)
	for _, key := range []status.Key{{App: "b", ID: "1"}, {App: "a", ID: "1"}, {App: "a", ID: "2"}, {App: "c/d", ID: "1"}} {
		if _, _, err := store.Update(t.Context(), "tenant", key, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := store.Update(t.Context(), "another", status.Key{App: "secret", ID: "1"}, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
		t.Fatal(err)
	}
	app := func(id string, count int) string {
		return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.mobileApp","id":%q,"deviceStatusCount":%d,"lastSyncDateTime":"0001-01-01T00:00:00Z"}`, id, count)
	}
	onlyID := func(id string) string { return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.mobileApp","id":%q}`, id) }
	for options, want := range map[string][]string{
		"":                               {`{"value":[` + app("a", 2) + "," + app("b", 1) + "," + app("c/d", 1) + `]}`},
		"?$select=id":                    {`{"value":[` + onlyID("a") + "," + onlyID("b") + "," + onlyID("c/d") + `]}`},
		"?$count=true&$top=0":            {`{"@odata.count":3,"value":[]}`},
		"?$top=2&$select=id&$count=true": {`{"@odata.count":3,"value":[` + onlyID("a") + "," + onlyID("b") + `]}`, `{"value":[` + onlyID("c/d") + `]}`},
		"?$top=1":                        {`{"value":[` + app("a", 2) + `]}`, `{"value":[` + app("b", 1) + `]}`, `{"value":[` + app("c/d", 1) + `]}`},
	} {
		target := apps + options
		for i, page := range want {
			w, body := (request{method: http.MethodGet, target: target, store: store}).send(t)
			var answer struct {
				Next string `json:"@odata.nextLink"`
			}
			if err := json.Unmarshal(body, &answer); err != nil {
				t.Fatal(err)
			}
			got := string(body)
			if answer.Next != "" {
				got = strings.Replace(got, `"@odata.nextLink":"`+answer.Next+`",`, "", 1)
			}
			if w.Code != http.StatusOK || got != page || (answer.Next == "") != (i == len(want)-1) {
				t.Errorf("%s, page %d: %d %s, want %s", options, i+1, w.Code, body, page)
			}
			target = strings.TrimPrefix(answer.Next, "http://127.0.0.1:8080")
		}
	}
	for _, options := range []string{"?$filter=id eq 'a'", "?$orderby=id", "?$skip=1", "?$select=displayName", "?$expand=x", "?$skiptoken=AbC0", "/$count"} {
		if w, body := (request{method: http.MethodGet, target: apps + strings.ReplaceAll(options, " ", "%20"), store: store}).send(t); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", options, w.Code, body)
		}
	}
	if w, body := (request{method: http.MethodPost, target: apps, store: store}).send(t); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d %s %s", w.Code, w.Header().Get("Allow"), body)
	}
}

// sizing records whether apps were counted.
type sizing struct {
	memory.Store
	asked []bool
}

func (s *sizing) Apps(ctx context.Context, tenant string, q status.AppQuery) (status.AppPage, error) {
	s.asked = append(s.asked, q.Sizes)
	return s.Store.Apps(ctx, tenant, q)
}

func TestAppsAreNotCountedForAListOfIDs(t *testing.T) {
	store := new(sizing)
	for _, options := range []string{"", "?$select=id", "?$select=deviceStatusCount", "?$select=*", "?$select=id,lastSyncDateTime"} {
		(request{method: http.MethodGet, target: "/beta/deviceAppManagement/mobileApps" + options, store: store}).send(t)
	}
	if want := []bool{true, false, true, true, true}; !slices.Equal(store.asked, want) {
		t.Errorf("%v, want %v", store.asked, want)
	}
}

func TestAListOfAppsIsAdmittedWithoutAnApp(t *testing.T) {
	var asked []api.Admission
	admit := func(a api.Admission) error {
		asked = append(asked, a)
		return nil
	}
	for _, q := range []request{
		{method: http.MethodGet, target: "/beta/deviceAppManagement/mobileApps"},
		{method: http.MethodGet, target: "/beta"},
		batchRequest(`{"id": "1", "method": "GET", "url": "deviceAppManagement/mobileApps"}`),
	} {
		q.admit = admit
		q.send(t)
	}
	if want := []api.Admission{{Tenant: "tenant"}, {Tenant: "tenant"}}; !slices.Equal(asked, want) {
		t.Errorf("%+v, want %+v", asked, want)
	}
}
