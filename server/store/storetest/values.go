package storetest

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"installstatus/api/status"
)

var values = []rule{
	{"a patch of one property keeps the others", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for _, p := range properties() {
			key := status.Key{App: "app", ID: p.name}
			want := p.to(2).Apply(c.create(key, everything(1)))
			if got := c.update(key, p.to(2), status.Cond{}); got != want {
				t.Errorf("%s: updated to %+v, want %+v", p.name, got, want)
			}
			c.finds(key, want)
		}
	}},
	{"a new row can be created with any single property", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for _, p := range properties() {
			key := status.Key{App: "app", ID: p.name}
			c.create(key, p.to(1))
			c.finds(key, p.to(1).Apply(status.New(p.name)))
		}
	}},
	{"null clears a string, which can then be set again", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for _, p := range properties() {
			if !p.nullable {
				continue
			}
			var null status.Patch
			p.clear(&null)
			key := status.Key{App: "app", ID: p.name}
			full := c.create(key, everything(1))
			c.update(key, null, status.Cond{})
			c.finds(key, null.Apply(full))
			c.update(key, p.to(1), status.Cond{})
			c.finds(key, full)

			unnamed := status.Key{App: "app", ID: "without " + p.name}
			c.create(unnamed, null)
			c.finds(unnamed, status.New(unnamed.ID))
		}
	}},
	{"an empty string is not null", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		c.create(key, status.PatchOf(status.Status{DeviceName: status.TextOf("")}, "deviceName"))
		if got := c.get(key); got.DeviceName != status.TextOf("") || got.DeviceID != (status.Text{}) {
			t.Fatalf("deviceName is %+v, deviceId is %+v; want an empty string and null", got.DeviceName, got.DeviceID)
		}
	}},
	{"an empty patch changes nothing", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		before := c.create(key, everything(1))
		if after := c.update(key, status.Patch{}, status.Cond{}); after != before || after.ETag() != before.ETag() {
			t.Fatalf("updated to %+v, want %+v", after, before)
		}
		c.finds(key, before)
	}},
	{"a patch to the current values changes nothing", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		before := c.create(key, everything(1))
		c.update(key, everything(1), status.Cond{})
		c.finds(key, before)
	}},
	{"lastSyncDateTime is returned as it was sent, with its instant", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		c.create(key, status.Patch{})
		for _, text := range []string{
			"2017-01-01T00:02:49.3205976-08:00", "2017-01-01T08:02:49.3205976Z", "2017-01-01T08:02:49.3205976+00:00",
			"2017-01-01T08:02:49.3205976-00:00", "2017-01-01T08:02:49.32059760Z", "0001-01-01T00:00:00Z",
			"9999-12-31T23:59:59.999999999Z", "2017-01-01T08:02:49.12345678901234567890Z", "2016-02-29T23:59:59+23:59",
			"0001-01-01T12:00:00+12:00",
		} {
			want := dateTime(text)
			c.update(key, status.PatchOf(status.Status{LastSyncDateTime: want}, "lastSyncDateTime"), status.Cond{})
			if got := c.get(key).LastSyncDateTime; got != want {
				t.Errorf("%s is returned as %s, instant %s; want instant %s", text, got, got.Instant(), want.Instant())
			}
		}
	}},
	{"errorCode holds every int32", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		c.create(key, status.Patch{})
		for _, want := range []int32{math.MinInt32, math.MaxInt32, -1, 0, 1, -2016345060} {
			c.update(key, status.PatchOf(status.Status{ErrorCode: want}, "errorCode"), status.Cond{})
			if got := c.get(key).ErrorCode; got != want {
				t.Errorf("set to %d, reads as %d", want, got)
			}
		}
	}},
	{"installState holds every member", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		c.create(key, status.Patch{})
		for n := range 7 {
			c.update(key, status.PatchOf(status.Status{InstallState: installState(n)}, "installState"), status.Cond{})
			if got := c.get(key).InstallState; got != installState(n) {
				t.Errorf("set to %s, reads as %s", installState(n), got)
			}
		}
	}},
	{"strings are returned byte for byte", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for i, want := range append(oddKeys(), "", "\r\n\x01\x7f", strings.Repeat("\U0010ffff", 8192)) {
			key := status.Key{App: "app", ID: fmt.Sprint(i)}
			patch := allTexts(want)
			c.create(key, patch)
			c.finds(key, patch.Apply(status.New(key.ID)))
		}
	}},
}
