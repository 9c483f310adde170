package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"installstatus/gen"
)

// The documentation's example without white space.
const (
	seedProperties = `"deviceName":"Device Name value","deviceId":"Device Id value","lastSyncDateTime":"2017-01-01T00:02:49.3205976-08:00","mobileAppInstallStatusValue":"failed","installState":"failed","errorCode":9,"osVersion":"Os Version value","osDescription":"Os Description value","userName":"User Name value","userPrincipalName":"User Principal Name value","displayVersion":"Display Version value"`
	seedBody       = `{` + seedProperties + `}`
	seedID         = "7560ee45-ee45-7560-45ee-607545ee6075"
	seedEntity     = `{"@odata.type":"#microsoft.graph.mobileAppInstallStatus","id":"` + seedID + `",` + seedProperties + `}`
)

// seedAnswer is the answer to the example.
var seedAnswer = answerOf(seedEntity)

// emptyAnswer is the answer to a new entity with defaults only.
func emptyAnswer(id string) string {
	return answerOf(`{"@odata.type":"#microsoft.graph.mobileAppInstallStatus","id":"` + id + `","lastSyncDateTime":"0001-01-01T00:00:00Z","mobileAppInstallStatusValue":"unknown","installState":"unknown"}`)
}

// answerOf adds null for absent properties, in the order of the contract.
func answerOf(entity string) string {
	var model gen.MobileAppInstallStatus
	if err := json.Unmarshal([]byte(entity), &model); err != nil {
		panic(err)
	}
	answer, err := json.Marshal(model)
	if err != nil {
		panic(err)
	}
	return string(answer)
}

func TestTheDocumentedExampleIsAnsweredOnBothPaths(t *testing.T) {
	t.Parallel()
	onEachEngine(t, testTheDocumentedExampleIsAnsweredOnBothPaths)
}

func testTheDocumentedExampleIsAnsweredOnBothPaths(t *testing.T, s *testServer) {
	for _, target := range []string{statusPath("app", seedID), userStatusPath("other app", "user", seedID)} {
		s.create(t, target, `{}`)
		a := s.do(t, call{target: target, body: seedBody})
		if a.status != http.StatusOK || a.body != seedAnswer || !strings.HasPrefix(a.body, strings.TrimSuffix(seedEntity, "}")) {
			t.Errorf("%d %s", a.status, a.body)
		}
		if got := s.do(t, call{method: http.MethodGet, target: target}); got.body != seedAnswer || got.header.Get("ETag") != a.header.Get("ETag") {
			t.Errorf("GET answers %s", got.body)
		}
	}
}

func TestAPatchChangesWhatItNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	onEachEngine(t, testAPatchChangesWhatItNamesAndNothingElse)
}

func testAPatchChangesWhatItNamesAndNothingElse(t *testing.T, s *testServer) {
	for name, c := range map[string]struct{ body, was, becomes string }{
		"nothing":                  {`{}`, "", ""},
		"what is already so":       {`{"errorCode":9,"installState":"failed"}`, "", ""},
		"one value":                {`{"installState":"installed"}`, `"installState":"failed"`, `"installState":"installed"`},
		"an integer":               {`{"errorCode":-2016345060}`, `"errorCode":9`, `"errorCode":-2016345060`},
		"an empty string":          {`{"osVersion":""}`, `"osVersion":"Os Version value"`, `"osVersion":""`},
		"null clears deviceName":   {`{"deviceName":null}`, `"deviceName":"Device Name value"`, `"deviceName":null`},
		"null clears deviceId":     {`{"deviceId":null}`, `"deviceId":"Device Id value"`, `"deviceId":null`},
		"null clears osVersion":    {`{"osVersion":null}`, `"osVersion":"Os Version value"`, `"osVersion":null`},
		"null clears osDescr.":     {`{"osDescription":null}`, `"osDescription":"Os Description value"`, `"osDescription":null`},
		"null clears userName":     {`{"userName":null}`, `"userName":"User Name value"`, `"userName":null`},
		"null clears the UPN":      {`{"userPrincipalName":null}`, `"userPrincipalName":"User Principal Name value"`, `"userPrincipalName":null`},
		"null clears displayV.":    {`{"displayVersion":null}`, `"displayVersion":"Display Version value"`, `"displayVersion":null`},
		"a detail, in its place":   {`{"installStateDetail":"seeInstallErrorCode"}`, `"installState":"failed"`, `"installState":"failed","installStateDetail":"seeInstallErrorCode"`},
		"text that HTML would not": {`{"deviceName":"<a href=\"x\">&\u2028ü💾\\"}`, `"deviceName":"Device Name value"`, `"deviceName":"<a href=\"x\">&\u2028ü💾\\"`},
		"an instant, as sent":      {`{"lastSyncDateTime":"2026-02-28T23:59:59.1234567+13:45"}`, `2017-01-01T00:02:49.3205976-08:00`, `2026-02-28T23:59:59.1234567+13:45`},
		"a round trip":             {seedAnswer[:len(seedAnswer)-1] + `,"@odata.context":"x","@odata.etag":"y"}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			target := statusPath(name, seedID)
			before := s.create(t, target, seedBody)
			a := s.do(t, call{target: target, body: c.body})
			want := strings.Replace(seedAnswer, c.was, c.becomes, 1)
			if a.status != http.StatusOK || a.body != want {
				t.Errorf("%d %s\nwant %s", a.status, a.body, want)
			}
			if changed := want != seedAnswer; changed != (before.header.Get("ETag") != a.header.Get("ETag")) {
				t.Errorf("the ETag was %s and is %s", before.header.Get("ETag"), a.header.Get("ETag"))
			}
			if got := s.do(t, call{method: http.MethodGet, target: target}); got.body != want {
				t.Errorf("GET answers %s", got.body)
			}
		})
	}
}

func TestOneEntityHasTwoPaths(t *testing.T) { onEachEngine(t, testOneEntityHasTwoPaths) }

func testOneEntityHasTwoPaths(t *testing.T, s *testServer) {
	s.create(t, userStatusPath("app", "user", "id"), `{"deviceName":"a"}`)
	byApp := s.do(t, call{target: statusPath("app", "id"), body: `{"osVersion":"1"}`})
	byUser := s.do(t, call{target: userStatusPath("app", "user", "id"), body: `{"userPrincipalName":"somebody@else.example"}`})
	if byApp.status != http.StatusOK || byUser.status != http.StatusOK {
		t.Fatal(byApp, byUser)
	}
	for _, target := range []string{statusPath("app", "id"), userStatusPath("app", "user", "id")} {
		a := s.do(t, call{method: http.MethodGet, target: target})
		if a.body != byUser.body || !strings.Contains(a.body, `"osVersion":"1"`) {
			t.Errorf("%s: %s", target, a.body)
		}
	}
	for _, target := range []string{userStatusPath("app", "another", "id"), userStatusPath("another", "user", "id"), userStatusPath("app", "user", "another"), statusPath("another", "id")} {
		for _, c := range []call{{target: target, body: `{"osVersion":"2"}`}, {method: http.MethodGet, target: target}} {
			if a := s.do(t, c); a.status != http.StatusNotFound || a.problem(t).Code != "ResourceNotFound" {
				t.Errorf("%s: %d %s", target, a.status, a.body)
			}
		}
	}
}

func TestCreateIfMissing(t *testing.T) { onEachEngine(t, testCreateIfMissing) }

func testCreateIfMissing(t *testing.T, s *testServer) {
	for _, c := range []struct {
		name, target, prefer, ifMatch string
		status                        int
		applied                       string
	}{
		{"is asked for", statusPath("app", "1"), "", "", 404, ""},
		{"creates by the app", statusPath("app", "1"), "create-if-missing", "", 201, "create-if-missing"},
		{"creates once", statusPath("app", "1"), "create-if-missing", "", 200, ""},
		{"creates by the user", userStatusPath("app", "user", "2"), "Create-If-Missing", "", 201, "create-if-missing"},
		{"does not create what another user has", userStatusPath("app", "another", "2"), "create-if-missing", "", 404, ""},
		{"and minimal", statusPath("app", "3"), "return=minimal, create-if-missing", "", 204, "return=minimal, create-if-missing"},
		{"and representation", statusPath("app", "4"), "create-if-missing,return=representation", "", 201, "return=representation, create-if-missing"},
		{"not where If-Match wants one", statusPath("app", "5"), "create-if-missing", "*", 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := map[string]string{"Prefer": c.prefer}
			if c.ifMatch != "" {
				header["If-Match"] = c.ifMatch
			}
			a := s.do(t, call{target: c.target, body: `{}`, header: header})
			if a.status != c.status || a.header.Get("Preference-Applied") != c.applied {
				t.Fatalf("%d %q %s", a.status, a.header.Get("Preference-Applied"), a.body)
			}
			if created := strings.Contains(c.applied, "create"); created != (a.header.Get("Location") == s.base+c.target) {
				t.Errorf("Location: %s", a.header.Get("Location"))
			}
			if id := c.target[len(c.target)-1:]; c.status == 201 && a.body != emptyAnswer(id) {
				t.Errorf("the defaults are %s", a.body)
			}
		})
	}
}

func TestOfConcurrentCreationsOneIsAnswered201(t *testing.T) {
	t.Parallel()
	onEachEngine(t, testOfRacedCreationsOneIsTold201)
}

func testOfRacedCreationsOneIsTold201(t *testing.T, s *testServer) {
	statuses := each(50, func(i int) int {
		target := statusPath("app", "raced")
		if i%2 == 0 {
			target = userStatusPath("app", "user", "raced")
		}
		return s.do(t, call{target: target, body: `{}`, header: map[string]string{"Prefer": "create-if-missing"}}).status
	})
	count := map[int]int{}
	for _, status := range statuses {
		count[status]++
	}
	if count[201] != 1 || count[201]+count[200]+count[404] != 50 {
		t.Errorf("the statuses are %v", count)
	}
}

func TestPrefer(t *testing.T) { onEachEngine(t, testPrefer) }

func testPrefer(t *testing.T, s *testServer) {
	s.create(t, statusPath("app", "id"), `{}`)
	for prefer, want := range map[string]struct {
		status  int
		applied string
	}{
		"return=minimal":                        {204, "return=minimal"},
		"RETURN = \"Minimal\"; x=y":             {204, "return=minimal"},
		"return=representation":                 {200, "return=representation"},
		"return=minimal, return=representation": {204, "return=minimal"},
		"respond-async, return=representation":  {200, "return=representation"},
		"return=none":                           {200, ""},
		"unknown=\"return=minimal, x\"":         {200, ""},
		"odata.include-annotations=\"*\"":       {200, ""},
		"":                                      {200, ""},
		",,;=":                                  {200, ""},
	} {
		a := s.do(t, call{target: statusPath("app", "id"), body: `{}`, header: map[string]string{"Prefer": prefer}})
		if a.status != want.status || a.header.Get("Preference-Applied") != want.applied {
			t.Errorf("%s: %d %q", prefer, a.status, a.header.Get("Preference-Applied"))
		}
	}
}

func TestIfMatch(t *testing.T) { onEachEngine(t, testIfMatch) }

func testIfMatch(t *testing.T, s *testServer) {
	target := statusPath("app", "id")
	tag := s.create(t, target, `{}`).header.Get("ETag")
	for _, c := range []struct {
		ifMatch string
		status  int
	}{
		{tag, 200}, {`"x", ` + tag, 200}, {"*", 200}, {`,, ` + tag + ` ,`, 200},
		{`"x"`, 412}, {"W/" + tag, 412}, {`""`, 412}, {`"*"`, 412},
		{"x", 400}, {strings.Trim(tag, `"`), 400}, {`"x`, 400}, {"*, " + tag, 400},
	} {
		a := s.do(t, call{target: target, body: `{}`, header: map[string]string{"If-Match": c.ifMatch}})
		if a.status != c.status {
			t.Errorf("If-Match: %s: %d %s", c.ifMatch, a.status, a.body)
		}
	}
	a := s.do(t, call{target: target, body: `{"errorCode":5}`, header: map[string]string{"If-Match": `"x"`}})
	if a.problem(t).Code != "ConditionNotMet" || strings.Contains(s.do(t, call{method: http.MethodGet, target: target}).body, `"errorCode":5`) {
		t.Errorf("a refused change: %s", a.body)
	}
	if a := s.do(t, call{target: statusPath("app", "none"), body: `{}`, header: map[string]string{"If-Match": tag}}); a.status != 404 {
		t.Errorf("a missing entity: %d", a.status)
	}
}

func TestIfNoneMatchOfAChange(t *testing.T) { onEachEngine(t, testIfNoneMatchOfAChange) }

func testIfNoneMatchOfAChange(t *testing.T, s *testServer) {
	target := statusPath("app", "id")
	create := func(ifNoneMatch string) answered {
		return s.do(t, call{target: target, body: `{}`, header: map[string]string{"Prefer": "create-if-missing", "If-None-Match": ifNoneMatch}})
	}
	tag := create("*").header.Get("ETag")
	if a := create("*"); a.status != 412 || a.problem(t).Code != "ConditionNotMet" {
		t.Errorf("a second creation: %d %s", a.status, a.body)
	}
	for _, method := range []string{http.MethodPatch, http.MethodDelete} {
		for _, c := range []struct {
			ifNoneMatch string
			status      int
		}{{tag, 412}, {"W/" + tag, 412}, {"*", 412}, {`"x", ` + tag, 412}, {"x", 400}, {`"x"`, map[string]int{http.MethodPatch: 200, http.MethodDelete: 204}[method]}} {
			body := map[string]string{http.MethodPatch: `{}`}[method]
			if a := s.do(t, call{method: method, target: target, body: body, header: map[string]string{"If-None-Match": c.ifNoneMatch}}); a.status != c.status {
				t.Errorf("%s If-None-Match: %s: %d %s", method, c.ifNoneMatch, a.status, a.body)
			}
		}
	}
}

func TestIfNoneMatch(t *testing.T) {
	t.Parallel()
	s := start(t)
	target := statusPath("app", "id")
	tag := s.create(t, target, `{}`).header.Get("ETag")
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for ifNoneMatch, status := range map[string]int{tag: 304, "W/" + tag: 304, "*": 304, `"x", ` + tag: 304, `"x"`: 200} {
			a := s.do(t, call{method: method, target: target, header: map[string]string{"If-None-Match": ifNoneMatch}})
			if a.status != status || a.header.Get("ETag") != tag || status == 304 && a.body != "" {
				t.Errorf("%s If-None-Match: %s: %d %s", method, ifNoneMatch, a.status, a.body)
			}
		}
	}
	if a := s.do(t, call{method: http.MethodGet, target: statusPath("app", "none"), header: map[string]string{"If-None-Match": "*"}}); a.status != 404 {
		t.Errorf("a missing entity: %d", a.status)
	}
}

func TestConcurrentPatchesOfDifferentPropertiesLoseNothing(t *testing.T) {
	t.Parallel()
	onEachEngine(t, testConcurrentPatchesOfDifferentPropertiesLoseNothing)
}

func testConcurrentPatchesOfDifferentPropertiesLoseNothing(t *testing.T, s *testServer) {
	target := statusPath("app", "id")
	s.create(t, target, `{}`)
	properties := []string{"deviceName", "deviceId", "osVersion", "osDescription", "userName", "userPrincipalName", "displayVersion"}
	for round := range 5 {
		statuses := each(50, func(i int) int {
			property := properties[i%len(properties)]
			return s.do(t, call{target: target, body: fmt.Sprintf(`{"%s":"%s %d"}`, property, property, round)}).status
		})
		if slices.ContainsFunc(statuses, func(status int) bool { return status != 200 }) {
			t.Fatal(statuses)
		}
		body := s.do(t, call{method: http.MethodGet, target: target}).body
		for _, property := range properties {
			if want := fmt.Sprintf(`"%s":"%s %d"`, property, property, round); !strings.Contains(body, want) {
				t.Errorf("%s is lost from %s", want, body)
			}
		}
	}
}

// each runs f for 0 to n-1 at once.
func each[T any](n int, f func(i int) T) []T {
	results := make([]T, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { results[i] = f(i) })
	}
	group.Wait()
	return results
}
