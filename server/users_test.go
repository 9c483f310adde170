package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"installstatus/server/auth"
)

// usersPath returns the path of an app's user statuses.
func usersPath(app string) string {
	return fmt.Sprintf("/beta/deviceAppManagement/mobileApps/%s/userStatuses", url.PathEscape(app))
}

// userPath returns the path of a user status.
func userPath(app, user string) string { return usersPath(app) + "/" + url.PathEscape(user) }

// userAnswer returns the answer with a user status, from its names (as JSON) and its counts of installed, failed and
// notInstalled.
func userAnswer(id, userName, userPrincipalName string, counts ...int) string {
	return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"%s","userName":%s,"userPrincipalName":%s,"installedDeviceCount":%d,"failedDeviceCount":%d,"notInstalledDeviceCount":%d}`,
		id, userName, userPrincipalName, counts[0], counts[1], counts[2])
}

func (s *testServer) read(t testing.TB, target string) answered {
	t.Helper()
	return s.do(t, call{method: http.MethodGet, target: target})
}

// put creates or changes a device status; without a body, it deletes it.
func (s *testServer) put(t testing.TB, target, body string) {
	t.Helper()
	c := call{target: target, body: body, header: map[string]string{"Prefer": "create-if-missing"}}
	if body == "" {
		c = call{method: http.MethodDelete, target: target}
	}
	if a := s.do(t, c); a.status >= 300 {
		t.Fatalf("writing %s: %d %s", target, a.status, a.body)
	}
}

func TestAUserStatusIsMadeOfItsDeviceStatuses(t *testing.T) {
	t.Parallel()
	onEachEngine(t, testAUserStatusIsMadeOfItsDeviceStatuses)
}

func testAUserStatusIsMadeOfItsDeviceStatuses(t *testing.T, s *testServer) {
	for _, step := range []struct{ name, id, body, want string }{
		{"a device that never synced", "1", `{"installState":"failed"}`,
			userAnswer("user", `null`, `null`, 0, 1, 0)},
		{"one that did", "2", `{"installState":"installed","userName":"Anna","userPrincipalName":"anna@contoso.example","lastSyncDateTime":"2026-01-01T00:00:00Z"}`,
			userAnswer("user", `"Anna"`, `"anna@contoso.example"`, 1, 1, 0)},
		{"one that did earlier", "3", `{"installState":"notInstalled","userName":"Nobody","lastSyncDateTime":"2026-01-01T00:30:00+01:00"}`,
			userAnswer("user", `"Anna"`, `"anna@contoso.example"`, 1, 1, 1)},
		{"one of a greater id that did at the same instant", "4", `{"installState":"unknown","userName":"Anna B","lastSyncDateTime":"2026-01-01T01:00:00.0+01:00"}`,
			userAnswer("user", `"Anna B"`, `null`, 1, 1, 1)},
		{"a change of state", "4", `{"installState":"failed","mobileAppInstallStatusValue":"installed"}`,
			userAnswer("user", `"Anna B"`, `null`, 1, 2, 1)},
		{"a change of name", "4", `{"userPrincipalName":"somebody@else.example"}`,
			userAnswer("user", `"Anna B"`, `"somebody@else.example"`, 1, 2, 1)},
		{"a change that does not show", "4", `{"osVersion":"1"}`,
			userAnswer("user", `"Anna B"`, `"somebody@else.example"`, 1, 2, 1)},
		{"a deletion", "4", "",
			userAnswer("user", `"Anna"`, `"anna@contoso.example"`, 1, 1, 1)},
	} {
		before := s.read(t, userPath("app", "user"))
		s.put(t, userStatusPath("app", "user", step.id), step.body)
		got := s.read(t, userPath("app", "user"))
		if got.status != http.StatusOK || got.body != step.want {
			t.Errorf("%s: %d %s\nwant %s", step.name, got.status, got.body, step.want)
		}
		if list := s.read(t, usersPath("app")); list.body != `{"value":[`+step.want+`]}` {
			t.Errorf("%s: the list is %s", step.name, list.body)
		}
		if (before.header.Get("ETag") == got.header.Get("ETag")) != (before.body == got.body) {
			t.Errorf("%s: the ETag was %s and is %s", step.name, before.header.Get("ETag"), got.header.Get("ETag"))
		}
	}
}

func TestAUserStatusExistsWhileItHasDeviceStatuses(t *testing.T) {
	t.Parallel()
	onEachEngine(t, testAUserStatusIsThereWhileADeviceStatusBelongsToIt)
}

func testAUserStatusIsThereWhileADeviceStatusBelongsToIt(t *testing.T, s *testServer) {
	missing := func(target string) {
		t.Helper()
		if a := s.read(t, target); a.status != 404 || a.problem(t).Code != "ResourceNotFound" || !strings.Contains(a.problem(t).Message, "userAppInstallStatus") {
			t.Errorf("%s: %d %s", target, a.status, a.body)
		}
	}
	missing(userPath("app", "user"))
	s.create(t, userStatusPath("app", "user", "1"), `{}`)
	s.create(t, statusPath("app", "2"), `{}`)
	missing(userPath("another", "user"))
	missing(userPath("app", "USER"))
	s.put(t, statusPath("app", "2"), `{"userPrincipalName":"anna@contoso.example"}`)
	if a := s.read(t, usersPath("app")); a.body != `{"value":[`+userAnswer("user", `null`, `null`, 0, 0, 0)+`]}` {
		t.Errorf("a name that is set later makes a user status: %s", a.body)
	}
	s.put(t, statusPath("app", "1"), "")
	missing(userPath("app", "user"))
	if a := s.read(t, usersPath("app")); a.body != `{"value":[]}` {
		t.Errorf("an empty list is %s", a.body)
	}
}

func TestADerivedUserStatusLeadsToItsDevices(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.create(t, statusPath("app", "1"), `{"userPrincipalName":"Anna@contoso.example","installState":"failed"}`)
	s.create(t, statusPath("app", "2"), `{"userPrincipalName":"anna@contoso.example","installState":"installed"}`)
	ids, pages := s.listOf(t, usersPath("app"), "$filter=startswith(userPrincipalName,'anna')")
	if !guid.MatchString(ids) || !strings.Contains(pages[0].body, `"installedDeviceCount":1,"failedDeviceCount":1`) {
		t.Fatal(pages)
	}
	if devices, _ := s.listOf(t, userStatusesPath("app", ids), ""); devices != "12" {
		t.Errorf("its devices are %s", devices)
	}
	if a := s.read(t, strings.Replace(userPath("app", ids), "/"+ids, "('"+ids+"')", 1)); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// newUsers starts a server with an app of four user statuses, a to d, and a device without a user.
func newUsers(t *testing.T) *testServer {
	s := start(t)
	for user, devices := range map[string][]string{
		"a": {`{"installState":"installed","userName":"Zoë","userPrincipalName":"zoe@contoso.example"}`},
		"b": {`{"installState":"failed","userName":"Bert"}`, `{"installState":"failed","userName":"Bert"}`},
		"c": {`{"installState":"failed","userName":"Carla"}`, `{"installState":"notInstalled","userName":"Carla"}`},
		"d": {`{}`},
	} {
		for n, body := range devices {
			s.create(t, userStatusPath("app", user, fmt.Sprint(user, n)), body)
		}
	}
	s.create(t, statusPath("app", "nobody's"), `{"installState":"failed"}`)
	s.create(t, userStatusPath("another", "z", "z"), `{"installState":"failed"}`)
	return s
}

func TestListsOfUserStatusesAreFilteredOrderedAndCut(t *testing.T) {
	s := newUsers(t)
	for options, want := range map[string]string{
		"":                               "abcd",
		"$skip=1":                        "bcd",
		"$filter=failedDeviceCount gt 0": "bc",
		"$filter=failedDeviceCount gt 0 and notInstalledDeviceCount eq 1": "c",
		"$filter=userName eq 'Bert' or userName eq null":                  "bd",
		"$filter=not startswith(userName,'B')":                            "ac",
		"$filter=userPrincipalName ne null":                               "a",
		"$filter=id in ('d','a','nobody''s')":                             "ad",
		"$orderby=failedDeviceCount desc":                                 "bcad",
		"$orderby=userName":                                               "dbca",
		"$orderby=installedDeviceCount desc,id desc":                      "adcb",
		"$orderby=id desc&$filter=failedDeviceCount le 1":                 "dca",
		"$orderby=id,userName":                                            "abcd",
	} {
		for _, top := range []string{"", "&$top=1", "&$top=3"} {
			if got, pages := s.listOf(t, usersPath("app"), options+top); got != want {
				t.Errorf("%s%s has %s, want %s: %s", options, top, got, want, pages[len(pages)-1].body)
			}
		}
	}
	for options, want := range map[string]string{
		"$count=true&$top=1": `{"@odata.count":4,"@odata.nextLink":"`,
		"$count=true&$filter=failedDeviceCount gt 0&$top=0":    `{"@odata.count":2,"value":[]}`,
		"$select=failedDeviceCount,userName&$filter=id eq 'b'": `{"value":[{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"b","userName":"Bert","failedDeviceCount":2}]}`,
		"$filter=id eq 'a'": `{"value":[` + userAnswer("a", `"Zoë"`, `"zoe@contoso.example"`, 1, 0, 0) + `]}`,
	} {
		if _, pages := s.listOf(t, usersPath("app"), options); !strings.HasPrefix(pages[0].body, want) {
			t.Errorf("%s: %s", options, pages[0].body)
		}
	}
	for options, message := range map[string]string{
		"$filter=installState eq 'failed'":  "there is no such property",
		"$filter=faileddevicecount gt 0":    "did you mean failedDeviceCount?",
		"$filter=failedDeviceCount gt '0'":  "an integer from",
		"$select=deviceStatuses":            "'$select' is not valid",
		"$expand=deviceStatuses":            "'$expand' is not allowed",
		"$filter=userName eq 'joe' broken,": "'$filter' is not valid",
	} {
		_, pages := s.listOf(t, usersPath("app"), options)
		if p := pages[0].problem(t); pages[0].status != 400 || !strings.Contains(p.Message, message) || strings.Contains(p.Message, "joe") {
			t.Errorf("%s: %d %s", options, pages[0].status, pages[0].body)
		}
	}
}

func TestASkipTokenOfUserStatusesIsInvalidForDeviceStatuses(t *testing.T) {
	s := newUsers(t)
	_, token, _ := strings.Cut(s.read(t, usersPath("app")+"?$top=1").body, "$skiptoken=")
	token, _, _ = strings.Cut(token, `"`)
	for target, status := range map[string]int{usersPath("app"): 200, usersPath("another"): 400, statusesPath("app"): 400, userStatusesPath("app", "a"): 400} {
		if a := s.read(t, target+"?$skiptoken="+token); a.status != status {
			t.Errorf("%s: %d %s", target, a.status, a.body)
		}
	}
}

func TestDerivedEntitiesAreReadLikeDeviceStatuses(t *testing.T) {
	s := newUsers(t)
	reader := map[string]string{"Authorization": "Bearer " + s.tokenOf(t, auth.Grant{Tenant: tenantA, Scope: "DeviceManagementApps.Read.All", Lifetime: time.Hour})}
	stranger := map[string]string{"Authorization": "Bearer " + s.tokenOf(t, auth.Grant{Tenant: tenantB, Scope: auth.WritePermission, Lifetime: time.Hour})}
	for target, foreign := range map[string]string{
		userPath("app", "b"): "",
		usersPath("app"):     `{"value":[]}`,
		summaryPath("app"):   summaryAnswer("app", [5]int{}, [5]int{}),
	} {
		get := s.read(t, target)
		if a := s.do(t, call{method: http.MethodGet, target: target, header: reader}); a.status != 200 || a.body != get.body {
			t.Errorf("%s with a permission to read: %d %s", target, a.status, a.body)
		}
		if a := s.do(t, call{method: http.MethodHead, target: target}); a.status != 200 || a.body != "" || a.header.Get("Content-Length") != fmt.Sprint(len(get.body)) {
			t.Errorf("HEAD %s: %d %v", target, a.status, a.header)
		}
		a := s.do(t, call{method: http.MethodGet, target: target, header: stranger})
		if foreign == "" && a.status != 404 || foreign != "" && a.body != foreign {
			t.Errorf("%s of another tenant: %d %s", target, a.status, a.body)
		}
		if target == usersPath("app") { // not a single entity
			continue
		}
		tag := get.header.Get("ETag")
		for ifNoneMatch, status := range map[string]int{tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, "*": 304, `"x"`: 200, "x": 400} {
			a := s.do(t, call{method: http.MethodGet, target: target, header: map[string]string{"If-None-Match": ifNoneMatch}})
			if a.status != status || status == 304 && (a.body != "" || a.header.Get("ETag") != tag) {
				t.Errorf("%s If-None-Match: %s: %d %s", target, ifNoneMatch, a.status, a.body)
			}
		}
	}
}
