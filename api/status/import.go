package status

// Imported is one row of an import.
type Imported struct {
	ID    string
	User  *string // the user status of a new row, "" for none; nil derives it from the userPrincipalName
	Patch Patch
}

// Row returns what the row under the app and the id becomes; found is that row, nil if there is none. It is like an
// unconditional Decide with CreateIfMissing, except that an existing row keeps its user status even if the import names
// another, and that a new row can be given none, even if it has a userPrincipalName.
func (i Imported) Row(app string, found *Row) Row {
	if found != nil {
		return Row{Status: i.Patch.Apply(found.Status), User: found.User}
	}
	next := Row{Status: i.Patch.Apply(New(i.ID))}
	if i.User != nil {
		next.User = *i.User
	} else {
		next.User = UserStatusID(app, next.UserPrincipalName.Value)
	}
	return next
}

// deviceStatusSpace is the namespace of DeviceStatusID's UUIDs. It never changes, since stored rows have ids derived from it.
var deviceStatusSpace = [16]byte{0xa7, 0x4e, 0x52, 0x19, 0x0b, 0xd6, 0x4c, 0x3f, 0x91, 0x08, 0x3d, 0xf5, 0x6e, 0x2a, 0xc4, 0x70}

// DeviceStatusID returns the id of a row that is imported without one: a version 5 UUID (RFC 9562) of the app and the
// lower-cased device id, so that a device has the same row each time it is imported.
func DeviceStatusID(app, deviceID string) string { return derivedID(deviceStatusSpace, app, deviceID) }
