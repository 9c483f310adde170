package columns

import (
	"reflect"
	"slices"
	"testing"

	"installstatus/api/status"
)

func TestEveryFieldOfAUserStatusIsScanned(t *testing.T) {
	var u status.UserStatus
	var scanned []any
	for _, field := range OfUserStatus("id", "name", "principal").Fields(&u) {
		if of, ok := field.(text); ok {
			field = of.Text
		}
		scanned = append(scanned, field)
	}
	fields := reflect.ValueOf(&u).Elem()
	for i := range fields.NumField() {
		if !slices.Contains(scanned, fields.Field(i).Addr().Interface()) {
			t.Errorf("nothing is scanned into %s", fields.Type().Field(i).Name)
		}
	}
}
