package auth_test

import (
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"installstatus/server/auth"
)

// website is an issuer on a real listener.
type website struct {
	*httptest.Server
	document http.HandlerFunc // nil for the right one
}

func newWebsite(t *testing.T, start func(http.Handler) *httptest.Server) *website {
	t.Helper()
	site := new(website)
	site.Server = start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		right := says(object{"issuer": site.URL, "jwks_uri": site.URL + "/keys", "keys": []object{jwk("rsa")}}.json())
		switch {
		case r.URL.Path != documentPath || site.document == nil:
			right(w, r)
		default:
			site.document(w, r)
		}
	}))
	t.Cleanup(site.Close)
	return site
}

func (s *website) start(t *testing.T) error {
	t.Helper()
	discovery, err := auth.NewDiscovery(s.URL, s.Client().Transport, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return discovery.Start(t.Context())
}

func TestKeysAreReadOverTheWire(t *testing.T) {
	for rule, start := range map[string]func(http.Handler) *httptest.Server{"http": httptest.NewServer, "https": httptest.NewTLSServer} {
		t.Run(rule, func(t *testing.T) {
			if err := newWebsite(t, start).start(t); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAFewRedirectsAreFollowedButNotToHTTP(t *testing.T) {
	plain := newWebsite(t, httptest.NewServer)
	times := func(n int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			done := strings.Count(r.URL.RawQuery, "x")
			if done < n {
				redirects(documentPath+"?"+strings.Repeat("x", done+1))(w, r)
				return
			}
			redirects("/right")(w, r)
		}
	}
	for _, c := range []struct {
		rule     string
		start    func(http.Handler) *httptest.Server
		document http.HandlerFunc
		message  string
	}{
		{"one", httptest.NewTLSServer, times(0), ""},
		{"three", httptest.NewTLSServer, times(2), ""},
		{"four", httptest.NewTLSServer, times(3), "more than three times"},
		{"from http to http on loopback", httptest.NewServer, times(0), ""},
		{"from https to http, even on loopback", httptest.NewTLSServer, redirects(plain.URL), "not https"},
		{"from loopback to http elsewhere", httptest.NewServer, redirects("http://issuer.example/"), "not https"},
		{"to a file", httptest.NewServer, redirects("file:///etc/passwd"), "not https"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			site := newWebsite(t, c.start)
			site.document = c.document
			err := site.start(t)
			if c.message == "" && err != nil || c.message != "" && (err == nil || !strings.Contains(err.Error(), c.message)) {
				t.Errorf("error %v, want %q in it", err, c.message)
			}
		})
	}
}

func TestNoMoreThanOneMebibyteIsRead(t *testing.T) {
	spaces := strings.Repeat(" ", 1<<16)
	fill := func(w io.Writer) (written int) {
		for range 1000 {
			n, err := io.WriteString(w, spaces)
			if written += n; err != nil {
				break
			}
		}
		return written
	}
	for rule, document := range map[string]http.HandlerFunc{
		"plain": func(w http.ResponseWriter, _ *http.Request) {
			if written := fill(w); written > 32<<20 {
				t.Errorf("%d bytes were read", written)
			}
		},
		"compressed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			compressed := gzip.NewWriter(w)
			defer compressed.Close()
			fill(compressed)
		},
	} {
		t.Run(rule, func(t *testing.T) {
			site := newWebsite(t, httptest.NewServer)
			site.document = document
			if err := site.start(t); err == nil || !strings.Contains(err.Error(), "longer than 1048576 bytes") {
				t.Errorf("error %v", err)
			}
		})
	}
}
