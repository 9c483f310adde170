package status_test

import (
	"strings"
	"testing"

	"installstatus/api/status"
)

func TestAFilterTellsWhichTextsItAsksFor(t *testing.T) {
	is := func(p status.Property, operator status.Operator, text string) status.Filter {
		return status.Comparison{Property: p, Operator: operator, Value: status.TextValue(text)}
	}
	name := status.PropertyUserPrincipalName
	in := func(texts ...string) status.Filter {
		f := status.In{Property: name}
		for _, text := range texts {
			f.Values = append(f.Values, status.TextValue(text))
		}
		return f
	}
	other := is(status.PropertyUserName, status.Equal, "x")
	null := status.In{Property: name, Values: []status.Value{status.TextValue("a"), {}}}
	for _, c := range []struct {
		name   string
		filter status.Filter
		want   string
	}{
		{"no filter", nil, ""},
		{"eq", is(name, status.Equal, "a"), "a"},
		{"ne", is(name, status.NotEqual, "a"), ""},
		{"gt", is(name, status.Greater, "a"), ""},
		{"of another property", other, ""},
		{"in", in("a", "b"), "a b"},
		{"in with null", null, ""},
		{"and, the left tells", status.And{Left: in("a", "b"), Right: other}, "a b"},
		{"and, the right tells", status.And{Left: null, Right: in("a", "b")}, "a b"},
		{"and, both tell: the shorter", status.And{Left: in("a", "b"), Right: in("b")}, "b"},
		{"or", status.Or{Left: in("a", "b"), Right: is(name, status.Equal, "c")}, "a b c"},
		{"or with what does not tell", status.Or{Left: in("a", "b"), Right: other}, ""},
		{"or with null", status.Or{Left: null, Right: in("b")}, ""},
		{"not", status.Not{Of: in("a")}, ""},
		{"starts with", status.StartsWith{Property: name, Text: "a"}, ""},
	} {
		if got := strings.Join(status.OneOf(c.filter, name), " "); got != c.want {
			t.Errorf("%s tells %q instead of %q", c.name, got, c.want)
		}
	}
}
