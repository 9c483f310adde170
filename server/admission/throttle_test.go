package admission

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"installstatus/api"
)

// throttled is a throttle with a manual clock.
type throttled struct {
	*Throttle
	passed time.Duration
}

func newThrottled(t interface{ Fatal(...any) }) *throttled {
	h := new(throttled)
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var err error
	if h.Throttle, err = NewThrottle(func() time.Time { return began.Add(h.passed) }); err != nil {
		t.Fatal(err)
	}
	return h
}

// retryAfter returns the Retry-After of a request, or 0 if it is served.
func (h *throttled) retryAfter(t interface{ Fatal(...any) }, request api.Admission) time.Duration {
	var refused *api.Error
	if !errors.As(h.Admit(request), &refused) {
		return 0
	}
	seconds, err := strconv.Atoi(refused.Header["Retry-After"])
	if err != nil || seconds < 1 || refused.Status != http.StatusTooManyRequests {
		t.Fatal(refused.Status, refused.Header)
	}
	return time.Duration(seconds) * time.Second
}

// admitted returns how many of the requests are served, one each millisecond.
func (h *throttled) admitted(t testing.TB, requests ...api.Admission) (served int) {
	for _, request := range requests {
		if h.retryAfter(t, request) == 0 {
			served++
		}
		h.passed += time.Millisecond
	}
	return served
}

func repeated(request api.Admission, times int) []api.Admission {
	requests := make([]api.Admission, times)
	for i := range requests {
		requests[i] = request
	}
	return requests
}

// spread returns requests to the apps in turn.
func spread(request api.Admission, times, apps int) []api.Admission {
	requests := repeated(request, times)
	for i := range requests {
		requests[i].App = fmt.Sprint("app ", i%apps)
	}
	return requests
}

func TestIntunesLimitsAreKept(t *testing.T) {
	read := api.Admission{Tenant: "a", App: "app"}
	write := api.Admission{Tenant: "a", App: "app", Write: true}
	for name, c := range map[string]struct {
		requests []api.Admission
		served   int
	}{
		"100 changes for an app":        {repeated(write, 120), 100},
		"200 changes for a tenant":      {spread(write, 250, 5), 200},
		"1,000 requests for an app":     {repeated(read, 1200), 1000},
		"2,000 requests for a tenant":   {spread(read, 2500, 5), 2000},
		"changes are requests too":      {append(repeated(write, 100), repeated(read, 1000)...), 1000},
		"requests are no changes":       {append(repeated(read, 500), repeated(write, 100)...), 600},
		"a tenant has its own":          {append(repeated(write, 120), repeated(api.Admission{Tenant: "b", App: "app", Write: true}, 120)...), 200},
		"what is refused is not served": {append(repeated(write, 1500), repeated(read, 950)...), 1000},
	} {
		t.Run(name, func(t *testing.T) {
			if served := newThrottled(t).admitted(t, c.requests...); served != c.served {
				t.Errorf("%d are served, want %d", served, c.served)
			}
		})
	}
}

func TestARequestIsServedAfterRetryAfterAndNotASecondEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newThrottled(t)
		for range rapid.IntRange(1, 600).Draw(t, "requests") {
			h.passed += time.Duration(rapid.IntRange(0, 300).Draw(t, "ms")) * time.Millisecond
			request := api.Admission{
				Tenant: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "tenant"),
				App:    rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "app"),
				Write:  rapid.Bool().Draw(t, "write"),
			}
			wait := h.retryAfter(t, request)
			if wait == 0 {
				continue
			}
			asked := h.passed
			if h.passed = asked + wait - time.Second; wait > time.Second && h.retryAfter(t, request) == 0 {
				t.Fatalf("Retry-After is %s, and it is served a second earlier", wait)
			}
			if h.passed = asked + wait; h.retryAfter(t, request) != 0 {
				t.Fatalf("it is refused again after the %s of Retry-After", wait)
			}
		}
	})
}

func TestNoTwentySecondsHaveMoreThanTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newThrottled(t)
		var served []time.Duration
		for range rapid.IntRange(100, 700).Draw(t, "requests") {
			h.passed += time.Duration(rapid.IntRange(0, 200).Draw(t, "ms")) * time.Millisecond
			if h.retryAfter(t, api.Admission{Tenant: "a", App: "1", Write: true}) == 0 {
				served = append(served, h.passed)
			}
		}
		for i := 100; i < len(served); i++ {
			if served[i]-served[i-100] < throttlePeriod {
				t.Fatalf("101 changes within %s", served[i]-served[i-100])
			}
		}
	})
}

func TestTheThrottleKeepsALimitedNumberOfCounters(t *testing.T) {
	h := newThrottled(t)
	for i := range 10 * maxCounters {
		h.admitted(t, api.Admission{Tenant: fmt.Sprint(i), App: "app", Write: true})
	}
	if h.served.Len() > maxCounters {
		t.Error(h.served.Len())
	}
}
