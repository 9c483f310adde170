package status

import (
	"maps"
	"slices"
	"strings"
)

// Importing imports rows into an app, in order. It defines an import, the same for every engine, and is pure: the engine passes it
// the stored rows that the rows may meet, keeps others from changing these meanwhile, and stores the result.
//
// A row with an id of its own meets the stored row with this id. If there is none, it takes over the stored row with the
// DeviceStatusID of its device, which then gets the new id and keeps its user status; but not if the new id may be derived too, if
// the stored row has another device by now, or if both name a user, and not the same one. Otherwise the row is created.
//
// A row without an id meets the stored row of the same device, whatever its id, unless that is derived from another device. If
// there are several, those with the row's userPrincipalName count, in any case of letters. Unless exactly one is left, the row
// has its derived ID, and meets the stored row with this id or is created. This is also so if more than MaxOfDevice rows of the
// device are stored. A row that is OfUser is imported only if there are several, and exactly one of its user.
//
// A row that is older than the stored row changes no property of it. A stored row never changes its user status.
type Importing struct {
	Written Written

	app     string
	rows    map[string]*imported // by id
	devices map[string][]string  // ids by SameDevice
}

// imported is a row before and after an import. nil means that there is none.
type imported struct{ before, after *Row }

// NewImporting returns an import into an app without rows.
func NewImporting(app string) *Importing {
	return &Importing{app: app, rows: make(map[string]*imported), devices: make(map[string][]string)}
}

// MaxOfDevice is the greatest number of stored rows of a device that an import looks at. It bounds memory.
const MaxOfDevice = 100

// Seeks returns which stored rows a row may meet: those with one of the ids, and those whose deviceId is the same device as the given
// one, none if that is "". Of these, one more than MaxOfDevice are enough.
func (m *Importing) Seeks(i *Imported) (ids []string, device string) {
	ids = []string{i.ID}
	switch i.Phase() {
	case WithoutID:
		device = i.device()
	case WithID:
		if derived := i.derivedID(m.app); derived != "" {
			ids = append(ids, derived)
		}
	}
	return ids, device
}

// Stored adds a stored row. Every row that Seeks describes must be added before Import. Other rows may be added too.
func (m *Importing) Stored(row *Row) {
	if m.rows[row.ID] == nil {
		m.rows[row.ID] = &imported{before: row}
		m.put(row)
	}
}

// Knows reports whether the stored row with an id was added.
func (m *Importing) Knows(id string) bool { return m.rows[id] != nil }

// Import imports a row.
func (m *Importing) Import(i *Imported) {
	found := m.meets(i)
	if i.OfUser && found == nil {
		m.Written.Superseded++
		return
	}
	if found == nil {
		next := i.New(m.app)
		m.put(&next)
		m.Written.Created++
		return
	}
	next := *found
	if !i.Derived {
		next.ID = i.ID
	}
	older := i.isOlder(found)
	if !older {
		next.Status = i.Patch.Apply(next.Status)
	}
	switch {
	case older:
		m.Written.Older++
	case next == *found:
		m.Written.Unchanged++
	default:
		m.Written.Changed++
	}
	if next != *found {
		m.remove(found)
		m.put(&next)
	}
}

// meets returns the stored row that a row meets, or nil.
func (m *Importing) meets(i *Imported) *Row {
	if i.Derived {
		ids, several := m.ofDevice(i)
		switch {
		case len(ids) == 1 && (several || !i.OfUser):
			return m.at(ids[0])
		case i.OfUser:
			return nil
		}
		return m.at(i.ID)
	}
	if found := m.at(i.ID); found != nil || i.Phase() != WithID {
		return found
	}
	derived := i.derivedID(m.app)
	found := m.at(derived)
	if found == nil || deviceStatusID(m.app, found.DeviceID.Value) != derived || areDifferent(i.user(), found.UserPrincipalName.Value) {
		return nil
	}
	return found
}

func areDifferent(user, other string) bool {
	return user != "" && other != "" && !strings.EqualFold(user, other)
}

// ofDevice returns the ids of the stored rows of the row's device: if there are several, those of its user.
func (m *Importing) ofDevice(i *Imported) (ofUser []string, several bool) {
	device, user := i.device(), i.user()
	if device == "" {
		return nil, false
	}
	ids := m.devices[SameDevice(device)]
	switch {
	case len(ids) > MaxOfDevice:
		return nil, true
	case len(ids) < 2, user == "":
		return ids, len(ids) > 1
	}
	for _, id := range ids {
		if strings.EqualFold(m.at(id).UserPrincipalName.Value, user) {
			ofUser = append(ofUser, id)
		}
	}
	return ofUser, true
}

func (m *Importing) at(id string) *Row {
	if row := m.rows[id]; row != nil {
		return row.after
	}
	return nil
}

func (m *Importing) put(row *Row) {
	at := m.rows[row.ID]
	if at == nil {
		at = new(imported)
		m.rows[row.ID] = at
	}
	at.after = row
	if m.countsForDevice(row) {
		device := SameDevice(row.DeviceID.Value)
		m.devices[device] = append(m.devices[device], row.ID)
	}
}

// countsForDevice reports whether a stored row counts as a row of its device. A row whose id may be derived from another device does
// not: it belongs to that one, although its deviceId was changed.
func (m *Importing) countsForDevice(row *Row) bool {
	return row.DeviceID.Value != "" && (!mayBeDerived(row.ID) || deviceStatusID(m.app, row.DeviceID.Value) == row.ID)
}

func (m *Importing) remove(row *Row) {
	m.rows[row.ID].after = nil
	if m.countsForDevice(row) {
		device := SameDevice(row.DeviceID.Value)
		m.devices[device] = slices.DeleteFunc(m.devices[device], func(id string) bool { return id == row.ID })
	}
}

// Change is what an import does with the row under one id.
type Change struct {
	ID       string
	From, To *Row // nil if there is none
}

// Changes returns the difference that the import makes, in the order of ids. A row that gets another id is removed and created. If a
// row is removed and another one with its id is created, its user status may change.
func (m *Importing) Changes() (changes []Change) {
	for _, id := range slices.Sorted(maps.Keys(m.rows)) {
		row := m.rows[id]
		if row.before != row.after && (row.before == nil || row.after == nil || *row.before != *row.after) {
			changes = append(changes, Change{id, row.before, row.after})
		}
	}
	return changes
}
