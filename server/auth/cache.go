package auth

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"installstatus/api"
)

// cache remembers the verified tokens that were used last, by their hash. It accepts none that a new verification would
// refuse: it grants no leeway, heeds a clock that was set back, and forgets the tokens whose issuer's keys have changed.
type cache struct {
	hits, misses atomic.Uint64

	entries *lru.Cache[[sha256.Size]byte, cached]
}

type cached struct {
	caller    api.Caller
	by        voucher
	notBefore time.Time
	expires   time.Time
}

func newCache(size int) (*cache, error) {
	entries, err := lru.New[[sha256.Size]byte, cached](size)
	if err != nil {
		return nil, fmt.Errorf("a cache of %d tokens: %w", size, err)
	}
	return &cache{entries: entries}, nil
}

func (c *cache) get(token string, now time.Time) (api.Caller, bool) {
	entry, ok := c.entries.Get(hashOf(token))
	if !ok || !entry.servesAt(now) || !entry.by.inForce() {
		c.misses.Add(1)
		return api.Caller{}, false
	}
	c.hits.Add(1)
	return ownCopy(entry.caller), true
}

func (c *cache) put(token string, verified claims, by voucher, now time.Time) {
	entry := cached{
		caller:    ownCopy(verified.caller()),
		by:        by,
		notBefore: later(verified.notBefore, verified.issuedAt),
		expires:   verified.expires,
	}
	if entry.servesAt(now) {
		c.entries.Add(hashOf(token), entry)
	}
}

// hashOf allocates nothing for a token of the usual length: its copy is on the stack.
func hashOf(token string) [sha256.Size]byte {
	var usual [2 << 10]byte
	return sha256.Sum256(append(usual[:0], token...))
}

func (e cached) servesAt(now time.Time) bool {
	return !now.Before(e.notBefore) && now.Before(e.expires)
}

// ownCopy shares no slice with the caller in the cache, so that nobody can change the permissions of the next request.
func ownCopy(caller api.Caller) api.Caller {
	caller.Scopes = slices.Clone(caller.Scopes)
	caller.Roles = slices.Clone(caller.Roles)
	return caller
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
