package crossorigin

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a request has, only a page of the one allowed origin in it can read the response, no page sends cookies, and caches
// keep the response for one origin.
func TestOnlyAPageOfAnAllowedOriginReadsTheResponse(t *testing.T) {
	allowed := []string{"https://app.example", "http://localhost:3000", "null"}
	policy := Policy{
		Allows:  func(origin string) bool { return slices.Contains(allowed, origin) },
		Methods: []string{http.MethodGet, http.MethodPatch},
		Exposed: []string{"Etag"},
	}
	origins := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom(allowed),
		rapid.SampledFrom([]string{"", "*", "https://evil.example", "HTTPS://app.example", "https://app.example/", "https://app.example:443", "file://", "https://app.example, null"}),
		rapid.StringMatching(`[ -~\x80-\xff]{0,20}`),
	), 0, 3)
	methods := rapid.SampledFrom([]string{"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "options", "*", "PROPFIND"})
	rapid.Check(t, func(t *rapid.T) {
		request := httptest.NewRequest(http.MethodGet, "/beta", http.NoBody)
		request.Method = rapid.OneOf(rapid.Just(http.MethodOptions), methods).Draw(t, "method")
		request.Header = http.Header{"Origin": origins.Draw(t, "origins")}
		asked := ""
		if rapid.Bool().Draw(t, "asks") {
			asked = methods.Draw(t, "asked")
			request.Header.Set("Access-Control-Request-Method", asked)
		}
		for _, name := range []string{"Access-Control-Request-Headers", "Access-Control-Request-Private-Network", "Cookie", "Authorization"} {
			if rapid.Bool().Draw(t, name) {
				request.Header.Set(name, rapid.SampledFrom([]string{"true", "authorization,content-type", "*", "", ",", "a b"}).Draw(t, "value"))
			}
		}
		reached := false
		recorder := httptest.NewRecorder()
		Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			reached = true
			w.Header().Add("Vary", "Accept")
			w.WriteHeader(http.StatusNotFound)
		}), policy).ServeHTTP(recorder, request)

		from := request.Header["Origin"]
		isAllowed := len(from) == 1 && slices.Contains(allowed, from[0])
		isPreflight := request.Method == http.MethodOptions && asked != ""
		sent := request.Method
		if isPreflight {
			sent = asked
		}
		isReadable := isAllowed && (slices.Contains(policy.Methods, sent) || sent == http.MethodOptions)
		header := recorder.Header()
		want := ""
		if isReadable {
			want = from[0]
		}
		if got := header.Get("Access-Control-Allow-Origin"); got != want || len(header.Values("Access-Control-Allow-Origin")) > 1 {
			t.Fatalf("Access-Control-Allow-Origin: %q, want %q", got, want)
		}
		if reached == (isAllowed && isPreflight) {
			t.Fatalf("the handler is reached: %v", reached)
		}
		if !strings.Contains(strings.Join(header.Values("Vary"), ", "), "Origin") || reached && !slices.Contains(header.Values("Vary"), "Accept") {
			t.Fatalf("Vary: %q", header.Values("Vary"))
		}
		for name := range header {
			if name == "Access-Control-Allow-Credentials" || !isReadable && strings.HasPrefix(name, "Access-Control-") {
				t.Fatalf("%s: %s", name, header.Get(name))
			}
		}
	})
}
