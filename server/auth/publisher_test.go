package auth_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"installstatus/server/auth"
)

const documentPath = "/.well-known/openid-configuration"

// publisher is the web server of an issuer. It works without a network, so that time can be faked.
type publisher struct {
	mutex   sync.Mutex
	keys    []object
	failing http.HandlerFunc // if not nil, answers instead of the documents
	reads   []time.Time      // of the discovery document, the first of every refresh
	written bytes.Buffer
}

func publish(keyNames ...string) *publisher {
	p := new(publisher)
	p.rotate(keyNames...)
	return p
}

func (p *publisher) rotate(keyNames ...string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.keys = nil
	for _, name := range keyNames {
		p.keys = append(p.keys, jwk(name))
	}
}

// fail sets how every request is answered from now on; nil ends that.
func (p *publisher) fail(with http.HandlerFunc) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.failing = with
}

func (p *publisher) refreshes() []time.Time {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.reads
}

func (p *publisher) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "issuer.example" || r.URL.Scheme != "https" {
		return nil, errors.New("no such host")
	}
	recorder := httptest.NewRecorder()
	p.handler(r.URL.Path)(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if recorder.Code == hungUp {
		return nil, errors.New("connection refused")
	}
	return recorder.Result(), nil
}

func (p *publisher) handler(path string) http.HandlerFunc {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if path == documentPath {
		p.reads = append(p.reads, time.Now())
	}
	switch {
	case p.failing != nil:
		return p.failing
	case path == documentPath:
		return says(object{"issuer": issuer, "jwks_uri": issuer + "keys"}.json())
	case path == "/keys":
		return says(object{"keys": p.keys}.json())
	}
	return answers(http.StatusNotFound)
}

// hungUp is the status that RoundTrip turns into no answer.
const hungUp = 999

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(text)) }
}

func answers(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func redirects(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

// hangs does not answer before the request is canceled.
func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// after answers like the publisher, some time later.
func (p *publisher) after(delay time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(delay):
		case <-r.Context().Done():
			return
		}
		p.mutex.Lock()
		keys := object{"keys": p.keys}
		p.mutex.Unlock()
		if r.URL.Path == documentPath {
			keys = object{"issuer": issuer, "jwks_uri": issuer + "keys"}
		}
		says(keys.json())(w, r)
	}
}

func (p *publisher) discovery(t testing.TB) *auth.Discovery {
	t.Helper()
	discovery, err := auth.NewDiscovery(issuer, p, slog.New(slog.NewTextHandler(p, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return discovery
}

// follow returns a Verifier that follows the publisher until the test ends. Its clock always shows noon.
func (p *publisher) follow(t testing.TB) *auth.Verifier {
	t.Helper()
	discovery := p.discovery(t)
	config := goodConfig(t)
	config.Issuers = []auth.Issuer{{Name: issuer, Keys: discovery}}
	verifier := newVerifier(t, config)
	if err := discovery.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return verifier
}

// Write implements io.Writer for the log.
func (p *publisher) Write(line []byte) (int, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.written.Write(line)
}

func (p *publisher) logged() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.written.String()
}

func (p *publisher) warnings() int { return strings.Count(p.logged(), "level=WARN") }
