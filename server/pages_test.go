package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestThePagesAreServedBesideTheAPI(t *testing.T) {
	t.Parallel()
	s := start(t, "--sample")
	for path, text := range map[string]string{
		"/":             `data-app="` + sampleApp + `"`,
		"/docs":         `data-user="` + sampleUser + `" data-status="` + sampleRows[1].id + `"`,
		"/openapi.yaml": "openapi: 3.0.3",
		"/healthz":      "ok",
	} {
		response, err := s.client.Get(s.base + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(body), text) || response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v, without %s: %.2000s", path, response.StatusCode, err, text, body)
		}
	}
	for _, target := range []string{"/nope", "/favicon.ico", "/v1.0/x", "/%ff", "/%00", "/beta.html", "/dev", "/betamax/x"} {
		a := s.do(t, call{method: http.MethodGet, target: target, header: map[string]string{"Authorization": ""}})
		if a.status != http.StatusNotFound || a.header.Get("Cache-Control") != "no-store" || !strings.Contains(a.body, "Invalid version: ") {
			t.Errorf("%s without a token: %d %v %s", target, a.status, a.header, a.body)
		}
	}
	for _, target := range []string{"/beta", "/beta/", "/BETA"} {
		a := s.do(t, call{method: http.MethodGet, target: target, header: map[string]string{"Authorization": ""}})
		if a.status != http.StatusOK || !strings.Contains(a.body, `"documentation":"`+s.base+`/docs"`) {
			t.Errorf("%s without a token: %d %s", target, a.status, a.body)
		}
	}
	for _, target := range []string{"/beta/nope", "/beta//", "/beta/%ff", "/beta/$count", "/beta/$metadata"} {
		if a := s.do(t, call{method: http.MethodGet, target: target, header: map[string]string{"Authorization": ""}}); a.status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d %s", target, a.status, a.body)
		}
	}
	for _, target := range []string{"/web", "/docs/", "/web/index.html", "/web/../", "//"} {
		if a := s.do(t, call{method: http.MethodGet, target: target}); a.header.Get("request-id") == "" {
			t.Errorf("%s does not reach the API: %d %s", target, a.status, a.body)
		}
	}
}
