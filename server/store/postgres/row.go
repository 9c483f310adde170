package postgres

import (
	"github.com/jackc/pgx/v5/pgtype"

	"installstatus/api/status"
)

// row is a status.Row in which each column has a field of its own.
type row struct {
	status.Row
	idHead, idDigest, idRest          string
	lastSyncDateTime, lastSyncInstant string
}

func rowOf(r status.Row) *row {
	of := &row{Row: r, idDigest: digest(r.ID), lastSyncDateTime: r.LastSyncDateTime.String(), lastSyncInstant: r.LastSyncDateTime.Instant()}
	of.idHead, of.idRest = split(r.ID)
	return of
}

// kept is the status.Row of a row that was read.
func (r *row) kept() *status.Row {
	r.ID = r.idHead + r.idRest
	r.LastSyncDateTime = status.Stored(r.lastSyncDateTime, r.lastSyncInstant)
	return &r.Row
}

// columns are all columns of the table statuses but those that say of which app a row is.
var columns = []column{
	columnOf("id", status.PropertyID, func(r *row) *string { return &r.idHead }).is("(id || id_rest)").headedBy("id"),
	columnOf("id_digest", "", func(r *row) *string { return &r.idDigest }),
	columnOf("id_rest", "", func(r *row) *string { return &r.idRest }),
	columnOf("user_status", "", func(r *row) *string { return &r.User }),
	nullable("device_name", status.PropertyDeviceName, func(r *row) *status.Text { return &r.DeviceName }),
	nullable("device_id", status.PropertyDeviceID, func(r *row) *status.Text { return &r.DeviceID }).headedBy("left(device_id, 128)"),
	columnOf("last_sync_date_time", "", func(r *row) *string { return &r.lastSyncDateTime }),
	columnOf("last_sync_instant", status.PropertyLastSyncDateTime, func(r *row) *string { return &r.lastSyncInstant }),
	columnOf("mobile_app_install_status_value", status.PropertyMobileAppInstallStatusValue, func(r *row) *string { return (*string)(&r.MobileAppInstallStatusValue) }),
	columnOf("install_state", status.PropertyInstallState, func(r *row) *string { return (*string)(&r.InstallState) }),
	columnOf("install_state_detail", status.PropertyInstallStateDetail, func(r *row) *string { return (*string)(&r.InstallStateDetail) }).is("NULLIF(install_state_detail, '')"),
	columnOf("error_code", status.PropertyErrorCode, func(r *row) *int32 { return &r.ErrorCode }),
	nullable("os_version", status.PropertyOSVersion, func(r *row) *status.Text { return &r.OSVersion }),
	nullable("os_description", status.PropertyOSDescription, func(r *row) *status.Text { return &r.OSDescription }),
	nullable("user_name", status.PropertyUserName, func(r *row) *status.Text { return &r.UserName }),
	nullable("user_principal_name", status.PropertyUserPrincipalName, func(r *row) *status.Text { return &r.UserPrincipalName }).headedBy("left(user_principal_name, 128)"),
	nullable("display_version", status.PropertyDisplayVersion, func(r *row) *status.Text { return &r.DisplayVersion }),
}

type column struct {
	name  string
	field func(*row) any // what pgx both scans into and binds
	same  func(a, b *row) bool
	operand
	property status.Property // by whose value lists are filtered and ordered, "" for none
}

// operand is a property in SQL.
type operand struct {
	value string // the property's value
	head  string // its first 128 characters, as an index has them; "" where none does
	there string // true where there is a value, as the index's condition says it
}

func columnOf[T comparable](name string, property status.Property, field func(*row) *T) column {
	return column{
		name:     name,
		property: property,
		operand:  operand{value: name, there: name + " IS NOT NULL"},
		field:    func(r *row) any { return field(r) },
		same:     func(a, b *row) bool { return *field(a) == *field(b) },
	}
}

func nullable(name string, property status.Property, field func(*row) *status.Text) column {
	c := columnOf(name, property, field)
	c.field = func(r *row) any { return text{field(r)} }
	return c
}

// is the column whose property has another value than the column itself.
func (c column) is(value string) column {
	c.value, c.there = value, value+" IS NOT NULL"
	return c
}

// headedBy is the column of which an index has the head.
func (c column) headedBy(head string) column {
	c.head = head
	return c
}

// columnSet is a set of columns: bit i stands for columns[i].
type columnSet uint64

const allColumns = ^columnSet(0)

func changed(from, to *row) (set columnSet) {
	for i, c := range columns {
		if !c.same(from, to) {
			set |= 1 << i
		}
	}
	return set
}

// given are the columns that a patch sets, with the row that has what it sets them to: those in which rows that differ are
// the same after it.
func given(patch status.Patch) (columnSet, *row) {
	blank, other := status.Status{}, status.Status{
		DeviceName: status.TextOf(""), DeviceID: status.TextOf(""), LastSyncDateTime: status.NeverSynced,
		MobileAppInstallStatusValue: "-", InstallState: "-", InstallStateDetail: "-", ErrorCode: -1,
		OSVersion: status.TextOf(""), OSDescription: status.TextOf(""), UserName: status.TextOf(""),
		UserPrincipalName: status.TextOf(""), DisplayVersion: status.TextOf(""),
	}
	of := func(s status.Status) *row { return rowOf(status.Row{Status: s}) }
	to := of(patch.Apply(blank))
	return changed(of(blank), of(other)) &^ changed(to, of(patch.Apply(other))), to
}

func (set columnSet) names() (names []string) {
	for i, c := range columns {
		if set&(1<<i) != 0 {
			names = append(names, c.name)
		}
	}
	return names
}

func (set columnSet) fields(r *row) (fields []any) {
	for i, c := range columns {
		if set&(1<<i) != 0 {
			fields = append(fields, c.field(r))
		}
	}
	return fields
}

// text is a status.Text that pgx can scan into and bind.
type text struct{ *status.Text }

// ScanText implements pgtype.TextScanner.
func (t text) ScanText(v pgtype.Text) error {
	*t.Text = status.Text{Value: v.String, Valid: v.Valid}
	return nil
}

// TextValue implements pgtype.TextValuer.
func (t text) TextValue() (pgtype.Text, error) {
	return pgtype.Text{String: t.Value, Valid: t.Valid}, nil
}
