package main

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"installstatus/gen"
	"installstatus/server/auth"
)

// exampleMessage returns the message of an example of an error in the contract.
func exampleMessage(t testing.TB, name string) string {
	t.Helper()
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	value, _ := doc.Components.Examples[name].Value.Value.(map[string]any)
	problem, _ := value["error"].(map[string]any)
	message, _ := problem["message"].(string)
	return message
}

func TestAThrottledServerTellsAClientWhenToRetry(t *testing.T) {
	s := start(t, "--throttle", "intune", "--db", "sqlite::memory:")
	target := statusPath("app", "id")
	s.create(t, target, `{}`)
	for range 99 {
		if a := s.do(t, call{target: target, body: `{}`}); a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	for _, c := range []struct {
		rule   string
		call   call
		status int
	}{
		{"the change that is one too many", call{target: target, body: `{}`}, 429},
		{"one that is also wrong: its body is not read", call{target: target, body: `{"errorCode":`}, 429},
		{"a change of another kind", call{method: http.MethodDelete, target: target}, 429},
		{"one in other letters", call{target: "/BETA/deviceappmanagement/mobileApps('app')/deviceStatuses('id')", body: `{}`}, 429},
		{"a read", call{method: http.MethodGet, target: target}, 200},
		{"HEAD, which is a read", call{method: http.MethodHead, target: target}, 200},
		{"a change for another app", call{target: statusPath("other", "id"), body: `{}`}, 404},
		{"a wrong verb", call{method: http.MethodPut, target: target, body: `{}`}, 405},
	} {
		t.Run(c.rule, func(t *testing.T) {
			a := s.do(t, c.call)
			if a.status != c.status {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if a.status != http.StatusTooManyRequests {
				return
			}
			seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
			if err != nil || seconds < 1 || seconds > 20 {
				t.Errorf("Retry-After: %s", a.header.Get("Retry-After"))
			}
			if p := a.problem(t); p.Code != "TooManyRequests" || p.Message != exampleMessage(t, "throttled") {
				t.Errorf("%s: %s", p.Code, p.Message)
			}
		})
	}
	other := s.do(t, call{target: target, body: `{}`, header: map[string]string{"Authorization": "Bearer " + s.tokenOf(t, auth.Grant{Tenant: tenantB, Scope: auth.WritePermission, Lifetime: time.Hour})}})
	if other.status != http.StatusNotFound {
		t.Errorf("another tenant: %d", other.status)
	}
}

func TestEachRequestOfABatchCountsAndTheBatchDoesNot(t *testing.T) {
	s := start(t, "--throttle", "intune", "--db", "sqlite::memory:")
	target := statusPath("app", "id")
	s.create(t, target, `{}`)
	for range 4 {
		var requests []batched
		for i := range 20 {
			requests = append(requests, inBatch(fmt.Sprint(i), call{target: target, body: `{}`}))
		}
		for _, status := range statusesOf(s.batch(t, nil, requests...)) {
			if status != http.StatusOK {
				t.Fatal(status)
			}
		}
	}
	var requests []batched
	for i := range 20 {
		requests = append(requests, inBatch(fmt.Sprint(i), call{target: target, body: `{}`}))
	}
	served := 0
	for _, item := range s.batch(t, nil, requests...) {
		switch {
		case item.Status == http.StatusOK:
			served++
		case item.Status != http.StatusTooManyRequests || item.Headers["Retry-After"] == "":
			t.Errorf("%d %v", item.Status, item.Headers)
		}
	}
	if served != 19 {
		t.Errorf("after 81 changes, %d of 20 are served, want 19", served)
	}
	if items := s.batch(t, nil, inBatch("1", call{target: target, body: `{}`}), inBatch("2", call{method: http.MethodGet, target: target}, "1")); items[0].Status != 429 || items[1].Status != 424 {
		t.Errorf("a request that depends on a refused one: %v", statusesOf(items))
	}
}

func TestForbiddenRequestsDoNotCountForTheThrottle(t *testing.T) {
	s := start(t, "--throttle", "intune", "--db", "sqlite::memory:")
	target := statusPath("app", "id")
	reader := map[string]string{"Authorization": "Bearer " + s.tokenOf(t, auth.Grant{Tenant: tenantA, Scope: "DeviceManagementApps.Read.All", Lifetime: time.Hour})}
	for range 120 {
		if a := s.do(t, call{target: target, body: `{}`, header: reader}); a.status != http.StatusForbidden {
			t.Fatal(a.status)
		}
	}
	s.create(t, target, `{}`)
}
