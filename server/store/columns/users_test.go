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

func TestTheNamesInAFilterAreThoseThatWhoeverPassesItHas(t *testing.T) {
	name := func(operator status.Operator, value status.Value) status.Filter {
		return status.Comparison{Property: status.PropertyUserPrincipalName, Operator: operator, Value: value}
	}
	anna, ben := name(status.Equal, status.TextValue("anna")), name(status.Equal, status.TextValue("ben"))
	failed := status.Comparison{Property: status.PropertyFailedDeviceCount, Operator: status.Equal, Value: status.NumberValue(1)}
	for rule, c := range map[string]struct {
		filter status.Filter
		names  []string
	}{
		"no filter":             {nil, nil},
		"an equal name":         {anna, []string{"anna"}},
		"it and something else": {status.And{Left: status.And{Left: failed, Right: anna}, Right: failed}, []string{"anna"}},
		"two, which nobody has": {status.And{Left: anna, Right: ben}, []string{"anna", "ben"}},
		"one of two":            {status.Or{Left: anna, Right: ben}, nil},
		"not the name":          {status.Not{Of: anna}, nil},
		"an unequal name":       {name(status.NotEqual, status.TextValue("anna")), nil},
		"no name":               {name(status.Equal, status.Value{}), nil},
		"another property":      {failed, nil},
	} {
		if got := NamesIn(c.filter); !slices.Equal(got, c.names) {
			t.Errorf("%s: %q, want %q", rule, got, c.names)
		}
	}
}
