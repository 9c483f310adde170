package columns

import (
	"reflect"
	"testing"

	"installstatus/api/status"
)

func TestEveryFieldOfARowHasAColumn(t *testing.T) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[status.Row]()) {
		if field.Anonymous {
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
