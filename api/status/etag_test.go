package status_test

import (
	"testing"

	"installstatus/api/query"
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

// Clients hold the tags of stored entities, so no release may change them. These were written down before properties had a table.
func TestTagsNeverChangeBetweenVersions(t *testing.T) {
	at, err := query.ParseDateTime("2017-01-01T00:02:49.3205976-08:00")
	if err != nil {
		t.Fatal(err)
	}
	text := status.TextOf
	with := func(change func(*status.Status)) status.Status {
		s := status.New("id")
		change(&s)
		return s
	}
	for _, c := range []struct {
		name   string
		entity interface{ ETag() string }
		want   string
	}{
		{"a new status", status.New("id"), `"BiQ8xggPq5rDfaquvVM52g"`},
		{"deviceName", with(func(s *status.Status) { s.DeviceName = text("a") }), `"KKoyTye4jSux0V5IT-GE1w"`},
		{"deviceId", with(func(s *status.Status) { s.DeviceID = text("a") }), `"alr0k_cVOanBpkO1BgbXTw"`},
		{"an empty displayVersion", with(func(s *status.Status) { s.DisplayVersion = text("") }), `"ZlQ-v9zBqst9MCAGgsyctA"`},
		{"errorCode", with(func(s *status.Status) { s.ErrorCode = 9 }), `"dCCqNAWnJLyDnSK4Gh33hw"`},
		{"installStateDetail", with(func(s *status.Status) { s.InstallStateDetail = "noAdditionalDetails" }), `"LUYAjsa1QAUpiIR3ye6aHg"`},
		{"lastSyncDateTime", with(func(s *status.Status) { s.LastSyncDateTime = at }), `"zDBlj9RWlWCoGrmS3OeIxg"`},
		{"every property", status.Status{
			ID: "7560ee45-ee45-7560-45ee-607545ee6075", DeviceName: text("Device Name value"), DeviceID: text("Device Id value"),
			LastSyncDateTime: at, MobileAppInstallStatusValue: "failed", InstallState: "installed", InstallStateDetail: "pendingReboot",
			ErrorCode: -2016345060, OSVersion: text("Os Version value"), OSDescription: text(""), UserName: text("Jürgen 漢"),
			UserPrincipalName: text("User Principal Name value"), DisplayVersion: text("Display Version value"),
		}, `"X6UwA1O2pCUKqZg1SHFVsQ"`},
		{"a user status", status.UserStatus{ID: "id"}, `"eX-4looMWUZzYx0zPtLT3A"`},
		{"a user status with every property", status.UserStatus{
			ID: "user", UserName: text("Jürgen 漢"), UserPrincipalName: text(""),
			InstalledDeviceCount: 3, FailedDeviceCount: 200, NotInstalledDeviceCount: 1,
		}, `"tHi0dI3ZNZc2dwIE3UPONA"`},
		{"a summary", status.Summary{App: "id"}, `"Xac_boOx8z8MgUiwjjYPmA"`},
	} {
		if tag := c.entity.ETag(); tag != c.want {
			t.Errorf("%s has the tag %s, want %s", c.name, tag, c.want)
		}
	}
}
