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
	all := []property{
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
	}
	for _, name := range texts() {
		all = append(all, property{
			name: string(name),
			set:  func(p *status.Patch, n int) { *p.Text(name) = status.Set(status.TextOf(fmt.Sprintf("%s %d", name, n))) },
			null: func(p *status.Patch) { *p.Text(name) = status.Set(status.Text{}) },
		})
	}
	return all
}

// texts are the properties that are nullable strings.
func texts() (names []status.Property) {
	for _, name := range status.Properties() {
		if new(status.Patch).Text(name) != nil {
			names = append(names, name)
		}
	}
	return names
}

// allTexts is the patch that sets all of those.
func allTexts(to string) (patch status.Patch) {
	for _, name := range texts() {
		*patch.Text(name) = status.Set(status.TextOf(to))
	}
	return patch
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
