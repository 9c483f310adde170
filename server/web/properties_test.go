package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"installstatus/gen"
)

// servedProperty is a property in /web/properties.json.
type servedProperty struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Format   string   `json:"format,omitempty"`
	Members  []string `json:"members,omitempty"`
	Nullable bool     `json:"nullable,omitempty"`
	Optional bool     `json:"optional,omitempty"`
	ReadOnly bool     `json:"readOnly,omitempty"`
}

func servedProperties(t *testing.T, pages http.Handler) (properties []servedProperty) {
	t.Helper()
	w := ask(pages, http.MethodGet, "/web/properties.json", nil)
	if err := json.Unmarshal(w.Body.Bytes(), &properties); err != nil {
		t.Fatal(err)
	}
	return properties
}

func contractSchemas(t *testing.T) openapi3.Schemas {
	t.Helper()
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	return doc.Components.Schemas
}

func TestThePagesPropertiesAreTheContracts(t *testing.T) {
	schemas := contractSchemas(t)
	answer := schemas["MobileAppInstallStatus"].Value
	served := servedProperties(t, newPages(t))
	var names []string
	for _, p := range served {
		names = append(names, p.Name)
		schema := answer.Properties[p.Name].Value
		want := servedProperty{
			Name: p.Name, Nullable: schema.Nullable, Format: schema.Format,
			Optional: !slices.Contains(answer.Required, p.Name),
			ReadOnly: schemas["MobileAppInstallStatusInput"].Value.Properties[p.Name] == nil || schema.ReadOnly,
		}
		if len(schema.AllOf) > 0 {
			schema = schema.AllOf[0].Value
		}
		want.Type = schema.Type.Slice()[0]
		for _, member := range schema.Enum {
			want.Members = append(want.Members, member.(string))
		}
		if fmt.Sprintf("%+v", p) != fmt.Sprintf("%+v", want) {
			t.Errorf("%+v, want %+v", p, want)
		}
	}
	want := slices.DeleteFunc(slices.Collect(maps.Keys(answer.Properties)), func(name string) bool {
		return name == "id" || strings.HasPrefix(name, "@")
	})
	order := func(name string) float64 { return answer.Properties[name].Value.Extensions["x-order"].(float64) }
	slices.SortFunc(want, func(a, b string) int { return int(order(a) - order(b)) })
	if !slices.Equal(names, want) {
		t.Errorf("properties %q, want %q", names, want)
	}
}

func TestThePageHasASignForEveryInstallState(t *testing.T) {
	script := ask(newPages(t), http.MethodGet, "/web/states.js", nil).Body.String()
	for _, member := range contractSchemas(t)["ResultantAppState"].Value.Enum {
		if !strings.Contains(script, fmt.Sprintf("\n  %s: { sign: '", member)) {
			t.Errorf("server/web/page/states.js has no %s", member)
		}
	}
}

func labels(t *testing.T, browser context.Context) {
	_, p := openSample(t, browser)
	p.click("[data-id='1']")
	p.await("document.querySelector('#detail').open")
	label := func(name string) string { return p.text("#fields label[for=" + name + "]") }
	for _, property := range servedProperties(t, newPages(t)) {
		if got := label(property.Name); len(got) < 2 || got[0] < 'A' || got[0] > 'Z' || strings.Contains(got, "nothing") {
			t.Errorf("the label of %s is %q", property.Name, got)
		}
	}
	for name, want := range map[string]string{
		"deviceId": "Device id", "osVersion": "OS version", "userPrincipalName": "User principal name", "lastSyncDateTime": "Last sync",
	} {
		if got := label(name); got != want {
			t.Errorf("the label of %s is %q, want %q", name, got, want)
		}
	}
}

// newProperties adds properties to the page's list and to the API's status 1. No script contains their names.
func newProperties(t *testing.T, browser context.Context) {
	s := serve(t, development)
	s.putSample(t)
	added := []servedProperty{
		{Name: "osBuildNumber", Type: "string", Nullable: true},
		{Name: "retryCount", Type: "integer", Format: "int32"},
		{Name: "isSupervised", Type: "boolean"},
		{Name: "ownership", Type: "string", Members: []string{"company", "personal"}, Nullable: true},
		{Name: "enrolledDateTime", Type: "string", Format: "date-time", ReadOnly: true},
	}
	values := map[string]any{"osBuildNumber": "26100", "retryCount": 3, "isSupervised": true, "ownership": nil, "enrolledDateTime": "2026-01-02T03:04:05Z"}
	patches := make(chan map[string]any, 1)
	next := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/web/properties.json":
			json.NewEncoder(w).Encode(append(servedProperties(t, next), added...))
		case strings.HasSuffix(r.URL.Path, "deviceStatuses('1')"):
			body, _ := io.ReadAll(r.Body)
			if r.Method == http.MethodPatch {
				patch := make(map[string]any)
				json.Unmarshal(body, &patch)
				patches <- patch
				body = []byte("{}")
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			r.ContentLength = int64(len(body))
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			status := make(map[string]any)
			json.Unmarshal(answer.Body.Bytes(), &status)
			maps.Copy(status, values)
			maps.Copy(w.Header(), answer.Header())
			w.Header().Del("Content-Length")
			w.WriteHeader(answer.Code)
			json.NewEncoder(w).Encode(status)
		default:
			next.ServeHTTP(w, r)
		}
	})
	p := open(t, browser, s.URL, "/")
	p.click("[data-id='1']")
	p.await("document.querySelector('#detail').open")
	p.shoot("new-properties")
	for name, want := range map[string]string{
		"osBuildNumber": "OS build number: 26100", "retryCount": "Retry count: 3", "isSupervised": "Is supervised: true",
		"ownership": "Ownership: ", "enrolledDateTime": "Enrolled: 2026-01-02T03:04:05Z",
	} {
		got := p.text("#fields label[for="+name+"]") + ": " + p.value("document.querySelector('#"+name+"').value")
		if got != want {
			t.Errorf("%s is shown as %q, want %q", name, got, want)
		}
	}
	if readOnly := p.value("document.querySelector('#enrolledDateTime').readOnly"); readOnly != "true" {
		t.Error("a read-only property can be edited")
	}
	p.checkNames()
	p.fill("#osBuildNumber", "")
	p.fill("#retryCount", "4")
	p.value("document.querySelector('#isSupervised').value = 'false'")
	p.value("document.querySelector('#ownership').value = 'personal'")
	p.click("#save")
	p.awaitText("#shown", "ADELE-LAPTOP was saved.")
	want := map[string]any{"osBuildNumber": nil, "retryCount": 4.0, "isSupervised": false, "ownership": "personal"}
	if patch := <-patches; !maps.Equal(patch, want) {
		t.Errorf("the page sent %v, want %v", patch, want)
	}
}
