package sqlite

import (
	"database/sql/driver"
	"errors"

	"installstatus/api/status"
)

// row is a status.Row in which each column has a field of its own.
type row struct {
	status.Row
	lastSyncDateTime string
	lastSyncInstant  string
}

func rowOf(r status.Row) *row {
	return &row{Row: r, lastSyncDateTime: r.LastSyncDateTime.String(), lastSyncInstant: r.LastSyncDateTime.Instant()}
}

// kept is the status.Row of a row that was read.
func (r *row) kept() *status.Row {
	r.LastSyncDateTime = status.Stored(r.lastSyncDateTime, r.lastSyncInstant)
	return &r.Row
}

// columns are all columns of the table statuses but app, the number that stands for tenant and app.
var columns = []column{
	columnOf("id", status.PropertyID, func(r *row) *string { return &r.ID }),
	columnOf("user_status", "", func(r *row) *string { return &r.User }),
	nullable("device_name", status.PropertyDeviceName, func(r *row) *status.Text { return &r.DeviceName }),
	nullable("device_id", status.PropertyDeviceID, func(r *row) *status.Text { return &r.DeviceID }),
	columnOf("last_sync_date_time", "", func(r *row) *string { return &r.lastSyncDateTime }),
	columnOf("last_sync_instant", status.PropertyLastSyncDateTime, func(r *row) *string { return &r.lastSyncInstant }),
	columnOf("mobile_app_install_status_value", status.PropertyMobileAppInstallStatusValue, func(r *row) *string { return (*string)(&r.MobileAppInstallStatusValue) }),
	columnOf("install_state", status.PropertyInstallState, func(r *row) *string { return (*string)(&r.InstallState) }),
	columnOf("install_state_detail", status.PropertyInstallStateDetail, func(r *row) *string { return (*string)(&r.InstallStateDetail) }).emptyIsNull(),
	columnOf("error_code", status.PropertyErrorCode, func(r *row) *int32 { return &r.ErrorCode }),
	nullable("os_version", status.PropertyOSVersion, func(r *row) *status.Text { return &r.OSVersion }),
	nullable("os_description", status.PropertyOSDescription, func(r *row) *status.Text { return &r.OSDescription }),
	nullable("user_name", status.PropertyUserName, func(r *row) *status.Text { return &r.UserName }),
	nullable("user_principal_name", status.PropertyUserPrincipalName, func(r *row) *status.Text { return &r.UserPrincipalName }),
	nullable("display_version", status.PropertyDisplayVersion, func(r *row) *status.Text { return &r.DisplayVersion }),
}

type column struct {
	name     string
	property status.Property // by whose value lists are filtered and ordered, "" for none
	value    string          // that value in SQL
	field    func(*row) any  // what database/sql both scans into and binds
	same     func(a, b *row) bool
}

func columnOf[T comparable](name string, property status.Property, field func(*row) *T) column {
	return column{
		name:     name,
		property: property,
		value:    name,
		field:    func(r *row) any { return field(r) },
		same:     func(a, b *row) bool { return *field(a) == *field(b) },
	}
}

func nullable(name string, property status.Property, field func(*row) *status.Text) column {
	c := columnOf(name, property, field)
	c.field = func(r *row) any { return text{field(r)} }
	return c
}

// emptyIsNull is the column where an empty text stands for no value.
func (c column) emptyIsNull() column {
	c.value = "NULLIF(" + c.name + ", '')"
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

// text is a status.Text that database/sql can scan into and bind.
type text struct{ *status.Text }

// Scan implements sql.Scanner.
func (t text) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*t.Text = status.Text{}
	case string:
		*t.Text = status.TextOf(value)
	default:
		return errors.New("a text column holds something else")
	}
	return nil
}

// Value implements driver.Valuer.
func (t text) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return t.Text.Value, nil
}
