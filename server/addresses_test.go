package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"installstatus/gen"
)

// follow gets an address like a client that removes . and .. from its path, as in RFC 3986, 5.2.4.
func (s *testServer) follow(t testing.TB, address string) answered {
	t.Helper()
	base, err := url.Parse(s.base + "/")
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := base.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return s.do(t, call{method: http.MethodGet, target: strings.TrimPrefix(resolved.String(), s.base)})
}

func TestAddressesOfIdsThatAreDotsCanBeFollowed(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, id := range []string{".", "..", "...", ".a", "'..'"} {
		parentheses := func(name string) string { return name + "('" + strings.ReplaceAll(id, "'", "''") + "')" }
		app := "/beta/deviceAppManagement/" + parentheses("mobileApps")
		for _, statuses := range []string{app + "/deviceStatuses", app + "/" + parentheses("userStatuses") + "/deviceStatuses"} {
			created := []answered{s.do(t, call{method: http.MethodPost, target: statuses, body: `{}`})}
			if !strings.Contains(statuses, "userStatuses") {
				created = append(created, s.create(t, app+"/"+parentheses("deviceStatuses"), `{}`))
			}
			for _, a := range created {
				if got := s.follow(t, a.header.Get("Location")); got.status != http.StatusOK || got.body != a.body {
					t.Errorf("%s: the Location %s answers %d %s", statuses, a.header.Get("Location"), got.status, got.body)
				}
			}
			s.do(t, call{method: http.MethodPost, target: statuses, body: `{}`})
			var page gen.MobileAppInstallStatusCollectionResponse
			if err := json.Unmarshal([]byte(s.do(t, call{method: http.MethodGet, target: statuses + "?$top=1"}).body), &page); err != nil || page.OdataNextLink == nil {
				t.Fatal(err, page)
			}
			if got := s.follow(t, *page.OdataNextLink); got.status != http.StatusOK || strings.Contains(got.body, `"value":[]`) {
				t.Errorf("%s: the next link %s answers %d %s", statuses, *page.OdataNextLink, got.status, got.body)
			}
		}
	}
}
