package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"installstatus/gen"
	"installstatus/server/auth"
)

func TestPostCreatesWithAnIDFromTheServer(t *testing.T) {
	t.Parallel()
	onEachEngine(t, testPostCreatesWithAnIDOfTheServersOwn)
}

func testPostCreatesWithAnIDOfTheServersOwn(t *testing.T, s *testServer) {
	for _, target := range []string{statusesPath("app"), userStatusesPath("app", "user")} {
		for body, want := range map[string]string{`{}`: emptyAnswer(seedID), `{"@odata.type":"#microsoft.graph.mobileAppInstallStatus",` + seedProperties + `}`: seedAnswer} {
			a := s.do(t, call{method: http.MethodPost, target: target, body: body})
			location := a.header.Get("Location")
			id := location[strings.LastIndexByte(location, '/')+1:]
			if a.status != http.StatusCreated || a.header.Get("ETag") == "" || !guid.MatchString(id) || a.body != strings.Replace(want, seedID, id, 1) {
				t.Fatalf("%d %v %s", a.status, a.header, a.body)
			}
			if location != s.base+target+"/"+id {
				t.Errorf("Location: %s", location)
			}
			got := s.do(t, call{method: http.MethodGet, target: strings.TrimPrefix(location, s.base)})
			if got.body != a.body || got.header.Get("ETag") != a.header.Get("ETag") {
				t.Errorf("its Location answers %d %s", got.status, got.body)
			}
			if again := s.do(t, call{method: http.MethodPost, target: target, body: body}); again.header.Get("Location") == location {
				t.Error("the same request again gets the same id")
			}
		}
	}
	minimal := s.do(t, call{method: http.MethodPost, target: statusesPath("app"), body: `{}`, header: map[string]string{"Prefer": "return=minimal, create-if-missing"}})
	if minimal.status != http.StatusNoContent || minimal.header.Get("Location") == "" || minimal.header.Get("OData-EntityId") != minimal.header.Get("Location") || minimal.header.Get("Preference-Applied") != "return=minimal" {
		t.Errorf("%d %v", minimal.status, minimal.header)
	}
}

func TestDelete(t *testing.T) { onEachEngine(t, testDelete) }

func testDelete(t *testing.T, s *testServer) {
	for _, target := range []string{statusPath("app", "1"), userStatusPath("app", "user", "2")} {
		tag := s.create(t, target, seedBody).header.Get("ETag")
		stranger := map[string]string{"Authorization": "Bearer " + s.tokenOf(t, auth.Grant{Tenant: tenantB, Scope: auth.WritePermission, Lifetime: time.Hour})}
		reader := map[string]string{"Authorization": "Bearer " + s.tokenOf(t, auth.Grant{Tenant: tenantA, Scope: "DeviceManagementApps.Read.All", Lifetime: time.Hour})}
		for _, c := range []struct {
			name   string
			header map[string]string
			status int
		}{
			{"of another tenant", stranger, 404},
			{"with a permission to read", reader, 403},
			{"with another tag", map[string]string{"If-Match": `"x"`}, 412},
			{"with something that is no tag", map[string]string{"If-Match": `x`}, 400},
			{"with its tag", map[string]string{"If-Match": tag}, 204},
			{"when it is gone", nil, 404},
			{"when it is gone, with *", map[string]string{"If-Match": "*"}, 404},
		} {
			if a := s.do(t, call{method: http.MethodDelete, target: target, header: c.header}); a.status != c.status || c.status == 204 && a.body != "" {
				t.Errorf("%s: %d %s", c.name, a.status, a.body)
			}
		}
		if a := s.do(t, call{method: http.MethodGet, target: target}); a.status != 404 {
			t.Errorf("after the deletion: %d", a.status)
		}
	}
	s.create(t, userStatusPath("app", "user", "3"), `{}`)
	if a := s.do(t, call{method: http.MethodDelete, target: userStatusPath("app", "another", "3")}); a.status != 404 {
		t.Errorf("by another user: %d", a.status)
	}
	if a := s.do(t, call{method: http.MethodDelete, target: statusPath("app", "3")}); a.status != 204 {
		t.Errorf("by its app: %d", a.status)
	}
}

func TestPagesTogetherAreTheList(t *testing.T) { onEachEngine(t, testPagesTogetherAreTheList) }

func testPagesTogetherAreTheList(t *testing.T, s *testServer) {
	var all, ofUser []string
	for i := range 23 {
		id := fmt.Sprintf("%c/ %d", 'a'+i%3, i)
		all = append(all, id)
		if i%2 == 0 {
			ofUser = append(ofUser, id)
			s.create(t, userStatusPath("app", "the user", id), `{}`)
		} else {
			s.create(t, statusPath("app", id), `{}`)
		}
	}
	s.create(t, statusPath("another", "x"), `{}`)
	slices.Sort(all)
	slices.Sort(ofUser)
	for target, want := range map[string][]string{statusesPath("app"): all, userStatusesPath("app", "the user"): ofUser, statusesPath("unknown"): nil, userStatusesPath("app", "unknown"): nil} {
		for _, top := range []string{"", "?$top=1", "?$top=5", "?$top=23", "?%24TOP=1000", "?$top=99999"} {
			var got []string
			next := target + top
			for pages := 0; next != ""; pages++ {
				a := s.do(t, call{method: http.MethodGet, target: next})
				var page gen.MobileAppInstallStatusCollectionResponse
				if err := json.Unmarshal([]byte(a.body), &page); err != nil || a.status != 200 {
					t.Fatalf("%s: %d %s", next, a.status, a.body)
				}
				for _, entity := range page.Value {
					got = append(got, entity.ID)
				}
				if next = ""; page.OdataNextLink != nil {
					link := *page.OdataNextLink
					if !strings.HasPrefix(link, s.base+target+"?") || strings.Contains(link[strings.Index(link, "?"):], "/") || strings.Contains(top, "=") != strings.Contains(link, "$top=") {
						t.Fatalf("the next link is %s", link)
					}
					next = strings.TrimPrefix(link, s.base)
				}
				if pages > 30 {
					t.Fatal("the list has no end")
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s%s has %q, want %q", target, top, got, want)
			}
		}
	}
	if a := s.do(t, call{method: http.MethodGet, target: statusesPath("unknown")}); a.body != `{"value":[]}` {
		t.Errorf("an empty list is %s", a.body)
	}
	if a := s.do(t, call{method: http.MethodHead, target: statusesPath("app")}); a.status != 200 || a.header.Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d %v", a.status, a.header)
	}
}

func TestASkipTokenIsValidForItsListAndTenantOnly(t *testing.T) {
	t.Parallel()
	s := start(t)
	stranger := map[string]string{"Authorization": "Bearer " + s.tokenOf(t, auth.Grant{Tenant: tenantB, Scope: auth.WritePermission, Lifetime: time.Hour})}
	for i := range 3 {
		s.create(t, userStatusPath("app", "user", fmt.Sprint(i)), `{}`)
	}
	a := s.do(t, call{method: http.MethodGet, target: statusesPath("app") + "?$top=1"})
	_, token, _ := strings.Cut(a.body, "$skiptoken=")
	token, _, _ = strings.Cut(token, `"`)
	for _, c := range []struct {
		target string
		header map[string]string
		status int
	}{
		{statusesPath("app"), nil, 200},
		{statusesPath("app"), stranger, 400},
		{statusesPath("another"), nil, 400},
		{userStatusesPath("app", "user"), nil, 400},
	} {
		if a := s.do(t, call{method: http.MethodGet, target: c.target + "?$skiptoken=" + token, header: c.header}); a.status != c.status {
			t.Errorf("%s: %d %s", c.target, a.status, a.body)
		}
	}
	for _, broken := range []string{"x", token[:len(token)-1], token + "AA", strings.ToUpper(token), "%20" + token} {
		if a := s.do(t, call{method: http.MethodGet, target: statusesPath("app") + "?$skiptoken=" + broken}); a.status != 400 {
			t.Errorf("%s: %d", broken, a.status)
		}
	}
}
