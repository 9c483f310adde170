package status

// Imported is what an import says of one row of an app.
type Imported struct {
	ID    string
	User  Field[string] // the user status to make the row in, "" for none; where it is not given, it follows from the name
	Patch Patch
}

// Row is the rule of an import: what becomes of the row that stands under the app and the id (nil for none). It is like an
// unconditional Decide with CreateIfMissing, except that an existing row keeps its user status even if another is named, and
// that a new row may be given none, whatever its userPrincipalName.
func (i Imported) Row(app string, found *Row) Row {
	if found != nil {
		return Row{Status: i.Patch.Apply(found.Status), User: found.User}
	}
	next := Row{Status: i.Patch.Apply(New(i.ID)), User: i.User.Value}
	if !i.User.Given {
		next.User = UserStatusID(app, next.UserPrincipalName.Value)
	}
	return next
}

// deviceStatusSpace is the namespace of DeviceStatusID's UUIDs; it never changes, since stored rows hold what came of it.
var deviceStatusSpace = [16]byte{0xa7, 0x4e, 0x52, 0x19, 0x0b, 0xd6, 0x4c, 0x3f, 0x91, 0x08, 0x3d, 0xf5, 0x6e, 0x2a, 0xc4, 0x70}

// DeviceStatusID is the id of a row that comes without one: a UUID of version 5 (RFC 9562) over the app and the
// lower-cased id of the device, so that a device's row is the same however often it is imported.
func DeviceStatusID(app, deviceID string) string { return derivedID(deviceStatusSpace, app, deviceID) }
