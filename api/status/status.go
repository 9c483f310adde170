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

// Property names a property of a status in the API's own words.
type Property string

// The properties of a status.
const (
	PropertyID                          Property = "id"
	PropertyDeviceName                  Property = "deviceName"
	PropertyDeviceID                    Property = "deviceId"
	PropertyLastSyncDateTime            Property = "lastSyncDateTime"
	PropertyMobileAppInstallStatusValue Property = "mobileAppInstallStatusValue"
	PropertyInstallState                Property = "installState"
	PropertyInstallStateDetail          Property = "installStateDetail"
	PropertyErrorCode                   Property = "errorCode"
	PropertyOSVersion                   Property = "osVersion"
	PropertyOSDescription               Property = "osDescription"
	PropertyUserName                    Property = "userName"
	PropertyUserPrincipalName           Property = "userPrincipalName"
	PropertyDisplayVersion              Property = "displayVersion"
)

// Properties are the properties of a status, in the order of the API.
func Properties() []Property {
	return []Property{
		PropertyID,
		PropertyDeviceName,
		PropertyDeviceID,
		PropertyLastSyncDateTime,
		PropertyMobileAppInstallStatusValue,
		PropertyInstallState,
		PropertyInstallStateDetail,
		PropertyErrorCode,
		PropertyOSVersion,
		PropertyOSDescription,
		PropertyUserName,
		PropertyUserPrincipalName,
		PropertyDisplayVersion,
	}
}

// Value is the value of one property of s; null for a property that is not there.
func (s Status) Value(p Property) Value {
	switch p {
	case PropertyID:
		return TextValue(s.ID)
	case PropertyDeviceName:
		return s.DeviceName.value()
	case PropertyDeviceID:
		return s.DeviceID.value()
	case PropertyLastSyncDateTime:
		return TextValue(s.LastSyncDateTime.Instant())
	case PropertyMobileAppInstallStatusValue:
		return TextValue(string(s.MobileAppInstallStatusValue))
	case PropertyInstallState:
		return TextValue(string(s.InstallState))
	case PropertyInstallStateDetail:
		return Text{Value: string(s.InstallStateDetail), Valid: s.InstallStateDetail != ""}.value()
	case PropertyErrorCode:
		return NumberValue(int64(s.ErrorCode))
	case PropertyOSVersion:
		return s.OSVersion.value()
	case PropertyOSDescription:
		return s.OSDescription.value()
	case PropertyUserName:
		return s.UserName.value()
	case PropertyUserPrincipalName:
		return s.UserPrincipalName.value()
	case PropertyDisplayVersion:
		return s.DisplayVersion.value()
	default:
		return Value{}
	}
}
