package status

import "encoding/binary"

// Summary is a mobileAppInstallSummary: how many devices and users of an app are in which install state.
type Summary struct {
	App     string
	Devices Counts
	Users   Counts
}

// Counts are numbers by install state. Graph counts neither unknown nor uninstallFailed.
type Counts struct {
	Installed, Failed, NotApplicable, NotInstalled, PendingInstall int32
}

// SummaryOf is the rule of a summary of all of an app's rows. A row is a device, and counts where its installState says.
// A user is a user status, and may count more than once, or not at all: as installed and as notApplicable if all of its
// devices are, as failed and as notInstalled if one of them is, as pendingInstall if one is and none has failed.
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

// ETag is the strong entity tag of s, as Status.ETag is that of a status.
func (s Summary) ETag() string {
	content := appendString(nil, s.App)
	for _, c := range []Counts{s.Devices, s.Users} {
		for _, n := range []int32{c.Installed, c.Failed, c.NotApplicable, c.NotInstalled, c.PendingInstall} {
			content = binary.AppendVarint(content, int64(n))
		}
	}
	return etagOf(content)
}
