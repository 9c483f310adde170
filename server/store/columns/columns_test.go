package columns

import (
	"reflect"
	"strings"
	"testing"

	"installstatus/api/status"
)

func TestEveryFieldOfARowHasAColumn(t *testing.T) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[status.Row]()) {
		if field.Anonymous || field.Name == "ID" {
			continue
		}
		var other status.Row
		switch value := reflect.ValueOf(&other).Elem().FieldByIndex(field.Index); {
		case value.Kind() == reflect.String:
			value.SetString("other")
		case value.CanInt():
			value.SetInt(1)
		case value.Type() == reflect.TypeFor[status.Text]():
			value.Set(reflect.ValueOf(status.TextOf("")))
		case value.Type() == reflect.TypeFor[status.DateTime]():
			value.Set(reflect.ValueOf(status.NeverSynced))
		default:
			t.Errorf("this test knows no value of %s", field.Type)
		}
		if Changed(RowOf(status.Row{}), RowOf(other)) == 0 {
			t.Errorf("no column keeps %s", field.Name)
		}
	}
}

func TestEveryColumnHasItsFieldAndItsBit(t *testing.T) {
	if len(columns) > 64 {
		t.Errorf("a Set has no room for %d columns", len(columns))
	}
	taken := make(map[any]string)
	var r Row
	for _, c := range columns {
		place := c.field(&r)
		if other, ok := taken[place]; ok {
			t.Errorf("%s and %s have one field", c.name, other)
		}
		taken[place] = c.name
	}
}

func TestGivenAreTheColumnsOfTheSetProperties(t *testing.T) {
	patch := status.Patch{ErrorCode: status.Set(int32(0)), DeviceName: status.Set(status.Text{}), OSVersion: status.Set(status.TextOf("1"))}
	set, to := Given(patch)
	if names := strings.Join(set.Names(), " "); names != "device_name error_code os_version" || to.OSVersion != status.TextOf("1") {
		t.Errorf("%s, %+v", names, to)
	}
	if set, _ := Given(status.Patch{}); set != 0 {
		t.Errorf("the empty patch sets %v", set.Names())
	}
	if set, _ := Given(everything()); set != Changed(RowOf(status.Row{}), RowOf(status.Row{Status: everything().Apply(status.Status{})})) {
		t.Errorf("the whole patch sets %v", set.Names())
	}
	every := reflect.ValueOf(everything())
	for i := range every.NumField() {
		if !every.Field(i).FieldByName("Given").Bool() {
			t.Errorf("everything leaves out %s", every.Type().Field(i).Name)
		}
	}
}
