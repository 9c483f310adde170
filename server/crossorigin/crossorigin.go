// Package crossorigin lets web pages of other origins send requests and read the responses (CORS). It never allows
// credentials: browsers add no cookies, so a page can do only what the token that it sends allows.
package crossorigin

import (
	"net/http"

	"github.com/rs/cors"
)

// maxAge is how many seconds a browser remembers the answer to a preflight: the maximum in Chromium.
const maxAge = 2 * 60 * 60

// Policy is what the pages of other origins can do.
type Policy struct {
	Allows  func(origin string) bool // receives an Origin header, which may be anything
	Methods []string
	Exposed []string // the response headers that pages can read, besides those that they always can
}

// Handler answers preflights of the origins that the policy allows. It passes every other request to next, and lets these
// origins read the response. A page of one of them can send any header: next ignores those that it does not know.
func Handler(next http.Handler, policy Policy) http.Handler {
	rules := cors.New(cors.Options{
		AllowOriginFunc: policy.Allows,
		AllowedMethods:  policy.Methods,
		AllowedHeaders:  []string{"*"}, // answers with those that a preflight names: browsers do not count Authorization as *
		ExposedHeaders:  policy.Exposed,
		MaxAge:          maxAge,

		AllowPrivateNetwork: true, // the network says nothing about a page: its origin is allowed, and its token decides
	}).Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origins := r.Header["Origin"]; len(origins) == 1 && policy.Allows(origins[0]) {
			rules.ServeHTTP(w, r)
			return
		}
		w.Header().Add("Vary", "Origin")
		next.ServeHTTP(w, r)
	})
}
