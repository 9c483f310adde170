// Package status is the domain: a device's install status of an app, the change that a PATCH asks for, and what a
// storage engine must guarantee. It is plain Go and knows no HTTP, no JSON and no database.
package status

// Status is one mobileAppInstallStatus. Two of them are equal (==) if every property is.
type Status struct {
	ID                          string
	DeviceName                  Text
	DeviceID                    Text
	LastSyncDateTime            DateTime
	MobileAppInstallStatusValue InstallState
	InstallState                InstallState
	InstallStateDetail          InstallStateDetail // "" where it was never set
	ErrorCode                   int32
	OSVersion                   Text
	OSDescription               Text
	UserName                    Text
	UserPrincipalName           Text
	DisplayVersion              Text
}

// New is a status of which only the id is known: its strings are null, its other properties have Graph's defaults.
func New(id string) Status {
	return Status{
		ID:                          id,
		LastSyncDateTime:            NeverSynced,
		MobileAppInstallStatusValue: InstallStateUnknown,
		InstallState:                InstallStateUnknown,
	}
}

// Text is a nullable string. The zero Text is null.
type Text struct {
	Value string
	Valid bool
}

// TextOf is the Text that holds s, which may be empty.
func TextOf(s string) Text { return Text{Value: s, Valid: true} }

// Key names one row within a tenant. All of its parts are case-sensitive.
type Key struct {
	App  string
	User string // the user status that the row must belong to; "" for any, as on the app's own path
	ID   string
}
