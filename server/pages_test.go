package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestThePagesStandBesideTheAPI(t *testing.T) {
	s := start(t, "--sample")
	for path, says := range map[string]string{
		"/":             `data-app="` + sampleApp + `"`,
		"/docs":         `data-user="` + sampleUser + `" data-status="` + sampleRows[1].id + `"`,
		"/openapi.yaml": "openapi: 3.0.3",
		"/healthz":      "ok",
	} {
		response, err := s.client.Get(s.base + path)
		if err != nil {
			t.Fatal(err)
		}
		body := make([]byte, 1<<10)
		n, _ := response.Body.Read(body)
		if response.StatusCode != http.StatusOK || !strings.Contains(string(body[:n]), says) {
			t.Errorf("%s: %d %s", path, response.StatusCode, body[:n])
		}
	}
	for _, target := range []string{"/web", "/docs/", "/web/index.html", "/web/../", "//"} {
		if a := s.do(t, call{method: http.MethodGet, target: target}); a.header.Get("request-id") == "" {
			t.Errorf("%s does not reach the API: %d %s", target, a.status, a.body)
		}
	}
}
