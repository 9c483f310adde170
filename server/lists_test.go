package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"installstatus/api/status"
	"installstatus/gen"
)

// newListed starts a server with an app of six statuses, a to f.
func newListed(t *testing.T) *testServer {
	s := start(t)
	fillListed(t, s)
	return s
}

func fillListed(t *testing.T, s *testServer) {
	for id, body := range map[string]string{
		"a": `{"deviceName":"PC-1","deviceId":"d1","installState":"failed","errorCode":-2016345060,"lastSyncDateTime":"2017-01-01T00:00:00Z","userPrincipalName":"anna@contoso.example"}`,
		"b": `{"deviceName":"PC-2","deviceId":"d2","installState":"installed","lastSyncDateTime":"2017-01-01T00:30:00+01:00","userPrincipalName":"anna@contoso.example"}`,
		"c": `{"deviceName":"pc-3","deviceId":"d1","installState":"failed","errorCode":7,"lastSyncDateTime":"2018-01-01T00:00:00Z"}`,
		"d": `{"deviceName":"O'Neil's 100%","installState":"pendingInstall","installStateDetail":"pendingReboot"}`,
		"e": `{"deviceName":"","osVersion":"1"}`,
		"f": `{}`,
	} {
		s.create(t, statusPath("app", id), body)
	}
	s.create(t, statusPath("another", "z"), `{"installState":"failed"}`)
}

// list reads every page of the list of the app's device statuses.
func (s *testServer) list(t testing.TB, options string) (ids string, pages []answered) {
	t.Helper()
	return s.listOf(t, statusesPath("app"), options)
}

// listOf reads every page of a list, with options as typed, and returns the ids.
func (s *testServer) listOf(t testing.TB, target, options string) (ids string, pages []answered) {
	t.Helper()
	query := url.Values{}
	for option := range strings.SplitSeq(options, "&") {
		if name, value, ok := strings.Cut(option, "="); ok {
			query.Add(name, value)
		}
	}
	for next := target + "?" + query.Encode(); next != ""; {
		a := s.do(t, call{method: http.MethodGet, target: next})
		pages = append(pages, a)
		if a.status != http.StatusOK || len(pages) > 20 {
			return fmt.Sprint(a.status), pages
		}
		var page gen.MobileAppInstallStatusCollectionResponse
		if err := json.Unmarshal([]byte(a.body), &page); err != nil {
			t.Fatal(err)
		}
		for _, entity := range page.Value {
			ids += entity.ID
		}
		if next = ""; page.OdataNextLink != nil {
			next = strings.TrimPrefix(*page.OdataNextLink, s.base)
		}
	}
	return ids, pages
}

func TestListsAreFilteredOrderedAndCut(t *testing.T) {
	t.Parallel()
	onEachEngine(t, testListsAreFilteredOrderedAndCut)
}

func testListsAreFilteredOrderedAndCut(t *testing.T, s *testServer) {
	fillListed(t, s)
	for options, want := range map[string]string{
		"":                                 "abcdef",
		"$filter=installState eq 'failed'": "ac",
		"$filter=installState ne 'failed'": "bdef",
		"$filter=installState in ('installed','PENDINGINSTALL')":                           "bd",
		"$filter=deviceId eq 'd1' and errorCode lt 0":                                      "a",
		"$filter=deviceId eq null":                                                         "def",
		"$filter=deviceId ne null":                                                         "abc",
		"$filter=deviceId ne 'd1'":                                                         "bdef",
		"$filter=not (deviceId eq 'd1')":                                                   "bdef",
		"$filter=deviceId gt 'd1'":                                                         "b",
		"$filter=deviceName eq 'O''Neil''s 100%'":                                          "d",
		"$filter=startswith(deviceName,'PC')":                                              "ab",
		"$filter=not startswith(deviceName,'PC')":                                          "cde",
		"$filter=contains(deviceName,'%')":                                                 "d",
		"$filter=contains(deviceName,'')":                                                  "abcde",
		"$filter=deviceName eq ''":                                                         "e",
		"$filter=installStateDetail eq null":                                               "abcef",
		"$filter=installStateDetail eq 'pendingReboot'":                                    "d",
		"$filter=lastSyncDateTime lt 2017-01-01T00:00:00Z":                                 "bdef",
		"$filter=lastSyncDateTime eq 2016-12-31T23:30:00Z":                                 "b",
		"$filter=lastSyncDateTime ge 2017-01-01T01:00:00+01:00":                            "ac",
		"$filter=errorCode eq -2016345060 or id eq 'f'":                                    "af",
		"$filter=installState eq microsoft.graph.resultantAppState'failed'":                "ac",
		"$filter=installState in ('5',graph.resultantAppState'1')":                         "bd",
		"$filter=installStateDetail ne graph.resultantAppStateDetail'5000'":                "abcef",
		"$filter='99' eq installState":                                                     "ef",
		"$filter=tolower(deviceName) eq 'pc-1' or toupper(deviceName) eq 'PC-3'":           "ac",
		"$filter=startswith(tolower(deviceName),'pc')":                                     "abc",
		"$filter=endswith(deviceName,'100%')":                                              "d",
		"$filter=contains(deviceName,'PC') eq true":                                        "ab",
		"$filter=contains(deviceName,'PC') eq false":                                       "cde",
		"$filter=contains(deviceName,'PC') ne true":                                        "cdef",
		"$filter=false eq contains(deviceName,'PC')":                                       "cde",
		"$filter=lastSyncDateTime ge 2017-01-01":                                           "ac",
		"$filter=lastSyncDateTime lt 2017-01-01T00:00Z and lastSyncDateTime ge 2016-01-01": "b",
		"$orderby=deviceName":                                                              "feDabc",
		"$orderby=deviceName desc":                                                         "cbaDef",
		"$orderby=installState,errorCode desc":                                             "cabdef",
		"$orderby=lastSyncDateTime desc,id desc":                                           "cabfed",
		"$orderby=id":                                                                      "abcdef",
		"$orderby=id desc,deviceName":                                                      "fedcba",
		"$filter=deviceId eq 'd1'&$orderby=errorCode desc&$top=1":                          "ca",
		"$skip=2":           "cdef",
		"$skip=2&$top=3":    "cdef",
		"$skip=9":           "",
		"$FILTER=id eq 'a'": "a",
	} {
		want = strings.ToLower(want)
		for _, top := range []string{"", "&$top=1", "&$top=2", "&$top=5"} {
			if strings.Contains(options, "$top") && top != "" {
				continue
			}
			if got, pages := s.list(t, options+top); got != want {
				t.Errorf("%s%s has %s, want %s: %s", options, top, got, want, pages[len(pages)-1].body)
			}
		}
	}
}

func TestCount(t *testing.T) {
	s := newListed(t)
	for options, want := range map[string]string{
		"$count=true": "6", "$count=true&$top=2": "6", "$count=true&$skip=4&$top=1": "6", "$count=true&$top=0": "6",
		"$count=true&$filter=installState eq 'failed'&$top=1": "2", "$count=true&$filter=id eq 'x'": "0",
	} {
		_, pages := s.list(t, options)
		for i, page := range pages {
			if has := strings.Contains(page.body, `"@odata.count":`+want+","); has != (i == 0) {
				t.Errorf("%s, page %d: %s", options, i+1, page.body)
			}
		}
	}
	if _, pages := s.list(t, "$count=false"); strings.Contains(pages[0].body, "@odata.count") {
		t.Error(pages[0].body)
	}
}

func TestSelect(t *testing.T) {
	s := newListed(t)
	for options, want := range map[string]string{
		"$select=deviceName&$filter=id eq 'a'":             `{"value":[{"@odata.type":"#microsoft.graph.mobileAppInstallStatus","id":"a","deviceName":"PC-1"}]}`,
		"$select=errorCode, deviceId,id&$filter=id eq 'f'": `{"value":[{"@odata.type":"#microsoft.graph.mobileAppInstallStatus","id":"f","deviceId":null,"errorCode":0}]}`,
		"$select=installStateDetail&$filter=id eq 'f'":     `{"value":[{"@odata.type":"#microsoft.graph.mobileAppInstallStatus","id":"f"}]}`,
		"$select=*&$filter=id eq 'f'":                      `{"value":[` + emptyAnswer("f") + `]}`,
	} {
		if _, pages := s.list(t, options); pages[0].body != want {
			t.Errorf("%s: %s", options, pages[0].body)
		}
	}
}

func TestSelectOnOneEntity(t *testing.T) { onEachEngine(t, testSelectOnOneEntity) }

func testSelectOnOneEntity(t *testing.T, s *testServer) {
	fillListed(t, s)
	user := statusesPath("app")
	user = strings.TrimSuffix(user, "deviceStatuses") + "userStatuses/" + status.UserStatusID("app", "anna@contoso.example")
	summary := strings.TrimSuffix(statusesPath("app"), "deviceStatuses") + "installSummary"
	for target, rows := range map[string]map[string]string{
		statusPath("app", "a"): {
			"deviceName":              `{"@odata.type":"#microsoft.graph.mobileAppInstallStatus","id":"a","deviceName":"PC-1"}`,
			"errorCode, osVersion,id": `{"@odata.type":"#microsoft.graph.mobileAppInstallStatus","id":"a","errorCode":-2016345060,"osVersion":null}`,
			"devicename":              "did you mean deviceName?",
			"installStateDetail,app":  "no such property",
		},
		user + "/deviceStatuses/a": {
			"id":    `{"@odata.type":"#microsoft.graph.mobileAppInstallStatus","id":"a"}`,
			"":      "at least 1 character",
			"id,,*": "no such property",
		},
		user: {
			"failedDeviceCount": `{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"` + status.UserStatusID("app", "anna@contoso.example") + `","failedDeviceCount":1}`,
			"deviceName":        "no such property",
		},
		summary: {
			"failedDeviceCount,pendingInstallUserCount": `{"@odata.type":"#microsoft.graph.mobileAppInstallSummary","id":"app","failedDeviceCount":2,"pendingInstallUserCount":0}`,
			"failedCount": "no such property",
		},
	} {
		whole := s.do(t, call{method: http.MethodGet, target: target})
		etag := whole.header.Get("ETag")
		if all := s.do(t, call{method: http.MethodGet, target: target + "?$select=*"}); all.body != whole.body || whole.status != http.StatusOK {
			t.Errorf("%s: %d %s with *, %s without it", target, whole.status, all.body, whole.body)
		}
		for properties, want := range rows {
			address := target + "?%24SELECT=" + url.QueryEscape(properties)
			a := s.do(t, call{method: http.MethodGet, target: address})
			if !strings.HasPrefix(want, "{") {
				if a.status != http.StatusBadRequest || !strings.Contains(a.body, want) {
					t.Errorf("%s: %d %s", address, a.status, a.body)
				}
				continue
			}
			if a.status != http.StatusOK || a.body != want || a.header.Get("ETag") != etag {
				t.Errorf("%s: %d %s with %s, want %s", address, a.status, a.body, a.header.Get("ETag"), etag)
			}
			if h := s.do(t, call{method: http.MethodHead, target: address}); h.status != http.StatusOK || h.body != "" || h.header.Get("ETag") != etag {
				t.Errorf("HEAD %s: %d %s", address, h.status, h.body)
			}
			if c := s.do(t, call{method: http.MethodGet, target: address, header: map[string]string{"If-None-Match": etag}}); c.status != http.StatusNotModified {
				t.Errorf("%s: %d with its own tag", address, c.status)
			}
			batch := s.do(t, call{method: http.MethodPost, target: "/beta/$batch", body: `{"requests":[{"id":"1","method":"GET","url":"` + strings.TrimPrefix(address, "/beta") + `"}]}`})
			if !strings.Contains(batch.body, `"body":`+want) {
				t.Errorf("%s in a batch: %s", address, batch.body)
			}
		}
	}
	if a := s.do(t, call{method: http.MethodGet, target: user + "?$expand=deviceStatuses"}); a.status != http.StatusBadRequest || !strings.Contains(a.body, "Read related entities with a request of their own") {
		t.Errorf("$expand: %d %s", a.status, a.body)
	}
}

func TestANextLinkCarriesEveryOption(t *testing.T) {
	s := newListed(t)
	_, pages := s.list(t, "$top=1&$skip=1&$count=true&$select=deviceName&$orderby=deviceName desc&$filter=contains(deviceName,'C + /?#')or deviceName ne 'ü'&client=x")
	if pages[0].status != http.StatusBadRequest {
		t.Fatal("an unknown option is accepted")
	}
	ids, pages := s.list(t, "$top=1&$skip=1&$count=true&$select=deviceName&$orderby=deviceName desc&$filter=contains(deviceName,'C + /?#')or deviceName ne 'ü'")
	if ids != "badef" {
		t.Errorf("the list is %s", ids)
	}
	var page gen.MobileAppInstallStatusCollectionResponse
	if err := json.Unmarshal([]byte(pages[0].body), &page); err != nil || page.OdataNextLink == nil {
		t.Fatal(err, pages[0].body)
	}
	link, err := url.Parse(*page.OdataNextLink)
	if err != nil {
		t.Fatal(err)
	}
	query := link.Query()
	for name, want := range map[string]string{"$top": "1", "$skip": "1", "$count": "true", "$select": "deviceName", "$orderby": "deviceName desc", "$filter": "contains(deviceName,'C + /?#')or deviceName ne 'ü'"} {
		if query.Get(name) != want {
			t.Errorf("%s is %q in %s", name, query.Get(name), link)
		}
	}
	query.Set("$orderby", "deviceName")
	if a := s.do(t, call{method: http.MethodGet, target: link.EscapedPath() + "?" + query.Encode()}); a.status != http.StatusBadRequest {
		t.Errorf("a skip token in another order: %d", a.status)
	}
}

func TestANextLinkCanBeFollowedWhateverTheListIsOrderedBy(t *testing.T) {
	t.Parallel()
	properties := []string{"deviceName", "deviceId", "osVersion", "osDescription", "userName", "userPrincipalName", "displayVersion"}
	for _, character := range []string{"x", "漢", "💾", `\u0001`} {
		s := start(t)
		body := "{"
		for _, property := range properties {
			body += fmt.Sprintf(`"%s":"%s",`, property, strings.Repeat(character, 8192))
		}
		for _, id := range []string{"a", "b", "c"} {
			s.create(t, statusPath("app", id), strings.TrimSuffix(body, ",")+"}")
		}
		for n := range properties {
			orderBy := strings.Join(properties[:n+1], ",") + " desc"
			if ids, pages := s.list(t, "$top=1&$orderby="+orderBy); ids != "abc" {
				t.Errorf("by %s of %s the list is %s; the last page is %.300s", orderBy, character, ids, pages[len(pages)-1].body)
			}
		}
	}
}

func TestAListWhoseNextLinkCouldBeTooLongIsRefusedFromItsFirstPageOn(t *testing.T) {
	t.Parallel()
	s := start(t)
	app := strings.Repeat("💾", 1024) // 12 KiB of a URL
	filter := "id ne '" + strings.Repeat("é", 2200) + "'"
	for options, status := range map[string]int{
		"$filter=" + filter:                                   200,
		"$filter=" + filter + "&$orderby=deviceName":          200,
		"$filter=" + filter + "&$orderby=deviceName,deviceId": 400,
		"$filter=id ne '" + strings.Repeat("é", 1500) + "'&$orderby=deviceName,deviceId,osVersion,osDescription,userName,userPrincipalName,displayVersion": 400,
	} {
		_, pages := s.listOf(t, statusesPath(app), options)
		if pages[0].status != status || status == 400 && !strings.Contains(pages[0].body, "Shorten $filter, or name fewer properties in $orderby.") {
			t.Errorf("%.20s… is answered by %d %.300s", options, pages[0].status, pages[0].body)
		}
	}
}

func TestUnsupportedOptionsAreNamed(t *testing.T) {
	s := newListed(t)
	for options, message := range map[string]string{
		"$filter=deviceName eq":            "'$filter' is not valid: at character 14, a string in single quotes",
		"$filter=length(deviceName) eq 1":  "the function length is not supported; only contains, endswith, startswith, tolower and toupper are",
		"$filter=errorCode add 1 eq 2":     "the operator add is not supported",
		"$orderby=deviceName up":           "'$orderby' is not valid",
		"$orderby=nothing":                 "no such property",
		"$select=app":                      "'$select' is not valid",
		"$search=x":                        "'$search' is not allowed",
		"$expand=app":                      "Query option '$expand' is not allowed. This operation has no option of that name. Read related entities with a request of their own; one batch can have both requests.",
		"$EXPAND=app($select=id)":          "Query option '$EXPAND' is not allowed. This operation has no option of that name. Read related entities",
		"$filter=userName eq 'joe' broken": "'$filter' is not valid",
		"$filter=installState eq 'faild'":  "unknown; did you mean 'failed'?",
		"top=5":                            "Did you mean '$top'?",
	} {
		_, pages := s.list(t, options)
		if p := pages[0].problem(t); pages[0].status != 400 || p.Code != "BadRequest" || !strings.Contains(p.Message, message) || strings.Contains(p.Message, "joe") {
			t.Errorf("%s: %d %s", options, pages[0].status, pages[0].body)
		}
	}
}

func TestAllWrongOptionsAreNamedAtOnce(t *testing.T) {
	s := newListed(t)
	for options, targets := range map[string][]string{
		"$filter=x&$orderby=x&$select=x&$skiptoken=x": {"$filter", "$orderby", "$select", "$skiptoken"},
		"$select=app&$top=5&$filter=id eq":            {"$filter", "$select"},
		"$orderby=id up":                              {"$orderby"},
	} {
		_, pages := s.list(t, options)
		p := pages[0].problem(t)
		var got []string
		if p.Details != nil {
			for _, detail := range *p.Details {
				got = append(got, detail.Target)
			}
		}
		if pages[0].status != http.StatusBadRequest || p.Code != "BadRequest" || !slices.Equal(got, targets) {
			t.Errorf("%s: %d %s", options, pages[0].status, pages[0].body)
		}
	}
}

func TestEveryPropertyCanOrderAndFilterAList(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	s := newListed(t)
	for name := range doc.Components.Schemas["MobileAppInstallStatus"].Value.Properties {
		if name == "@odata.type" {
			continue
		}
		for _, options := range []string{"$orderby=" + name, "$filter=" + name + " ne null"} {
			if ids, pages := s.list(t, options); pages[0].status != http.StatusOK {
				t.Errorf("%s: %s %s", options, ids, pages[0].body)
			}
		}
	}
}
