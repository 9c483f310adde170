package main

import (
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"installstatus/api"
)

// throttleFlags say whose limits clients are tested against.
type throttleFlags struct {
	Throttle string `default:"" enum:",intune" help:"Refuse what Microsoft Intune would, to test clients: intune, its limits for an app and for a tenant. Each process counts by itself. Nothing by default." placeholder:"LIMITS"`
}

// throttle is nil where there are no limits.
func (f throttleFlags) throttle() (*throttle, error) {
	if f.Throttle == "" {
		return nil, nil
	}
	return newThrottle(time.Now)
}

// limit is how many requests are served within a throttlePeriod.
type limit struct {
	writes bool // count only those that may change something
	app    bool // count for each app of a tenant, and not for the tenant as a whole
	most   int
	says   string
}

// throttlePeriod and intuneLimits are what Microsoft documents for Intune's applications.
const throttlePeriod = 20 * time.Second

var intuneLimits = []limit{
	{writes: true, app: true, most: 100, says: "for one app of a tenant, 100 changes"},
	{writes: true, most: 200, says: "for one tenant, 200 changes"},
	{app: true, most: 1000, says: "for one app of a tenant, 1,000 requests"},
	{most: 2000, says: "for one tenant, 2,000 requests"},
}

// throttle keeps limits so that clients meet them in a test. It counts only the requests that it lets pass: after the time
// that it names, a request is served, unless others came before. When there are more than a thousand apps and tenants, it
// forgets those that were asked for least recently, even those in use.
type throttle struct {
	now    func() time.Time
	began  time.Time
	mutex  sync.Mutex
	served *lru.Cache[counted, []time.Duration] // when, since it began; the oldest first
}

// counted is what requests are counted for.
type counted struct {
	tenant, app string // "" for all apps
	writes      bool
}

const maxCounted = 4 * 1000

func newThrottle(now func() time.Time) (*throttle, error) {
	served, err := lru.New[counted, []time.Duration](maxCounted)
	if err != nil {
		return nil, fmt.Errorf("counting requests: %w", err)
	}
	return &throttle{now: now, began: now(), served: served}, nil
}

// admit is an api.TooManyRequests where a request would exceed a limit.
func (t *throttle) admit(request api.Admission) error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	now := t.now().Sub(t.began)
	var reached limit
	var wait time.Duration
	for _, l := range intuneLimits {
		if !l.counts(request) {
			continue
		}
		if served := t.recent(l.of(request), now); len(served) >= l.most {
			if after := served[0] + throttlePeriod - now; after > wait {
				reached, wait = l, after
			}
		}
	}
	if wait > 0 {
		return api.TooManyRequests(fmt.Sprintf("Too many requests: %s in %d seconds are the limit. Send the request again after the time in Retry-After.",
			reached.says, throttlePeriod/time.Second), wait)
	}
	for _, l := range intuneLimits {
		if l.counts(request) {
			t.served.Add(l.of(request), append(t.recent(l.of(request), now), now))
		}
	}
	return nil
}

func (l limit) counts(request api.Admission) bool { return request.Write || !l.writes }

func (l limit) of(request api.Admission) counted {
	c := counted{tenant: request.Tenant, writes: l.writes}
	if l.app {
		c.app = request.App
	}
	return c
}

// recent is when the requests of the last throttlePeriod were served.
func (t *throttle) recent(of counted, now time.Duration) []time.Duration {
	served, _ := t.served.Get(of)
	for len(served) > 0 && now-served[0] >= throttlePeriod {
		served = served[1:]
	}
	return served
}
