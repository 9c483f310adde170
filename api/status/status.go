// Package status is the domain: a device's install status of an app, the change that a PATCH asks for, and what a
// storage engine must guarantee. It is plain Go and imports no HTTP, no JSON and no database.
package status

import "installstatus/api/query"

// Status is one mobileAppInstallStatus. Two of them are equal (==) if every property is. Each field has a row in Properties.
type Status struct {
	ID                          string
	DeviceName                  Text
	DeviceID                    Text
	LastSyncDateTime            query.DateTime
	MobileAppInstallStatusValue InstallState
	InstallState                InstallState
	InstallStateDetail          InstallStateDetail // "" if it was never set
	ErrorCode                   int32
	OSVersion                   Text
	OSDescription               Text
	UserName                    Text
	UserPrincipalName           Text
	DisplayVersion              Text
}

// Properties are the properties of a Status in the order of the API. A new one goes to the end.
var Properties = [...]Property[Status]{
	of(query.ID, "", key, func(s *Status) *string { return &s.ID }),
	of("deviceName", "device_name", text, func(s *Status) *Text { return &s.DeviceName }),
	of("deviceId", "device_id", text, func(s *Status) *Text { return &s.DeviceID }),
	of("lastSyncDateTime", "last_sync_date_time", instant, func(s *Status) *query.DateTime { return &s.LastSyncDateTime }),
	of("mobileAppInstallStatusValue", "mobile_app_install_status_value", enum, func(s *Status) *string { return (*string)(&s.MobileAppInstallStatusValue) }),
	of("installState", "install_state", enum, func(s *Status) *string { return (*string)(&s.InstallState) }),
	of("installStateDetail", "install_state_detail", optionalEnum, func(s *Status) *string { return (*string)(&s.InstallStateDetail) }),
	of("errorCode", "error_code", number, func(s *Status) *int32 { return &s.ErrorCode }),
	of("osVersion", "os_version", text, func(s *Status) *Text { return &s.OSVersion }),
	of("osDescription", "os_description", text, func(s *Status) *Text { return &s.OSDescription }),
	of("userName", "user_name", text, func(s *Status) *Text { return &s.UserName }),
	of("userPrincipalName", "user_principal_name", text, func(s *Status) *Text { return &s.UserPrincipalName }),
	of("displayVersion", "display_version", text, func(s *Status) *Text { return &s.DisplayVersion }),
}

// NeverSynced is the lastSyncDateTime of a status that was created without one.
var NeverSynced = query.Stored("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000000Z")

// New returns a status that has only an id: its strings are null, its other properties have Graph's defaults.
func New(id string) Status {
	return Status{
		ID:                          id,
		LastSyncDateTime:            NeverSynced,
		MobileAppInstallStatusValue: InstallStateUnknown,
		InstallState:                InstallStateUnknown,
	}
}

// Value implements query.Row.
func (s Status) Value(property string) query.Value { return valueOf(Properties[:], &s, property) }

// Size implements query.Row.
func (s Status) Size() int { return sizeOf(Properties[:], &s) }

// MaxID and MaxText are the greatest lengths of an id and of any other text in characters, as in the contract.
const (
	MaxID   = 1024
	MaxText = 8192
)

// Text is a nullable string. The zero Text is null.
type Text struct {
	Value string
	Valid bool
}

// TextOf returns the Text that holds s, which may be empty.
func TextOf(s string) Text { return Text{Value: s, Valid: true} }

func (t Text) value() query.Value {
	if !t.Valid {
		return query.Value{}
	}
	return query.TextValue(t.Value)
}

// Key names one row within a tenant. All of its parts are case-sensitive.
type Key struct {
	App  string // canonical, as in every other place of a Store: see CanonicalApp
	User string // the user status that the row must belong to; "" for any, as on the app's own path
	ID   string
}
