package ops

import (
	"net/http"

	"installstatus/api"
	"installstatus/api/status"
)

// Instruments measure a server: either Metrics or Off.
type Instruments interface {
	// Store returns the store with its calls measured.
	Store(store status.Store) status.Store
	// Active returns the handler with its requests in flight counted.
	Active(next http.Handler) http.Handler
	// Observe records a request of the API.
	Observe(x api.Exchange)
	// Lookups records the hits and misses of the cache of verified tokens.
	Lookups(lookups func() (hits, misses uint64))
}

var (
	_ Instruments = (*Metrics)(nil)
	_ Instruments = Off{}
)

// Off measures nothing.
type Off struct{}

// Store implements Instruments.
func (Off) Store(store status.Store) status.Store { return store }

// Active implements Instruments.
func (Off) Active(next http.Handler) http.Handler { return next }

// Observe implements Instruments.
func (Off) Observe(api.Exchange) {}

// Lookups implements Instruments.
func (Off) Lookups(func() (hits, misses uint64)) {}
