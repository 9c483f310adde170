package auth

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"installstatus/api"
)

// from returns the status of a request from an address with a token, or without one if token is "": 200, 401 or 429.
func (w *workshop) from(remoteAddr, token string) (status int, header map[string]string) {
	r := &http.Request{RemoteAddr: remoteAddr, Header: http.Header{}}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	_, err := w.Authenticate(r)
	var refused *api.Error
	if errors.As(err, &refused) {
		return refused.Status, refused.Header
	}
	return http.StatusOK, nil
}

// fail makes an address reach the limit of failures.
func (w *workshop) fail(t testing.TB, remoteAddr string) {
	t.Helper()
	for i := range maxFailures {
		if status, _ := w.from(remoteAddr, fmt.Sprint("x", i)); status != http.StatusUnauthorized {
			t.Fatalf("failure %d of %s: %d", i+1, remoteAddr, status)
		}
	}
}

func TestAnAddressWithTooManyFailuresIsToldToWait(t *testing.T) {
	shop := newWorkshop(t, 10)
	const address, neighbour = "192.0.2.7:5000", "192.0.2.8:5000"
	known := shop.token(t, "Known")
	shop.from(address, known)
	shop.fail(t, address)
	for _, c := range []struct {
		rule, from, token string
		status            int
	}{
		{"no token", address, "", 429},
		{"a token that is none", address, "x", 429},
		{"a forged token", address, known[:len(known)-8] + "AAAAAAAA", 429},
		{"another port is the same client", "192.0.2.7:1", "", 429},
		{"the address within version 6 is the same client", "[::ffff:192.0.2.7]:1", "", 429},
		{"a token that was verified before", address, known, 200},
		{"a token that was not: many may share the address", address, shop.token(t, "New"), 200},
		{"another address", neighbour, "", 401},
	} {
		t.Run(c.rule, func(t *testing.T) {
			if status, _ := shop.from(c.from, c.token); status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
		})
	}
}

func TestAfterRetryAfterAFailureIs401Again(t *testing.T) {
	shop := newWorkshop(t, 10)
	shop.fail(t, "192.0.2.7:1")
	shop.now = shop.now.Add(12500 * time.Millisecond)
	status, header := shop.from("192.0.2.7:1", "")
	if status != http.StatusTooManyRequests || header["Retry-After"] != "48" || header["WWW-Authenticate"] != "" {
		t.Fatal(status, header)
	}
	seconds, _ := strconv.Atoi(header["Retry-After"])
	shop.now = shop.now.Add(time.Duration(seconds)*time.Second - time.Second)
	if status, _ := shop.from("192.0.2.7:1", ""); status != http.StatusTooManyRequests {
		t.Errorf("a second earlier: %d", status)
	}
	shop.now = shop.now.Add(time.Second)
	if status, _ := shop.from("192.0.2.7:1", ""); status != http.StatusUnauthorized {
		t.Errorf("after Retry-After: %d", status)
	}
	shop.now = shop.now.Add(-time.Hour)
	if status, _ := shop.from("192.0.2.7:1", ""); status != http.StatusUnauthorized {
		t.Errorf("the clock is set back: %d", status)
	}
}

func TestAddressesOfOneClient(t *testing.T) {
	for _, c := range []struct {
		one, other string
		same       bool
	}{
		{"192.0.2.7:1", "192.0.2.7:2", true},
		{"192.0.2.7:1", "192.0.2.8:1", false},
		{"192.0.2.7:1", "[::ffff:192.0.2.7]:1", true},
		{"[2001:db8:0:1::1]:1", "[2001:db8:0:1:ffff::2]:2", true},
		{"[2001:db8:0:1::1]:1", "[2001:db8:0:2::1]:1", false},
		{"[fe80::1%eth0]:1", "[fe80::1%eth1]:1", true},
		{"", "@", true},
		{"", "192.0.2.7:1", false},
	} {
		if same := clientOf(c.one) == clientOf(c.other); same != c.same {
			t.Errorf("%s and %s: %v", c.one, c.other, same)
		}
	}
}

func TestALimitedNumberOfAddressesIsRemembered(t *testing.T) {
	shop := newWorkshop(t, 10)
	for i := range 3 * maxAddresses {
		shop.from(fmt.Sprintf("[2001:db8:%x:%x::1]:1", i>>16, i&0xffff), "")
	}
	if n := shop.failures.addresses.Len(); n != maxAddresses {
		t.Error(n)
	}
}
