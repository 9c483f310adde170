package status

import (
	"cmp"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// UserStatus is one userAppInstallStatus: the status of an app for a user, made of the rows that belong to it. Nothing
// else is kept of it.
type UserStatus struct {
	ID                      string
	UserName                Text
	UserPrincipalName       Text
	InstalledDeviceCount    int32
	FailedDeviceCount       int32
	NotInstalledDeviceCount int32
}

// The properties that a user status has beside an id and two names.
const (
	PropertyInstalledDeviceCount    Property = "installedDeviceCount"
	PropertyFailedDeviceCount       Property = "failedDeviceCount"
	PropertyNotInstalledDeviceCount Property = "notInstalledDeviceCount"
)

// UsersOf is the rule of user statuses: those of all of an app's rows, in no order. One is there while a row belongs to
// it. Its names are those of the row synced last, or null where that one has none; of the rows synced at the same instant
// it is the one whose id is the greatest by its bytes. Devices are counted by installState.
func UsersOf(rows []Row) (users []UserStatus) {
	for id, devices := range byUser(rows) {
		last := slices.MaxFunc(devices, func(a, b Row) int {
			return cmp.Or(strings.Compare(a.LastSyncDateTime.Instant(), b.LastSyncDateTime.Instant()), strings.Compare(a.ID, b.ID))
		})
		in := countsOf(devices)
		users = append(users, UserStatus{
			ID:                      id,
			UserName:                last.UserName,
			UserPrincipalName:       last.UserPrincipalName,
			InstalledDeviceCount:    in.Installed,
			FailedDeviceCount:       in.Failed,
			NotInstalledDeviceCount: in.NotInstalled,
		})
	}
	return users
}

// byUser are the rows of each user status. Rows that belong to none are left out.
func byUser(rows []Row) map[string][]Row {
	users := make(map[string][]Row)
	for _, row := range rows {
		if row.User != "" {
			users[row.User] = append(users[row.User], row)
		}
	}
	return users
}

// Value is the value of one property of u; null for a property that is not there.
func (u UserStatus) Value(p Property) Value {
	switch p {
	case PropertyID:
		return TextValue(u.ID)
	case PropertyUserName:
		return u.UserName.value()
	case PropertyUserPrincipalName:
		return u.UserPrincipalName.value()
	case PropertyInstalledDeviceCount:
		return NumberValue(int64(u.InstalledDeviceCount))
	case PropertyFailedDeviceCount:
		return NumberValue(int64(u.FailedDeviceCount))
	case PropertyNotInstalledDeviceCount:
		return NumberValue(int64(u.NotInstalledDeviceCount))
	default:
		return Value{}
	}
}

// ETag is the strong entity tag of u, as Status.ETag is that of a status.
func (u UserStatus) ETag() string { return etagOf(u.content()) }

func (u UserStatus) content() (content []byte) {
	content = appendString(content, u.ID)
	content = appendText(content, u.UserName)
	content = appendText(content, u.UserPrincipalName)
	for _, count := range []int32{u.InstalledDeviceCount, u.FailedDeviceCount, u.NotInstalledDeviceCount} {
		content = binary.AppendVarint(content, int64(count))
	}
	return content
}

// userStatusSpace is the namespace of UserStatusID's UUIDs; it never changes, since stored rows hold what came of it.
var userStatusSpace = [16]byte{0x5b, 0x1c, 0x0e, 0x7a, 0x93, 0x44, 0x4f, 0x0d, 0x8a, 0x1e, 0x6c, 0x52, 0x9d, 0x3b, 0xe7, 0x21}

// UserStatusID is the id of the user status to which a row of an app belongs where no path named one: a UUID of version
// 5 (RFC 9562) over the app and the lower-cased name, "" for a user without a name.
func UserStatusID(app, userPrincipalName string) string {
	if userPrincipalName == "" {
		return ""
	}
	return derivedID(userStatusSpace, app, userPrincipalName)
}

// derivedID is a UUID of version 5 (RFC 9562) over the app and a lower-cased name.
func derivedID(space [16]byte, app, name string) string {
	name = fmt.Sprintf("%d:%s%s", len(app), app, strings.ToLower(name))
	hash := sha1.Sum(append(space[:], name...))
	id := hash[:16]
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
