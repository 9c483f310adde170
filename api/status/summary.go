package status

import "installstatus/api/query"

// Summary is a mobileAppInstallSummary: how many devices and users of an app are in each install state.
type Summary struct {
	App     string
	Devices Counts
	Users   Counts
}

// Counts are counts by install state. Graph counts neither unknown nor uninstallFailed.
type Counts struct {
	Installed, Failed, NotApplicable, NotInstalled, PendingInstall int32
}

// SummaryProperties are the properties of a Summary in the order of the API.
var SummaryProperties = [...]Property[Summary]{
	of(query.ID, "", key, func(s *Summary) *string { return &s.App }),
	of("installedDeviceCount", "", number, func(s *Summary) *int32 { return &s.Devices.Installed }),
	of("failedDeviceCount", "", number, func(s *Summary) *int32 { return &s.Devices.Failed }),
	of("notApplicableDeviceCount", "", number, func(s *Summary) *int32 { return &s.Devices.NotApplicable }),
	of("notInstalledDeviceCount", "", number, func(s *Summary) *int32 { return &s.Devices.NotInstalled }),
	of("pendingInstallDeviceCount", "", number, func(s *Summary) *int32 { return &s.Devices.PendingInstall }),
	of("installedUserCount", "", number, func(s *Summary) *int32 { return &s.Users.Installed }),
	of("failedUserCount", "", number, func(s *Summary) *int32 { return &s.Users.Failed }),
	of("notApplicableUserCount", "", number, func(s *Summary) *int32 { return &s.Users.NotApplicable }),
	of("notInstalledUserCount", "", number, func(s *Summary) *int32 { return &s.Users.NotInstalled }),
	of("pendingInstallUserCount", "", number, func(s *Summary) *int32 { return &s.Users.PendingInstall }),
}

// SummaryOf defines the summary of all of an app's rows. Each row is a device and is counted by its installState. Each user
// status is a user, who may be counted more than once or not at all: as installed or as notApplicable if all of the user's
// devices are, as failed or as notInstalled if at least one is, as pendingInstall if at least one is and none has failed.
func SummaryOf(app string, rows []Row) Summary {
	s := Summary{App: app, Devices: countsOf(rows)}
	for _, devices := range byUser(rows) {
		all, in := int32(len(devices)), countsOf(devices)
		if in.Installed == all {
			s.Users.Installed++
		}
		if in.Failed > 0 {
			s.Users.Failed++
		}
		if in.NotApplicable == all {
			s.Users.NotApplicable++
		}
		if in.NotInstalled > 0 {
			s.Users.NotInstalled++
		}
		if in.PendingInstall > 0 && in.Failed == 0 {
			s.Users.PendingInstall++
		}
	}
	return s
}

func countsOf(rows []Row) (c Counts) {
	for _, row := range rows {
		switch row.InstallState {
		case InstallStateInstalled:
			c.Installed++
		case InstallStateFailed:
			c.Failed++
		case InstallStateNotApplicable:
			c.NotApplicable++
		case InstallStateNotInstalled:
			c.NotInstalled++
		case InstallStatePendingInstall:
			c.PendingInstall++
		case InstallStateUnknown, InstallStateUninstallFailed:
		}
	}
	return c
}

// ETag returns the strong entity tag of s, as Status.ETag does for a status.
func (s Summary) ETag() string { return tagOf(SummaryProperties[:], len(SummaryProperties), &s) }
