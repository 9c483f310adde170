package front

import "net/http"

// strictTransport makes browsers use HTTPS for a year. It leaves out subdomains, which may be other servers.
const strictTransport = "max-age=31536000"

// ForBrowsers adds the headers that protect users of browsers to every answer: none is taken for another type than it declares
// and, if strict, no later request over the encrypted connection's host goes out unencrypted.
func ForBrowsers(next http.Handler, strict bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Content-Type-Options"] = []string{"nosniff"}
		if strict && r.TLS != nil {
			w.Header()["Strict-Transport-Security"] = []string{strictTransport}
		}
		next.ServeHTTP(w, r)
	})
}
