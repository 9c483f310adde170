package storetest

import (
	"fmt"

	"installstatus/api/status"
)

// property is one property of a status, and what a patch can say of it.
type property struct {
	name string
	set  func(p *status.Patch, n int) // to one of many values, another for each n
	null func(p *status.Patch)        // nil where it can't be null
}

func properties() []property {
	return []property{
		nullable("deviceName", func(p *status.Patch) *status.Field[status.Text] { return &p.DeviceName }),
		nullable("deviceId", func(p *status.Patch) *status.Field[status.Text] { return &p.DeviceID }),
		{name: "lastSyncDateTime", set: func(p *status.Patch, n int) {
			p.LastSyncDateTime = status.Set(dateTime(fmt.Sprintf("2017-01-01T00:02:49.%07d-08:00", n)))
		}},
		{name: "mobileAppInstallStatusValue", set: func(p *status.Patch, n int) {
			p.MobileAppInstallStatusValue = status.Set(installState(n + 1))
		}},
		{name: "installState", set: func(p *status.Patch, n int) {
			p.InstallState = status.Set(installState(n))
		}},
		{name: "installStateDetail", set: func(p *status.Patch, n int) {
			p.InstallStateDetail = status.Set(status.InstallStateDetail(fmt.Sprintf("detail%d", n)))
		}},
		{name: "errorCode", set: func(p *status.Patch, n int) { p.ErrorCode = status.Set(int32(n)) }},
		nullable("osVersion", func(p *status.Patch) *status.Field[status.Text] { return &p.OSVersion }),
		nullable("osDescription", func(p *status.Patch) *status.Field[status.Text] { return &p.OSDescription }),
		nullable("userName", func(p *status.Patch) *status.Field[status.Text] { return &p.UserName }),
		nullable("userPrincipalName", func(p *status.Patch) *status.Field[status.Text] { return &p.UserPrincipalName }),
		nullable("displayVersion", func(p *status.Patch) *status.Field[status.Text] { return &p.DisplayVersion }),
	}
}

func nullable(name string, field func(*status.Patch) *status.Field[status.Text]) property {
	return property{
		name: name,
		set: func(p *status.Patch, n int) {
			*field(p) = status.Set(status.TextOf(fmt.Sprintf("%s %d", name, n)))
		},
		null: func(p *status.Patch) { *field(p) = status.Set(status.Text{}) },
	}
}

// to is the patch that sets the property alone.
func (p property) to(n int) (patch status.Patch) {
	p.set(&patch, n)
	return patch
}

// everything is the patch that sets all properties.
func everything(n int) (patch status.Patch) {
	for _, p := range properties() {
		p.set(&patch, n)
	}
	return patch
}

func installState(n int) status.InstallState {
	states := [...]status.InstallState{
		status.InstallStateInstalled, status.InstallStateFailed, status.InstallStateNotInstalled,
		status.InstallStateUninstallFailed, status.InstallStatePendingInstall, status.InstallStateUnknown,
		status.InstallStateNotApplicable,
	}
	return states[n%len(states)]
}

// dateTime is the DateTime that text says, which must be one.
func dateTime(text string) status.DateTime {
	at, err := status.ParseDateTime(text)
	if err != nil {
		panic(err)
	}
	return at
}
