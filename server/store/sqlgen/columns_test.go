package sqlgen

import (
	"database/sql"
	"database/sql/driver"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

func TestEveryPropertyHasItsColumns(t *testing.T) {
	const want = "user_status device_name device_id last_sync_date_time last_sync_instant mobile_app_install_status_value install_state" +
		" install_state_detail error_code os_version os_description user_name user_principal_name display_version"
	if got := strings.Join(RowNames(), " "); !strings.HasPrefix(got, want) {
		t.Errorf("the columns are %s, want %s first", got, want)
	}
	for i, p := range status.Properties {
		if names := Of(1 << i).Names(); (len(names) == 0) != (p.Name == query.ID) {
			t.Errorf("%s has the columns %v", p.Name, names)
		}
	}
	if len(RowNames()) > RowWidth {
		t.Errorf("RowWidth is %d, and a row has %d columns", RowWidth, len(RowNames()))
	}
}

func TestNamesAndFieldsOfASetCorrespond(t *testing.T) {
	given := Of(status.PatchOf(status.Status{}, "deviceName", "lastSyncDateTime", "errorCode").Given)
	if names := strings.Join(given.Names(), " "); names != "device_name last_sync_date_time last_sync_instant error_code" {
		t.Errorf("the columns are %s", names)
	}
	at, err := query.ParseDateTime("2017-01-01T00:02:49.3205976-08:00")
	if err != nil {
		t.Fatal(err)
	}
	s := &status.Status{DeviceName: status.TextOf("name"), LastSyncDateTime: at, ErrorCode: 9}
	want := []any{"name", at.String(), at.Instant(), int32(9)}
	for i, field := range given.AppendFields(nil, s) {
		if got := bound(t, field); got != want[i] {
			t.Errorf("%s is bound as %v, want %v", given.Names()[i], got, want[i])
		}
	}
}

func TestOnlyColumnsWhoseValueDiffersAreChanged(t *testing.T) {
	from := status.New("id")
	to := from
	to.LastSyncDateTime = query.Stored("0001-01-01T00:00:00.0Z", from.LastSyncDateTime.Instant())
	to.OSVersion = status.TextOf("")
	if names := strings.Join(Changed(&from, &to).Names(), " "); names != "last_sync_date_time os_version" {
		t.Errorf("changed %s", names)
	}
	if Changed(&from, &from) != 0 {
		t.Error("a status differs from itself")
	}
}

// bound returns what a driver binds for a field.
func bound(t *testing.T, field any) any {
	t.Helper()
	switch field := field.(type) {
	case driver.Valuer:
		v, err := field.Value()
		if err != nil {
			t.Fatal(err)
		}
		return v
	case *string:
		return *field
	case *int32:
		return *field
	}
	t.Fatalf("drivers do not know a %T", field)
	return nil
}

// A row that is bound column by column, and scanned from what was bound, is the same row.
func TestARowIsScannedAsItWasBound(t *testing.T) {
	at, err := query.ParseDateTime("2017-01-01T00:02:49.3205976-08:00")
	if err != nil {
		t.Fatal(err)
	}
	rows := []status.Row{{Status: status.New("")}, {User: "user", Status: status.Status{LastSyncDateTime: at, InstallState: "failed", InstallStateDetail: "pendingReboot", ErrorCode: -1}}}
	for _, p := range status.Properties {
		if p.Nullable {
			patch := status.Patch{}
			if err := patch.Set(p.Name, query.TextValue("a "+p.Name)); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, status.Row{Status: patch.Apply(status.New(""))})
		}
	}
	var scanned status.Row // reused, as for a page
	fields := AppendRowFields(nil, &scanned)
	for _, row := range rows {
		for i, field := range AppendRowFields(nil, &row) {
			v := bound(t, field)
			switch to := fields[i].(type) {
			case sql.Scanner:
				if err := to.Scan(v); err != nil {
					t.Fatal(err)
				}
			case *string:
				*to = v.(string)
			case *int32:
				*to = v.(int32)
			}
		}
		if scanned != row {
			t.Errorf("%+v was scanned as %+v", row, scanned)
		}
	}
}

func TestAColumnOfAnotherTypeIsAnError(t *testing.T) {
	for _, field := range AppendRowFields(nil, new(status.Row)) {
		if to, ok := field.(sql.Scanner); ok {
			if err := to.Scan(int64(1)); err == nil {
				t.Errorf("a %T takes a number", to)
			}
		}
	}
}
