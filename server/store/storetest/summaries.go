package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"installstatus/api/status"
)

var summaries = []rule{
	{"an app without rows has a summary of zeros", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.sums("app", status.Counts{}, status.Counts{})
		c.create(numbered(1), everything(0))
		c.deletes(numbered(1), status.Cond{}, nil)
		c.sums("app", status.Counts{}, status.Counts{})
	}},
	{"a summary counts devices by installState", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for state := range 7 {
			for n := range state + 1 {
				patch := status.PatchOf(status.Status{InstallState: installState(state), MobileAppInstallStatusValue: installState(state + 1)}, "installState", "mobileAppInstallStatusValue")
				c.create(status.Key{App: "app", ID: fmt.Sprint(state, n)}, patch)
			}
		}
		c.sums("app", status.Counts{Installed: 1, Failed: 2, NotInstalled: 3, PendingInstall: 5, NotApplicable: 7}, status.Counts{})
	}},
	{"a summary counts a user by the states of all its devices", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for states, want := range map[string]status.Counts{
			"installed":                              {Installed: 1},
			"installed installed":                    {Installed: 1},
			"installed unknown":                      {},
			"installed notApplicable":                {},
			"notApplicable":                          {NotApplicable: 1},
			"notApplicable notApplicable":            {NotApplicable: 1},
			"notApplicable uninstallFailed":          {},
			"failed":                                 {Failed: 1},
			"installed failed":                       {Failed: 1},
			"failed failed notInstalled":             {Failed: 1, NotInstalled: 1},
			"notInstalled":                           {NotInstalled: 1},
			"installed notInstalled":                 {NotInstalled: 1},
			"pendingInstall":                         {PendingInstall: 1},
			"installed pendingInstall":               {PendingInstall: 1},
			"pendingInstall pendingInstall unknown":  {PendingInstall: 1},
			"pendingInstall failed":                  {Failed: 1},
			"pendingInstall notInstalled":            {PendingInstall: 1, NotInstalled: 1},
			"pendingInstall notInstalled failed":     {Failed: 1, NotInstalled: 1},
			"unknown":                                {},
			"uninstallFailed":                        {},
			"unknown uninstallFailed":                {},
			"uninstallFailed notApplicable failed":   {Failed: 1},
			"installed notApplicable pendingInstall": {PendingInstall: 1},
		} {
			for n, state := range strings.Fields(states) {
				c.create(status.Key{App: states, User: "user", ID: fmt.Sprint(n)}, inState(state))
			}
			if got := c.summary(states).Users; got != want {
				t.Errorf("a user whose devices are %s counts as %+v, want %+v", states, got, want)
			}
		}
	}},
	{"a summary counts a row without a user as a device only", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for n, state := range []string{"installed", "failed", "notApplicable", "notInstalled", "pendingInstall"} {
			c.create(numbered(n), inState(state))
		}
		one := status.Counts{Installed: 1, Failed: 1, NotApplicable: 1, NotInstalled: 1, PendingInstall: 1}
		c.sums("app", one, status.Counts{})
	}},
	{"a summary follows every change of the rows", func(t *testing.T, e Engine) {
		c := e.caller(t)
		first, second := status.Key{App: "app", User: "user", ID: "1"}, status.Key{App: "app", User: "user", ID: "2"}
		c.create(first, inState("installed"))
		c.create(second, inState("failed"))
		c.sums("app", status.Counts{Installed: 1, Failed: 1}, status.Counts{Failed: 1})
		c.update(second, inState("installed"), status.Cond{})
		c.sums("app", status.Counts{Installed: 2}, status.Counts{Installed: 1})
		c.update(first, inState("unknown"), status.Cond{})
		c.sums("app", status.Counts{Installed: 1}, status.Counts{})
		c.deletes(first, status.Cond{}, nil)
		c.sums("app", status.Counts{Installed: 1}, status.Counts{Installed: 1})
	}},
	{"a summary counts only the rows of its app and its tenant", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.create(status.Key{App: "app", User: "user", ID: "id"}, inState("installed"))
		c.create(status.Key{App: "App", User: "user", ID: "id"}, inState("failed"))
		c.as("other").create(status.Key{App: "app", User: "user", ID: "id"}, inState("notInstalled"))
		c.sums("app", status.Counts{Installed: 1}, status.Counts{Installed: 1})
		c.sums("App", status.Counts{Failed: 1}, status.Counts{Failed: 1})
		c.as("other").sums("app", status.Counts{NotInstalled: 1}, status.Counts{NotInstalled: 1})
		c.as("other").sums("App", status.Counts{}, status.Counts{})
	}},
	{"Summarize returns the error of a context that has ended", func(t *testing.T, e Engine) {
		c := e.caller(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.store.Summarize(ended, c.tenant, "app"); !errors.Is(err, context.Canceled) {
			t.Errorf("Summarize: %v, want Canceled", err)
		}
	}},
}

func inState(state string) status.Patch {
	return status.PatchOf(status.Status{InstallState: status.InstallState(state)}, "installState")
}

func (c caller) summary(app string) status.Summary {
	c.Helper()
	s, err := c.store.Summarize(context.Background(), c.tenant, app)
	if err != nil {
		c.Fatalf("summarizing %s: %v", app, err)
	}
	return s
}

// sums asserts what an app's summary counts.
func (c caller) sums(app string, devices, users status.Counts) {
	c.Helper()
	if got, want := c.summary(app), (status.Summary{App: app, Devices: devices, Users: users}); got != want {
		c.Fatalf("the summary is %+v, want %+v", got, want)
	}
}
