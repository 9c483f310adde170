package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"installstatus/api/odata"
	"installstatus/api/query"
)

func TestAForgedSkipTokenIsRefusedOnEachEngine(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, s *testServer) {
		s.create(t, statusPath("app", "id"), `{}`)
		for name, c := range map[string]struct {
			orderBy string
			place   query.Cursor
		}{
			"U+0000 in the id":        {"", query.Cursor{ID: "joe\x00"}},
			"an id that is no UTF-8":  {"", query.Cursor{ID: "joe\xff"}},
			"a text for a number":     {"errorCode", query.Cursor{Values: []query.Value{query.TextValue("joe")}, ID: "id"}},
			"a number for a text":     {"deviceName", query.Cursor{Values: []query.Value{query.NumberValue(7)}, ID: "id"}},
			"an instant that is none": {"lastSyncDateTime desc", query.Cursor{Values: []query.Value{query.TextValue("joe")}, ID: "id"}},
		} {
			list := odata.List{Schema: "MobileAppInstallStatus", Tenant: tenantA, App: "app", OrderBy: c.orderBy}
			q := url.Values{"$skiptoken": {odata.SkipToken(list, &c.place)}}
			if c.orderBy != "" {
				q.Set("$orderby", c.orderBy)
			}
			if a := s.do(t, call{method: http.MethodGet, target: statusesPath("app") + "?" + q.Encode()}); a.status != http.StatusBadRequest {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		if logged := s.logged.String(); strings.Contains(logged, "joe") {
			t.Errorf("the log is %s", logged)
		}
	})
}
