package status

import (
	"strings"

	"installstatus/api/query"
)

// Imported is one row of an import. Importing defines what it does.
type Imported struct {
	ID        string       // never ""
	Derived   bool         // the row has no id of its own: ID is the DeviceStatusID of its device
	User      *string      // the user status of a new row, "" for none; nil derives it from the userPrincipalName
	State     InstallState // of a new row whose patch gives none, for both properties; "" is unknown
	Patch     Patch
	OfUser    bool // the row has no id, and a row of its device that synced later is imported too
	Overwrite bool // also changes a stored row that synced later
}

// Written counts the rows of an import. Each row is counted once.
type Written struct {
	Created   int
	Changed   int
	Unchanged int // they were stored as they are
	Older     int // they were kept out, since what is stored synced later

	Superseded int // they were kept out, since they are OfUser and no stored row is that user's
}

// Total returns the number of rows counted.
func (w Written) Total() int { return w.Created + w.Changed + w.Unchanged + w.Older + w.Superseded }

// Plus returns the sum of two counts.
func (w Written) Plus(v Written) Written {
	return Written{w.Created + v.Created, w.Changed + v.Changed, w.Unchanged + v.Unchanged, w.Older + v.Older, w.Superseded + v.Superseded}
}

// The phases of an import. See Imported.Phase.
const (
	WithID        = iota // rows with an id of their own
	WithDerivedID        // rows with an id that was derived, or might be: those of an export of imported rows
	WithoutID            // rows without an id
	ImportPhases         // number of phases
)

// Phase returns the phase in which a row is imported. If a file has rows of several phases, those of an earlier phase must
// be imported first. Then the result is the same if the file is imported again, also after an import that ended early: a row
// with an id takes over a derived one that is stored, but not one of the same file, and a row without an id finds all rows
// of its device.
func (i *Imported) Phase() int {
	switch {
	case i.Derived:
		return WithoutID
	case mayBeDerived(i.ID):
		return WithDerivedID
	default:
		return WithID
	}
}

// mayBeDerived reports whether an id has the form of a DeviceStatusID, a version 5 UUID. Graph's ids have another version.
func mayBeDerived(id string) bool {
	const version = len("01234567-0123-")
	return len(id) == len("01234567-0123-5123-8123-0123456789ab") && id[version] == '5' && id[version-1] == '-' && id[version+4] == '-'
}

// device returns the device that the row gives, "" if it gives none.
func (i *Imported) device() string {
	if !i.Patch.Given.Has(deviceID) {
		return ""
	}
	return i.Patch.To.DeviceID.Value
}

// derivedID returns the id that the row would have if it had none of its own, or "" if it gives no device.
func (i *Imported) derivedID(app string) string { return deviceStatusID(app, i.device()) }

// user returns the userPrincipalName that the row gives, "" if it gives none.
func (i *Imported) user() string {
	if !i.Patch.Given.Has(userPrincipalName) {
		return ""
	}
	return i.Patch.To.UserPrincipalName.Value
}

// isOlder reports whether a stored row synced later. A row that says nothing of its last sync is not older. One that says that its
// device never synced is.
func (i *Imported) isOlder(than *Row) bool {
	return !i.Overwrite && i.Patch.Given.Has(lastSyncDateTime) &&
		i.Patch.To.LastSyncDateTime.Instant() < than.LastSyncDateTime.Instant()
}

// New returns the row that the import creates in an app if it meets none.
func (i *Imported) New(app string) Row {
	base := New(i.ID)
	if i.State != "" {
		base.InstallState, base.MobileAppInstallStatusValue = i.State, i.State
	}
	next := Row{Status: i.Patch.Apply(base)}
	if i.User != nil {
		next.User = *i.User
	} else {
		next.User = UserStatusID(app, next.UserPrincipalName.Value)
	}
	return next
}

// Places of properties in a Set.
var (
	deviceID          = placeOf("deviceId")
	lastSyncDateTime  = placeOf("lastSyncDateTime")
	userPrincipalName = placeOf("userPrincipalName")
)

func placeOf(property string) int {
	i, ok := indexOf(property)
	if !ok {
		panic("a Status has no property " + property)
	}
	return i
}

// SameDevice returns the form of a device id in which two ids of the same device are equal. It ignores the case of ASCII letters:
// device ids are GUIDs, and sources spell them differently.
func SameDevice(deviceID string) string { return query.Lower.Of(deviceID) }

// deviceStatusSpace is the namespace of DeviceStatusID's UUIDs. It never changes, since stored rows have ids derived from it.
var deviceStatusSpace = [16]byte{0xa7, 0x4e, 0x52, 0x19, 0x0b, 0xd6, 0x4c, 0x3f, 0x91, 0x08, 0x3d, 0xf5, 0x6e, 0x2a, 0xc4, 0x70}

// DeviceStatusID returns the id of a row that is imported without one: a version 5 UUID (RFC 9562) of the app and the
// lower-cased device id, so that a device has the same row each time it is imported.
func DeviceStatusID(app, deviceID string) string { return derivedID(deviceStatusSpace, app, deviceID) }

// deviceStatusID is DeviceStatusID without the blanks around a device id, or "" if there is nothing else.
func deviceStatusID(app, deviceID string) string {
	if deviceID = strings.TrimSpace(deviceID); deviceID == "" {
		return ""
	}
	return DeviceStatusID(app, deviceID)
}
