package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api"
	"installstatus/api/contract"
)

// TestASegmentThatBeginsWithADollarSignIsNeverAnID puts such a segment at a random place of a random path of the contract. The
// answer names it, unless it is one that the contract has there. Nothing is created.
func TestASegmentThatBeginsWithADollarSignIsNeverAnID(t *testing.T) {
	c, err := api.Contract()
	if err != nil {
		t.Fatal(err)
	}
	handler, err := api.New(newExampleStore(t), api.Options{Authenticate: allowAll})
	if err != nil {
		t.Fatal(err)
	}
	paths := pathsOf(c)
	rapid.Check(t, func(t *rapid.T) {
		segments := strings.Split(rapid.SampledFrom(paths).Draw(t, "path"), "/")
		at := rapid.IntRange(2, len(segments)).Draw(t, "place") // after "" and "beta"
		name := rapid.SampledFrom([]string{"$ref", "$value", "$cout", "$metadata", "$", "$ref ", "$ä", "$$", "$filter"}).Draw(t, "segment")
		sent := strings.NewReplacer(" ", "%20", "ä", "%C3%A4").Replace(name)
		if rapid.Bool().Draw(t, "percent-encoded") {
			sent = strings.ReplaceAll(sent, "$", "%24")
		}
		rest := rapid.SampledFrom([][]string{nil, {""}, segments[min(at+1, len(segments)):]}).Draw(t, "rest")
		target := strings.Join(append(append(append([]string{}, segments[:at]...), sent), rest...), "/")
		method := rapid.SampledFrom([]string{http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodPost, http.MethodDelete, http.MethodPut}).Draw(t, "method")
		w := serve(handler, method, target)
		if w.Code != http.StatusBadRequest || method != http.MethodHead && !strings.Contains(w.Body.String(), "Resource not found for the segment '"+name+"'.") {
			t.Fatalf("%s %s: %d %s", method, target, w.Code, w.Body)
		}
	})
}

// TestOneSlashAtTheEndIsIgnored compares the answers with and without it for each path of the contract, with a random query.
func TestOneSlashAtTheEndIsIgnored(t *testing.T) {
	c, err := api.Contract()
	if err != nil {
		t.Fatal(err)
	}
	paths := pathsOf(c)
	rapid.Check(t, func(rt *rapid.T) {
		address := rapid.SampledFrom(paths).Draw(rt, "path")
		method := rapid.SampledFrom([]string{http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodDelete, http.MethodPut}).Draw(rt, "method")
		query := rapid.SampledFrom([]string{"", "?", "?$select=id", "?$filter=id%20eq%20'x/'", "?$top=1", "?x=/"}).Draw(rt, "query")
		answers := make(map[string]string)
		for _, slash := range []string{"", "/", "//"} {
			handler, err := api.New(newExampleStore(t), api.Options{Authenticate: allowAll})
			if err != nil {
				t.Fatal(err)
			}
			w := serve(handler, method, address+slash+query)
			body, _, _ := strings.Cut(w.Body.String(), `"innerError"`)
			answers[slash] = fmt.Sprint(w.Code, w.Header().Get("ETag"), w.Header().Get("Allow"), body)
		}
		if answers[""] != answers["/"] {
			rt.Fatalf("%s %s%s: %s, with a slash %s", method, address, query, answers[""], answers["/"])
		}
		if !strings.HasPrefix(answers["//"], "400") {
			rt.Fatalf("%s %s//%s: %s", method, address, query, answers["//"])
		}
	})
}

// pathsOf returns the paths of a contract, with the ids of the example.
func pathsOf(c *contract.Contract) (paths []string) {
	ids := strings.NewReplacer("{mobileAppId}", path.Base(exampleApp), "{userAppInstallStatusId}", path.Base(exampleUser), "{mobileAppInstallStatusId}", exampleID)
	for _, operation := range c.Operations {
		paths = append(paths, strings.TrimSuffix(c.BasePath+ids.Replace(operation.Path), "/"))
	}
	return paths
}

// serve sends a request with an empty object as its body. A PATCH creates what is missing.
func serve(handler http.Handler, method, target string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(`{}`))
	r.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		r.Header.Set("Prefer", "create-if-missing")
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}
