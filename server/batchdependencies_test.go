package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestWhatDependsOnAFailureFailsToo(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.create(t, statusPath("app", "id"), `{}`)
	good := call{method: http.MethodGet, target: statusPath("app", "id")}
	unchanged := call{method: http.MethodGet, target: statusPath("app", "id"), header: map[string]string{"If-None-Match": "*"}}
	missing := call{method: http.MethodGet, target: statusPath("app", "none")}
	write := call{target: statusPath("app", "id"), body: `{"errorCode":1}`}
	items := s.batch(t, nil,
		inBatch("last", write, "LAST-BUT-ONE"),
		inBatch("last-but-one", write, "two"),
		inBatch("two", good, "none", "good"),
		inBatch("none", missing),
		inBatch("good", good),
		inBatch("304", unchanged, "good", "good"),
		inBatch("after 304", good, "304"),
		inBatch("after a broken url", good, "broken url"),
		inBatch("broken url", call{method: http.MethodGet, target: "/%zz"}))
	if got := statusesOf(items); !slices.Equal(got, []int{424, 424, 424, 404, 200, 304, 200, 424, 400}) {
		t.Errorf("the statuses are %v", got)
	}
	if p := (answered{body: string(items[0].Body)}).problem(t); p.Code != "FailedDependency" || p.InnerError.RequestID != items[0].Headers["request-id"] {
		t.Errorf("%s", items[0].Body)
	}
	if a := s.do(t, good); a.body != emptyAnswer("id") {
		t.Errorf("what was not tried has changed something: %s", a.body)
	}
}

func TestDependentRequestsGoInTheirOrder(t *testing.T) {
	t.Parallel()
	s := start(t)
	const most = 20
	for round := range 5 {
		target := statusPath("app", fmt.Sprint(round))
		requests := []batched{inBatch("0", call{target: target, body: `{"errorCode":0}`, header: map[string]string{"Prefer": "create-if-missing"}})}
		for i := 1; i < most; i++ {
			requests = append(requests, inBatch(fmt.Sprint(i), call{target: target, body: fmt.Sprintf(`{"errorCode":%d}`, i)}, fmt.Sprint(i-1)))
		}
		rand.Shuffle(most, func(i, j int) { requests[i], requests[j] = requests[j], requests[i] })
		for _, item := range s.batch(t, nil, requests...) {
			if !strings.Contains(string(item.Body), `"errorCode":`+item.ID+`,`) {
				t.Errorf("%s: %d %s", item.ID, item.Status, item.Body)
			}
		}
		if a := s.do(t, call{method: http.MethodGet, target: target}); !strings.Contains(a.body, fmt.Sprintf(`"errorCode":%d,`, most-1)) {
			t.Errorf("the last change is lost: %s", a.body)
		}
	}
}

func TestTwentyChangesInABatchLoseNothing(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.create(t, statusPath("app", "id"), `{}`)
	properties := []string{"deviceName", "deviceId", "osVersion", "osDescription", "userName", "userPrincipalName", "displayVersion"}
	for _, statuses := range each(5, func(round int) []int {
		var requests []batched
		for i := range 20 {
			property := properties[(i+round)%len(properties)]
			requests = append(requests, inBatch(fmt.Sprint(i), call{target: statusPath("app", "id"), body: fmt.Sprintf(`{"%s":"%s"}`, property, property)}))
		}
		return statusesOf(s.batch(t, nil, requests...))
	}) {
		if !slices.Equal(statuses, slices.Repeat([]int{200}, 20)) {
			t.Errorf("the statuses are %v", statuses)
		}
	}
	body := s.do(t, call{method: http.MethodGet, target: statusPath("app", "id")}).body
	for _, property := range properties {
		if want := fmt.Sprintf(`"%s":"%s"`, property, property); !strings.Contains(body, want) {
			t.Errorf("%s is lost from %s", want, body)
		}
	}
}
