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

// cache keeps the most recently used verified tokens by their hash. It accepts no token that a new verification would refuse:
// it allows no leeway, notices a clock that was set back, and drops tokens after their issuer's keys changed.
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

// hashOf does not allocate for a token of the usual length: the copy is on the stack.
func hashOf(token string) [sha256.Size]byte {
	var usual [2 << 10]byte
	return sha256.Sum256(append(usual[:0], token...))
}

func (e cached) servesAt(now time.Time) bool {
	return !now.Before(e.notBefore) && now.Before(e.expires)
}

// ownCopy returns a caller that shares no slice with the cached one, so that no request can change another's permissions.
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
