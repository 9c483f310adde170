package query_test

import (
	"strings"
	"testing"

	"installstatus/api/query"
)

func TestOneOf(t *testing.T) {
	is := func(p string, operator query.Operator, text string) query.Filter {
		return query.Comparison{Property: p, Operator: operator, Value: query.TextValue(text)}
	}
	name := "userPrincipalName"
	in := func(texts ...string) query.Filter {
		f := query.In{Property: name}
		for _, text := range texts {
			f.Values = append(f.Values, query.TextValue(text))
		}
		return f
	}
	other := is("userName", query.Equal, "x")
	null := query.In{Property: name, Values: []query.Value{query.TextValue("a"), {}}}
	for _, c := range []struct {
		name   string
		filter query.Filter
		want   string
	}{
		{"no filter", nil, ""},
		{"eq", is(name, query.Equal, "a"), "a"},
		{"ne", is(name, query.NotEqual, "a"), ""},
		{"gt", is(name, query.Greater, "a"), ""},
		{"of another property", other, ""},
		{"in", in("a", "b"), "a b"},
		{"in with null", null, ""},
		{"and, limited on the left", query.And{Left: in("a", "b"), Right: other}, "a b"},
		{"and, limited on the right", query.And{Left: null, Right: in("a", "b")}, "a b"},
		{"and, limited on both sides: the shorter", query.And{Left: in("a", "b"), Right: in("b")}, "b"},
		{"or", query.Or{Left: in("a", "b"), Right: is(name, query.Equal, "c")}, "a b c"},
		{"or with another property", query.Or{Left: in("a", "b"), Right: other}, ""},
		{"or with null", query.Or{Left: null, Right: in("b")}, ""},
		{"eq in lower case", query.Comparison{Property: name, Case: query.Lower, Operator: query.Equal, Value: query.TextValue("a")}, ""},
		{"is true", query.Is{Of: in("a"), Value: true}, "a"},
		{"is false", query.Is{Of: in("a")}, ""},
		{"not", query.Not{Of: in("a")}, ""},
		{"starts with", query.Match{Function: query.StartsWith, Property: name, Text: "a"}, ""},
	} {
		if got := strings.Join(query.OneOf(c.filter, name), " "); got != c.want {
			t.Errorf("%s: OneOf returns %q, want %q", c.name, got, c.want)
		}
	}
}
