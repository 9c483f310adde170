package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api"
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
