package status

import (
	"crypto/sha1"
	"fmt"
	"strings"
)

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
