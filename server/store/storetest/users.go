package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

var users = []rule{
	{"a user status exists while it has rows", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.hasUsers()
		c.create(status.Key{App: "app", User: "user", ID: "1"}, status.Patch{})
		c.create(status.Key{App: "app", User: "user", ID: "2"}, status.Patch{})
		c.create(status.Key{App: "app", ID: "nobody's"}, status.Patch{})
		c.hasUsers(status.UserStatus{ID: "user"})
		c.deletes(status.Key{App: "app", ID: "1"}, status.Cond{}, nil)
		c.hasUsers(status.UserStatus{ID: "user"})
		c.deletes(status.Key{App: "app", ID: "2"}, status.Cond{}, nil)
		c.hasUsers()
	}},
	{"a user status counts its devices by installState", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for state := range 7 {
			for n := range state + 1 {
				patch := status.PatchOf(status.Status{InstallState: installState(state), MobileAppInstallStatusValue: installState(state + 1)}, "installState", "mobileAppInstallStatusValue")
				c.create(status.Key{App: "app", User: "user", ID: fmt.Sprint(state, n)}, patch)
			}
		}
		want := status.UserStatus{ID: "user", InstalledDeviceCount: 1, FailedDeviceCount: 2, NotInstalledDeviceCount: 3}
		c.hasUsers(want)
		c.update(status.Key{App: "app", ID: "1 0"}, status.PatchOf(status.Status{InstallState: status.InstallStateInstalled}, "installState"), status.Cond{})
		want.InstalledDeviceCount, want.FailedDeviceCount = 2, 1
		c.hasUsers(want)
	}},
	{"a user status has the names of the row with the latest lastSyncDateTime and then the greatest id", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for id, row := range map[string]struct{ synced, userName, upn string }{
			"b": {"2017-01-01T00:00:00+00:01", "earlier in UTC", "b"},
			"a": {"2016-12-31T23:59:30.5Z", "null", "null"},
			"C": {"2016-12-31T19:59:30.500-04:00", "same instant, lesser id", "C"},
		} {
			patch := status.PatchOf(status.Status{LastSyncDateTime: dateTime(row.synced)}, "lastSyncDateTime")
			if row.userName != "null" {
				set(&patch, "userName", query.TextValue(row.userName))
				set(&patch, "userPrincipalName", query.TextValue(row.upn))
			}
			c.create(status.Key{App: "app", User: "user", ID: id}, patch)
		}
		c.hasUsers(status.UserStatus{ID: "user"})
		c.update(status.Key{App: "app", ID: "C"}, status.PatchOf(status.Status{LastSyncDateTime: dateTime("2016-12-31T23:59:30.500000001Z")}, "lastSyncDateTime"), status.Cond{})
		c.hasUsers(status.UserStatus{ID: "user", UserName: status.TextOf("same instant, lesser id"), UserPrincipalName: status.TextOf("C")})
	}},
	{"a filter compares a user status's own values, not those of its rows", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for n, name := range []string{"anna@contoso.com", "bert@contoso.com"} {
			patch := everything(n)
			set(&patch, "userPrincipalName", query.TextValue(name))
			set(&patch, "installState", query.TextValue("failed"))
			c.create(status.Key{App: "app", User: "user", ID: fmt.Sprint(n)}, patch)
		}
		for name, found := range map[string]int{"anna@contoso.com": 0, "bert@contoso.com": 1} {
			page := c.users(status.Query{App: "app", Query: query.Query{Limit: 1, Count: true, Filter: query.And{
				Left:  query.Comparison{Property: "userPrincipalName", Operator: query.Equal, Value: query.TextValue(name)},
				Right: query.Comparison{Property: "failedDeviceCount", Operator: query.Equal, Value: query.NumberValue(2)},
			}}})
			if len(page.Rows) != found || page.Count != found {
				t.Errorf("%s: %+v, want %d user statuses", name, page, found)
			}
		}
	}},
	{"a list contains the user statuses of its app and its tenant, in the byte order of their ids", func(t *testing.T, e Engine) {
		c := e.caller(t)
		ids := oddKeys()
		for _, id := range ids {
			c.create(status.Key{App: "app", User: id, ID: "of " + id}, status.Patch{})
		}
		c.create(status.Key{App: "App", User: "another app's", ID: "id"}, status.Patch{})
		c.as("other").create(status.Key{App: "app", User: "another tenant's", ID: "id"}, status.Patch{})
		slices.Sort(ids)
		var want []status.UserStatus
		for _, id := range ids {
			want = append(want, status.UserStatus{ID: id})
		}
		c.hasUsers(want...)
		c.as("other").hasUsers(status.UserStatus{ID: "another tenant's"})
		c.as("third").hasUsers()
		for _, id := range ids {
			page := c.users(status.Query{App: "app", User: id, Query: query.Query{Limit: 2, Count: true}})
			if !slices.Equal(page.Rows, []status.UserStatus{{ID: id}}) || page.More || page.Count != 1 {
				t.Errorf("listing only %.40q: %+v", id, page)
			}
		}
		if page := c.users(status.Query{App: "app", User: "another app's", Query: query.Query{Limit: 1, Count: true}}); len(page.Rows) > 0 || page.Count > 0 {
			t.Errorf("another app's user is found: %+v", page)
		}
	}},
	{"pages of user statuses add up to the list, in every order", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for n := range 20 {
			for device := range 1 + n%3 {
				c.create(status.Key{App: "app", User: fmt.Sprintf("user %02d", n), ID: fmt.Sprint(n, device)}, status.PatchOf(status.Status{InstallState: installState(device)}, "installState"))
			}
		}
		for _, order := range [][]query.Order{nil, {{Property: "failedDeviceCount", Descending: true}}, {{Property: "userName"}, {Property: query.ID, Descending: true}}} {
			want := c.users(status.Query{App: "app", Query: query.Query{Order: order, Limit: 20}}).Rows
			var got []status.UserStatus
			for q, more := (status.Query{App: "app", Query: query.Query{Order: order, Limit: 3}}), true; more; {
				page := c.users(q)
				got = append(got, page.Rows...)
				q.After, more = q.CursorOf(got[len(got)-1]), page.More
			}
			if !slices.Equal(got, want) {
				t.Errorf("ordered by %v, the pages contain %+v, the list %+v", order, got, want)
			}
		}
	}},
	{"a page of the longest user statuses has fewer than its limit", func(t *testing.T, e Engine) {
		c := e.caller(t)
		long := status.TextOf(strings.Repeat("\U0010ffff", 8192))
		for n := range 80 {
			c.create(status.Key{App: "app", User: fmt.Sprint(n), ID: fmt.Sprint(n)}, status.PatchOf(status.Status{UserName: long, UserPrincipalName: long}, "userName", "userPrincipalName"))
		}
		if page := c.users(status.Query{App: "app", Query: query.Query{Limit: 1000}}); len(page.Rows) > 70 || !page.More {
			t.Errorf("a page has %d user statuses, more %t; want at most 70, more true", len(page.Rows), page.More)
		}
	}},
	{"ListUsers returns the error of a context that has ended", func(t *testing.T, e Engine) {
		c := e.caller(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.store.ListUsers(ended, c.tenant, status.Query{App: "app", Query: query.Query{Limit: 1}}); !errors.Is(err, context.Canceled) {
			t.Errorf("ListUsers: %v, want Canceled", err)
		}
	}},
}

func (c caller) users(q status.Query) status.UserPage {
	c.Helper()
	page, err := c.store.ListUsers(context.Background(), c.tenant, q)
	if err != nil {
		c.Fatalf("listing users by %+v: %v", q, err)
	}
	return page
}

// hasUsers asserts that the app "app" has these user statuses, in this order, and no others.
func (c caller) hasUsers(want ...status.UserStatus) {
	c.Helper()
	page := c.users(status.Query{App: "app", Query: query.Query{Limit: 1000, Count: true}})
	if !slices.Equal(page.Rows, want) || page.More || page.Count != len(want) {
		c.Fatalf("the users are %.500v, more %t, count %d; want %.500v", page.Rows, page.More, page.Count, want)
	}
}
