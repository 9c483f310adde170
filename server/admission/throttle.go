package admission

import (
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"installstatus/api"
)

// limit is how many requests are served within a throttlePeriod.
type limit struct {
	writes bool // count requests that may change something only
	app    bool // count for each app of a tenant, not for the tenant as a whole
	max    int
	text   string
}

// throttlePeriod and intuneLimits are what Microsoft documents for Intune's applications.
const throttlePeriod = 20 * time.Second

var intuneLimits = []limit{
	{writes: true, app: true, max: 100, text: "for one app of a tenant, 100 changes"},
	{writes: true, max: 200, text: "for one tenant, 200 changes"},
	{app: true, max: 1000, text: "for one app of a tenant, 1,000 requests"},
	{max: 2000, text: "for one tenant, 2,000 requests"},
}

// Throttle keeps Intune's limits, so that clients meet them in a test. It counts only the requests that it admits: after the
// time in Retry-After, a request is served unless others came before. With more than a thousand apps and tenants, it forgets
// the least recently used ones, even if they are in use.
type Throttle struct {
	now    func() time.Time
	began  time.Time
	mutex  sync.Mutex
	served *lru.Cache[counter, []time.Duration] // when requests were served, since began; oldest first
}

// counter identifies what requests are counted for.
type counter struct {
	tenant, app string // app is "" for all apps
	writes      bool
}

const maxCounters = 4 * 1000

// NewThrottle returns a throttle that has counted nothing.
func NewThrottle(now func() time.Time) (*Throttle, error) {
	served, err := lru.New[counter, []time.Duration](maxCounters)
	if err != nil {
		return nil, fmt.Errorf("counting requests: %w", err)
	}
	return &Throttle{now: now, began: now(), served: served}, nil
}

// Admit returns an api.TooManyRequests if a request would exceed a limit. It is an api.Options.Admit.
func (t *Throttle) Admit(request api.Admission) error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	now := t.now().Sub(t.began)
	var reached limit
	var wait time.Duration
	for _, l := range intuneLimits {
		if !l.counts(request) {
			continue
		}
		if served := t.recent(l.counter(request), now); len(served) >= l.max {
			if after := served[0] + throttlePeriod - now; after > wait {
				reached, wait = l, after
			}
		}
	}
	if wait > 0 {
		return api.TooManyRequests(fmt.Sprintf("Too many requests: %s in %d seconds are the limit. Send the request again after the time in Retry-After.",
			reached.text, throttlePeriod/time.Second), wait)
	}
	for _, l := range intuneLimits {
		if l.counts(request) {
			t.served.Add(l.counter(request), append(t.recent(l.counter(request), now), now))
		}
	}
	return nil
}

func (l limit) counts(request api.Admission) bool {
	return (request.Write || !l.writes) && (request.App != "" || !l.app)
}

func (l limit) counter(request api.Admission) counter {
	c := counter{tenant: request.Tenant, writes: l.writes}
	if l.app {
		c.app = request.App
	}
	return c
}

// recent returns when the requests of the last throttlePeriod were served.
func (t *Throttle) recent(c counter, now time.Duration) []time.Duration {
	served, _ := t.served.Get(c)
	for len(served) > 0 && now-served[0] >= throttlePeriod {
		served = served[1:]
	}
	return served
}
