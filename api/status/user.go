package status

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"installstatus/api/query"
)

// UserStatus is one userAppInstallStatus: the status of an app for a user, computed from the rows that belong to it. Nothing
// else is stored of it. Each field has a row in UserProperties.
type UserStatus struct {
	ID                      string
	UserName                Text
	UserPrincipalName       Text
	InstalledDeviceCount    int32
	FailedDeviceCount       int32
	NotInstalledDeviceCount int32
}

// UserProperties are the properties of a UserStatus in the order of the API. Engines compute them, each in its own way.
var UserProperties = [...]Property[UserStatus]{
	of(query.ID, "", key, func(u *UserStatus) *string { return &u.ID }),
	of("userName", "", text, func(u *UserStatus) *Text { return &u.UserName }),
	of("userPrincipalName", "", text, func(u *UserStatus) *Text { return &u.UserPrincipalName }),
	of("installedDeviceCount", "", number, func(u *UserStatus) *int32 { return &u.InstalledDeviceCount }),
	of("failedDeviceCount", "", number, func(u *UserStatus) *int32 { return &u.FailedDeviceCount }),
	of("notInstalledDeviceCount", "", number, func(u *UserStatus) *int32 { return &u.NotInstalledDeviceCount }),
}

// Value implements query.Row.
func (u UserStatus) Value(property string) query.Value {
	return valueOf(UserProperties[:], &u, property)
}

// Size implements query.Row.
func (u UserStatus) Size() int { return sizeOf(UserProperties[:], &u) }

// ETag returns the strong entity tag of u, as Status.ETag does for a status.
func (u UserStatus) ETag() string { return tagOf(UserProperties[:], len(UserProperties), &u) }

// UsersOf defines the user statuses of all of an app's rows, in no order. A user status exists while rows belong to it. It
// has the names of the row that synced last, null if that row has none; among rows that synced at the same instant, the one
// with the greatest id by its bytes. Devices are counted by installState.
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

// byUser groups the rows by user status. It leaves out rows that belong to none.
func byUser(rows []Row) map[string][]Row {
	users := make(map[string][]Row)
	for _, row := range rows {
		if row.User != "" {
			users[row.User] = append(users[row.User], row)
		}
	}
	return users
}

// userStatusSpace is the namespace of UserStatusID's UUIDs. It never changes, since stored rows have ids derived from it.
var userStatusSpace = [16]byte{0x5b, 0x1c, 0x0e, 0x7a, 0x93, 0x44, 0x4f, 0x0d, 0x8a, 0x1e, 0x6c, 0x52, 0x9d, 0x3b, 0xe7, 0x21}

// UserStatusID returns the id of the user status that a row of an app belongs to if no path named one: a version 5 UUID
// (RFC 9562) of the app and the lower-cased name, or "" for a row without a name.
func UserStatusID(app, userPrincipalName string) string {
	if userPrincipalName == "" {
		return ""
	}
	return derivedID(userStatusSpace, app, userPrincipalName)
}

// derivedID returns a version 5 UUID (RFC 9562) of the app and the lower-cased name.
func derivedID(space [16]byte, app, name string) string {
	var room [256]byte
	content := strconv.AppendInt(append(room[:0], space[:]...), int64(len(app)), 10)
	content = append(append(append(content, ':'), app...), strings.ToLower(name)...)
	hash := sha1.Sum(content)
	hash[6] = hash[6]&0x0f | 0x50
	hash[8] = hash[8]&0x3f | 0x80
	id := make([]byte, 0, len("01234567-0123-0123-0123-0123456789ab"))
	for i, b := range hash[:16] {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			id = append(id, '-')
		}
		id = hex.AppendEncode(id, []byte{b})
	}
	return string(id)
}
