package columns

import (
	"strings"

	"installstatus/api/status"
)

// UserStatus are the properties of a user status: what each is in SQL, for the rows of one user_status, and where it is
// scanned to.
type UserStatus []userColumn

type userColumn struct {
	property status.Property
	value    string
	field    func(*status.UserStatus) any
}

// OfUserStatus takes what an engine has its own words for: the id, and the names, which are those of the row synced last.
func OfUserStatus(id, userName, userPrincipalName string) UserStatus {
	return UserStatus{
		{status.PropertyID, id, func(u *status.UserStatus) any { return &u.ID }},
		{status.PropertyUserName, userName, func(u *status.UserStatus) any { return Text(&u.UserName) }},
		{status.PropertyUserPrincipalName, userPrincipalName, func(u *status.UserStatus) any { return Text(&u.UserPrincipalName) }},
		{status.PropertyInstalledDeviceCount, countIn(status.InstallStateInstalled), func(u *status.UserStatus) any { return &u.InstalledDeviceCount }},
		{status.PropertyFailedDeviceCount, countIn(status.InstallStateFailed), func(u *status.UserStatus) any { return &u.FailedDeviceCount }},
		{status.PropertyNotInstalledDeviceCount, countIn(status.InstallStateNotInstalled), func(u *status.UserStatus) any { return &u.NotInstalledDeviceCount }},
	}
}

func countIn(state status.InstallState) string {
	return "COUNT(*) FILTER (WHERE install_state = '" + string(state) + "')"
}

// Expression is what a property is called in SQL.
func (u UserStatus) Expression(p status.Property) string {
	for _, c := range u {
		if c.property == p {
			return c.value
		}
	}
	panic("a property that user statuses do not have: " + string(p))
}

// Selected are all of them, as a SELECT names them.
func (u UserStatus) Selected() string {
	var values []string
	for _, c := range u {
		values = append(values, c.value)
	}
	return strings.Join(values, ", ")
}

// Fields are their places in of, in the order of Selected, for a driver to scan into.
func (u UserStatus) Fields(of *status.UserStatus) (fields []any) {
	for _, c := range u {
		fields = append(fields, c.field(of))
	}
	return fields
}
