package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"installstatus/server/errorcodes"
	"installstatus/server/web"
)

// newPages returns the pages with an API that always responds with 418.
func newPages(t *testing.T) http.Handler {
	t.Helper()
	pages, err := web.New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }), development)
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func ask(pages http.Handler, method, target string, header http.Header) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, target, nil)
	r.Header = header
	pages.ServeHTTP(w, r)
	return w
}

func TestFilesHaveTypesAndPolicies(t *testing.T) {
	pages := newPages(t)
	for target, kind := range map[string]string{
		"/":                          "text/html; charset=utf-8",
		"/web/app.js":                "text/javascript; charset=utf-8",
		"/web/style.css":             "text/css; charset=utf-8",
		"/web/errorcodes.json":       "application/json",
		"/web/icon.svg":              "image/svg+xml",
		"/docs":                      "text/html; charset=utf-8",
		"/docs/docs.js":              "text/javascript; charset=utf-8",
		"/docs/swagger-ui-bundle.js": "text/javascript; charset=utf-8",
		"/docs/swagger-ui.css":       "text/css; charset=utf-8",
		"/openapi.yaml":              "application/yaml",
	} {
		w := ask(pages, http.MethodGet, target, nil)
		policy := w.Header().Get("Content-Security-Policy")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Body.Len() == 0 {
			t.Errorf("%s: %d, %d bytes of %s", target, w.Code, w.Body.Len(), w.Header().Get("Content-Type"))
		}
		if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") ||
			w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", target, w.Header())
		}
		if head := ask(pages, http.MethodHead, target, nil); head.Code != http.StatusOK || head.Body.Len() > 0 {
			t.Errorf("HEAD %s: %d %s", target, head.Code, head.Body)
		}
		known := http.Header{"If-None-Match": {w.Header().Get("ETag")}}
		if again := ask(pages, http.MethodGet, target, known); again.Code != http.StatusNotModified || again.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s with If-None-Match: %d", target, again.Code)
		}
	}
}

func TestOtherRequestsReachTheAPI(t *testing.T) {
	pages := newPages(t)
	if w := ask(pages, http.MethodPatch, "/", nil); w.Code != http.StatusTeapot {
		t.Errorf("PATCH /: %d", w.Code)
	}
	for _, target := range []string{"/beta", "/beta/", "/Beta/deviceAppManagement", "/index.html", "//", "/web", "/web/", "/web/index.html", "/web/../docs", "/docs/", "/openapi.yaml/", "/dev/token"} {
		if w := ask(pages, http.MethodGet, target, nil); w.Code != http.StatusTeapot || len(w.Header()) > 0 {
			t.Errorf("%s: %d %v", target, w.Code, w.Header())
		}
	}
}

// browser is the Accept of Chromium when somebody opens an address.
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"

func TestABrowserGetsAPageForAnUnknownPath(t *testing.T) {
	pages := newPages(t)
	for _, c := range []struct {
		method, target, accept string
		isPage                 bool
	}{
		{http.MethodGet, "/nope", browser, true},
		{http.MethodHead, "/nope", browser, true},
		{http.MethodGet, "/docs/", "application/json, TEXT/HTML;q=0.1", true},
		{http.MethodGet, "/v1.0/deviceAppManagement", browser, true},
		{http.MethodGet, "/betamax", browser, true},
		{http.MethodGet, "/favicon.ico", "image/avif,image/webp,*/*;q=0.8", false},
		{http.MethodGet, "/nope", "*/*", false},
		{http.MethodGet, "/nope", "", false},
		{http.MethodPost, "/nope", browser, false},
		{http.MethodGet, "/beta", browser, false},
		{http.MethodGet, "/BETA/", browser, false},
		{http.MethodGet, "/beta/nope", browser, false},
	} {
		w := ask(pages, c.method, c.target, http.Header{"Accept": {c.accept}})
		if !c.isPage {
			if w.Code != http.StatusTeapot {
				t.Errorf("%s %s, Accept: %s does not reach the API: %d", c.method, c.target, c.accept, w.Code)
			}
			continue
		}
		if w.Code != http.StatusNotFound || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'; ") || !strings.Contains(w.Body.String(), "No such page") {
			t.Errorf("%s %s: %d %v %s", c.method, c.target, w.Code, w.Header(), w.Body)
		}
	}
}

func TestTheContractIsServed(t *testing.T) {
	contract, err := os.ReadFile(filepath.Join("..", "..", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if w := ask(newPages(t), http.MethodGet, "/openapi.yaml", nil); !bytes.Equal(w.Body.Bytes(), contract) {
		t.Error("/openapi.yaml differs from openapi.yaml; run make gen")
	}
}

func TestSwaggerUIIsSentAsGzip(t *testing.T) {
	w := ask(newPages(t), http.MethodGet, "/docs/swagger-ui-bundle.js", nil)
	unzip, err := gzip.NewReader(w.Body)
	if err != nil || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal(err, w.Header())
	}
	if script, err := io.ReadAll(unzip); err != nil || !bytes.Contains(script, []byte("SwaggerUIBundle")) {
		t.Error(err)
	}
}

// The page loads at once, and its source is quick to read.
func TestThePageIsSmall(t *testing.T) {
	var size int
	names, err := filepath.Glob("page/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		size += len(body)
	}
	if size > 60_000 {
		t.Errorf("server/web/page has %d bytes, want at most 60,000", size)
	}
}

// TestThePageHasTheErrorCodes compares the file for the page's scripts with what the explain command knows.
func TestThePageHasTheErrorCodes(t *testing.T) {
	w := ask(newPages(t), http.MethodGet, "/web/errorcodes.json", nil)
	body, err := gzip.NewReader(w.Body)
	if err != nil || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal(err, w.Header())
	}
	var known map[string]struct{ Meaning, Action string }
	if err := json.NewDecoder(body).Decode(&known); err != nil {
		t.Fatal(err)
	}
	for number, code := range errorcodes.All() {
		hex := errorcodes.Hex(number)
		if known[hex].Meaning != code.Meaning || known[hex].Action != code.Action {
			t.Errorf("%s: %+v, want %+v", hex, known[hex], code)
		}
		delete(known, hex)
	}
	if len(known) > 0 {
		t.Errorf("the page has other codes: %v", known)
	}
}

func TestAnAppIDIsEscapedInThePage(t *testing.T) {
	pages, err := web.New(http.NotFoundHandler(), web.Options{App: `"><script>`})
	if err != nil {
		t.Fatal(err)
	}
	if w := ask(pages, http.MethodGet, "/", nil); !strings.Contains(w.Body.String(), `data-app="&#34;&gt;&lt;script&gt;"`) {
		t.Error(w.Body)
	}
}
