package status_test

import (
	"testing"

	"installstatus/api/status"
)

func TestUserStatusesAndSummariesThatDifferHaveTagsThatDiffer(t *testing.T) {
	a, empty := status.TextOf("a"), status.TextOf("")
	tagged := []interface{ ETag() string }{
		status.UserStatus{ID: "id"}, status.UserStatus{ID: "other"},
		status.UserStatus{ID: "id", UserName: a}, status.UserStatus{ID: "id", UserPrincipalName: a}, status.UserStatus{ID: "id", UserName: empty},
		status.UserStatus{ID: "id", InstalledDeviceCount: 1}, status.UserStatus{ID: "id", FailedDeviceCount: 1}, status.UserStatus{ID: "id", NotInstalledDeviceCount: 1},
		status.Summary{App: "id"}, status.Summary{App: "other"},
	}
	for n := range 5 {
		one := []int32{0, 0, 0, 0, 0}
		one[n] = 1
		counts := status.Counts{Installed: one[0], Failed: one[1], NotApplicable: one[2], NotInstalled: one[3], PendingInstall: one[4]}
		tagged = append(tagged, status.Summary{App: "id", Devices: counts}, status.Summary{App: "id", Users: counts})
	}
	tags := map[string]bool{}
	for _, entity := range tagged {
		tags[entity.ETag()] = true
	}
	if len(tags) != len(tagged) {
		t.Errorf("%d entities have %d tags", len(tagged), len(tags))
	}
}

func TestTagsOfWhatIsCountedNeverChangeBetweenVersions(t *testing.T) {
	if tag := (status.UserStatus{ID: "id"}).ETag(); tag != `"eX-4looMWUZzYx0zPtLT3A"` {
		t.Errorf("the tag of a user status is now %s", tag)
	}
	if tag := (status.Summary{App: "id"}).ETag(); tag != `"Xac_boOx8z8MgUiwjjYPmA"` {
		t.Errorf("the tag of a summary is now %s", tag)
	}
}
