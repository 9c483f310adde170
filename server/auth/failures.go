package auth

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"installstatus/api"
)

const (
	maxFailures   = 1000 // per address within failureWindow
	failureWindow = time.Minute
	maxAddresses  = 10_000 // that are remembered, the last ones that failed
)

// failures counts the refused requests of each address, and tells an address with too many of them to wait.
//
// It never keeps a token from being verified. Many users may share an address, and each of them brings a new token every
// hour: refusing tokens unseen would lock all of them out as soon as one user, or an attacker behind the same address, fails
// often enough. It would not save anything either: verifying a signature takes less time than the rest of a request, and
// guessing one is hopeless. A failing address learns from the answers, so after the limit they no longer say why, and a
// program that fails in a loop is told when to try again.
type failures struct {
	mutex     sync.Mutex
	addresses *lru.Cache[netip.Prefix, window]
}

// window starts with its first failure.
type window struct {
	began time.Time
	count int
}

func newFailures() (*failures, error) {
	addresses, err := lru.New[netip.Prefix, window](maxAddresses)
	if err != nil {
		return nil, fmt.Errorf("remembering %d addresses: %w", maxAddresses, err)
	}
	return &failures{addresses: addresses}, nil
}

// add counts a refused request, and returns its answer: the refusal, or a 429 after too many.
func (f *failures) add(remoteAddr string, refusal error, now time.Time) error {
	client := clientOf(remoteAddr)
	f.mutex.Lock()
	defer f.mutex.Unlock()
	w, _ := f.addresses.Get(client)
	if passed := now.Sub(w.began); passed < 0 || passed >= failureWindow {
		w = window{began: now}
	}
	if w.count == maxFailures {
		return api.TooManyRequests("Too many requests from this address had no valid access token. "+
			"Send a valid one, or wait for the time in Retry-After.", w.began.Add(failureWindow).Sub(now))
	}
	w.count++
	f.addresses.Add(client, w)
	return refusal
}

// clientOf returns the client behind an address with a port. In IPv6 that is the /64 prefix, because a machine can choose the
// last 64 bits freely. All malformed addresses are one client.
func clientOf(remoteAddr string) netip.Prefix {
	address, err := netip.ParseAddrPort(remoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	ip, bits := address.Addr().Unmap().WithZone(""), 64
	if ip.Is4() {
		bits = 32
	}
	return netip.PrefixFrom(ip, bits).Masked()
}
