// Package columns says which columns of the table statuses keep a status.Row, the same for every engine that has tables. It
// knows no engine; each has a migration of its own for a column that is named here.
package columns

import (
	"slices"

	"installstatus/api/status"
)

// columns are all columns of the table but those of the key, the app and the id, which each engine has in its own way.
var columns = []column{
	columnOf("user_status", "", func(r *Row) *string { return &r.User }),
	nullable("device_name", status.PropertyDeviceName, func(r *Row) *status.Text { return &r.DeviceName }),
	nullable("device_id", status.PropertyDeviceID, func(r *Row) *status.Text { return &r.DeviceID }),
	columnOf("last_sync_date_time", "", func(r *Row) *string { return &r.lastSyncDateTime }),
	columnOf("last_sync_instant", status.PropertyLastSyncDateTime, func(r *Row) *string { return &r.lastSyncInstant }),
	columnOf("mobile_app_install_status_value", status.PropertyMobileAppInstallStatusValue, func(r *Row) *string { return (*string)(&r.MobileAppInstallStatusValue) }),
	columnOf("install_state", status.PropertyInstallState, func(r *Row) *string { return (*string)(&r.InstallState) }),
	columnOf("install_state_detail", status.PropertyInstallStateDetail, func(r *Row) *string { return (*string)(&r.InstallStateDetail) }).emptyIsNull(),
	columnOf("error_code", status.PropertyErrorCode, func(r *Row) *int32 { return &r.ErrorCode }),
	nullable("os_version", status.PropertyOSVersion, func(r *Row) *status.Text { return &r.OSVersion }),
	nullable("os_description", status.PropertyOSDescription, func(r *Row) *status.Text { return &r.OSDescription }),
	nullable("user_name", status.PropertyUserName, func(r *Row) *status.Text { return &r.UserName }),
	nullable("user_principal_name", status.PropertyUserPrincipalName, func(r *Row) *status.Text { return &r.UserPrincipalName }),
	nullable("display_version", status.PropertyDisplayVersion, func(r *Row) *status.Text { return &r.DisplayVersion }),
}

type column struct {
	name     string
	property status.Property // by whose value lists are filtered and ordered, "" for none
	value    string          // that value in SQL
	field    func(*Row) any  // what a driver both scans into and binds
	same     func(a, b *Row) bool
}

func columnOf[T comparable](name string, property status.Property, field func(*Row) *T) column {
	return column{
		name:     name,
		property: property,
		value:    name,
		field:    func(r *Row) any { return field(r) },
		same:     func(a, b *Row) bool { return *field(a) == *field(b) },
	}
}

func nullable(name string, property status.Property, field func(*Row) *status.Text) column {
	c := columnOf(name, property, field)
	c.field = func(r *Row) any { return Text(field(r)) }
	return c
}

// emptyIsNull is the column where an empty text stands for no value.
func (c column) emptyIsNull() column {
	c.value = "NULLIF(" + c.name + ", '')"
	return c
}

// Expression is what a property of a row, other than its id, is called in SQL.
func Expression(p status.Property) string {
	i := slices.IndexFunc(columns, func(c column) bool { return c.property == p })
	if i < 0 {
		panic("a property without a column: " + string(p))
	}
	return columns[i].value
}

// Set is a set of columns.
type Set uint64 // bit i stands for columns[i]

// All is the set of all columns.
const All = ^Set(0)

// Changed are the columns in which the rows differ.
func Changed(from, to *Row) (set Set) {
	for i, c := range columns {
		if !c.same(from, to) {
			set |= 1 << i
		}
	}
	return set
}

// Names are the names of the columns, always in the same order.
func (set Set) Names() []string {
	names := make([]string, 0, len(columns))
	for i, c := range columns {
		if set&(1<<i) != 0 {
			names = append(names, c.name)
		}
	}
	return names
}

// Fields are the places of the columns in r, in the order of Names, for a driver to scan into or to bind.
func (set Set) Fields(r *Row) []any {
	fields := make([]any, 0, len(columns))
	for i, c := range columns {
		if set&(1<<i) != 0 {
			fields = append(fields, c.field(r))
		}
	}
	return fields
}
