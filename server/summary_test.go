package main

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// summaryPath returns the path of an app's summary.
func summaryPath(app string) string {
	return fmt.Sprintf("/beta/deviceAppManagement/mobileApps/%s/installSummary", url.PathEscape(app))
}

// summaryAnswer returns the answer with a summary, from the numbers of devices and users that are installed, failed,
// notApplicable, notInstalled and pendingInstall.
func summaryAnswer(app string, devices, users [5]int) string {
	answer := `{"@odata.type":"#microsoft.graph.mobileAppInstallSummary","id":"` + app + `"`
	states := [5]string{"installed", "failed", "notApplicable", "notInstalled", "pendingInstall"}
	for i, state := range states {
		answer += fmt.Sprintf(`,"%sDeviceCount":%d`, state, devices[i])
	}
	for i, state := range states {
		answer += fmt.Sprintf(`,"%sUserCount":%d`, state, users[i])
	}
	return answer + "}"
}

func TestASummaryCountsDeviceStatuses(t *testing.T) {
	t.Parallel()
	onEachEngine(t, testASummaryCountsTheDeviceStatusesThereAre)
}

func testASummaryCountsTheDeviceStatusesThereAre(t *testing.T, s *testServer) {
	for _, step := range []struct {
		name, target, body string
		devices, users     [5]int
	}{
		{"a device of nobody's", statusPath("app", "1"), `{"installState":"failed","mobileAppInstallStatusValue":"installed"}`, [5]int{0, 1}, [5]int{}},
		{"one of a user's", userStatusPath("app", "user", "2"), `{"installState":"installed"}`, [5]int{1, 1}, [5]int{1}},
		{"one of another's", statusPath("app", "3"), `{"installState":"notInstalled","userPrincipalName":"anna@contoso.example"}`, [5]int{1, 1, 0, 1}, [5]int{1, 0, 0, 1}},
		{"one that is unknown", userStatusPath("app", "user", "4"), `{}`, [5]int{1, 1, 0, 1}, [5]int{0, 0, 0, 1}},
		{"a change of state", statusPath("app", "4"), `{"installState":"pendingInstall"}`, [5]int{1, 1, 0, 1, 1}, [5]int{0, 0, 0, 1, 1}},
		{"a failure for a user who waits", statusPath("app", "2"), `{"installState":"failed"}`, [5]int{0, 2, 0, 1, 1}, [5]int{0, 1, 0, 1}},
		{"a change that does not count", statusPath("app", "2"), `{"errorCode":7}`, [5]int{0, 2, 0, 1, 1}, [5]int{0, 1, 0, 1}},
		{"a deletion", statusPath("app", "2"), "", [5]int{0, 1, 0, 1, 1}, [5]int{0, 0, 0, 1, 1}},
		{"a device that the app is not for", statusPath("app", "4"), `{"installState":"notApplicable"}`, [5]int{0, 1, 1, 1}, [5]int{0, 0, 1, 1}},
		{"a device of another app", userStatusPath("another", "user", "5"), `{"installState":"failed"}`, [5]int{0, 1, 1, 1}, [5]int{0, 0, 1, 1}},
	} {
		before := s.read(t, summaryPath("app"))
		s.put(t, step.target, step.body)
		got := s.read(t, summaryPath("app"))
		if want := summaryAnswer("app", step.devices, step.users); got.status != http.StatusOK || got.body != want {
			t.Errorf("%s: %d %s\nwant %s", step.name, got.status, got.body, want)
		}
		if (before.header.Get("ETag") == got.header.Get("ETag")) != (before.body == got.body) {
			t.Errorf("%s: the ETag was %s and is %s", step.name, before.header.Get("ETag"), got.header.Get("ETag"))
		}
	}
}

func TestTheSummaryOfAnUnknownAppIsZero(t *testing.T) {
	t.Parallel()
	s := start(t)
	if a := s.read(t, summaryPath("it's/ü")); a.status != http.StatusOK || a.body != summaryAnswer("it's/ü", [5]int{}, [5]int{}) {
		t.Errorf("%d %s", a.status, a.body)
	}
}
