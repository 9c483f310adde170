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
	maxFailures   = 1000 // of one address within failureWindow
	failureWindow = time.Minute
	maxAddresses  = 10_000 // that are remembered, those that failed last
)

// failures counts the requests of each address that were refused, and tells an address with too many of them to wait.
//
// It never keeps a token from being looked at. Many users may share an address, and each of them comes with a new token
// every hour: whoever refused tokens unseen would lock them all out as soon as one of them, or somebody who shares their
// address on purpose, fails often enough. Nor would it save anything, for a signature is checked in less time than the
// rest of a request takes, and to guess one is hopeless at any rate. What an address gains by failing is an answer: so
// that answer no longer says why, and a program that fails in a loop is told when to come again.
type failures struct {
	mutex     sync.Mutex
	addresses *lru.Cache[netip.Prefix, window]
}

// window counts from its first failure on.
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

// add counts a refused request, and gives what it is answered with: the refusal, or from too many on a 429.
func (f *failures) add(remoteAddr string, refusal error, now time.Time) error {
	client := clientOf(remoteAddr)
	f.mutex.Lock()
	defer f.mutex.Unlock()
	w, _ := f.addresses.Get(client)
	if passed := now.Sub(w.began); passed < 0 || passed >= failureWindow {
		w = window{began: now}
	}
	if w.count == maxFailures {
		return api.TooManyRequests("Too many requests of this address had no access token, or none that is accepted. "+
			"Send one that is, or wait for the time in Retry-After.", w.began.Add(failureWindow).Sub(now))
	}
	w.count++
	f.addresses.Add(client, w)
	return refusal
}

// clientOf is whom an address with a port stands for. In version 6 that is all of the last 64 bits, of which every
// machine has as many as it likes. What is no address stands for one client.
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
