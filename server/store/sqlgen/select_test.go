package sqlgen

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api/query"
)

// plain and numbered are two dialects that differ in everything that a dialect says.
var (
	plain = &Dialect{
		Number: "?", Left: "substr(%s, 1, %d)",
		StartsWith: func(s *Select, o Operand, text string) { s.Write("prefix("+o.Value+", ?, ?)", text, text) },
		Lower:      "lower(%s)", Upper: "upper(%s)",
		EndsWith: func(s *Select, o Operand, text string) { s.Write("suffix("+o.Value+", ?)", text) },
		Contains: func(s *Select, o Operand, text string) { s.Write("has("+o.Value+", ?)", text) },
		Compare: func(s *Select, o Operand, operator string, v query.Value) {
			s.Write(o.Value+" "+operator+" "+s.Parameter(v), Argument(v))
		},
		After: func(s *Select, id Operand, operator, after string) { s.Write(id.Value+" "+operator+" ?", after) },
	}
	numbered = &Dialect{
		Numbered: true, Number: "?::bigint", Left: "left(%s, %d)", NullsFirst: " NULLS FIRST", NullsLast: " NULLS LAST", LimitInText: true,
		Lower: plain.Lower, Upper: plain.Upper,
		StartsWith: plain.StartsWith, EndsWith: plain.EndsWith, Contains: plain.Contains, Compare: plain.Compare, After: plain.After,
	}
)

func ofRow(name string) Operand {
	if name == query.ID {
		return Operand{Value: "id"}
	}
	return Property(name)
}

// inTwoParts is a row whose id has two columns.
func inTwoParts(name string) Operand {
	if name == query.ID {
		return Operand{Value: "(id || rest)", NotNull: []string{"id", "(id || rest)"}}
	}
	return Property(name)
}

func TestAFilterIsItsCondition(t *testing.T) {
	text, number, null := query.TextValue("x"), query.NumberValue(9), query.Value{}
	compare := func(property string, operator query.Operator, v query.Value) query.Filter {
		return query.Comparison{Property: property, Operator: operator, Value: v}
	}
	name := compare("userName", query.Equal, text)
	for _, c := range []struct {
		filter    query.Filter
		want      string
		arguments string
	}{
		{nil, "", "[]"},
		{name, " AND (user_name = $1)", "[x]"},
		{compare("userName", query.Equal, null), " AND (user_name IS NULL)", "[]"},
		{compare("userName", query.NotEqual, null), " AND (user_name IS NOT NULL)", "[]"},
		{compare("userName", query.Greater, null), " AND (FALSE)", "[]"},
		{compare("userName", query.NotEqual, text), " AND ((user_name <> $1 OR user_name IS NULL))", "[x]"},
		{compare("errorCode", query.GreaterOrEqual, number), " AND (error_code >= $1::bigint)", "[9]"},
		{compare("lastSyncDateTime", query.Less, text), " AND (last_sync_instant < $1)", "[x]"},
		{compare("installStateDetail", query.Equal, null), " AND (NULLIF(install_state_detail, '') IS NULL)", "[]"},
		{query.In{Property: "errorCode", Values: []query.Value{number, null, number}}, " AND (error_code = $1::bigint OR error_code IS NULL OR error_code = $2::bigint)", "[9 9]"},
		{query.Match{Function: query.StartsWith, Property: "userName", Text: "x"}, " AND (prefix(user_name, $1, $2))", "[x x]"},
		{query.Match{Function: query.Contains, Property: "userName", Text: "x"}, " AND (has(user_name, $1))", "[x]"},
		{query.Match{Function: query.EndsWith, Property: "userName", Case: query.Upper, Text: "X"}, " AND (suffix(upper(user_name), $1))", "[X]"},
		{query.Comparison{Property: "userName", Case: query.Lower, Operator: query.Equal, Value: text}, " AND (lower(user_name) = $1)", "[x]"},
		{query.Is{Of: name, Value: true}, " AND ((user_name = $1) IS TRUE)", "[x]"},
		{query.Is{Of: name}, " AND ((user_name = $1) IS FALSE)", "[x]"},
		{query.Not{Of: query.And{Left: name, Right: query.Or{Left: name, Right: name}}}, " AND (NOT ((user_name = $1) AND ((user_name = $2) OR (user_name = $3))))", "[x x x]"},
	} {
		s := NewSelect(numbered, ofRow, query.Query{})
		s.WriteFilter(c.filter)
		if s.Text() != c.want || fmt.Sprint(s.Arguments()) != c.arguments {
			t.Errorf("%+v is %s with %v; want %s with %s", c.filter, s.Text(), s.Arguments(), c.want, c.arguments)
		}
	}
}

func TestAPageIsItsOrderAndItsLimit(t *testing.T) {
	by := func(property string, descending bool) query.Order {
		return query.Order{Property: property, Descending: descending}
	}
	for _, c := range []struct {
		query           query.Query
		plain, numbered string
	}{
		{query.Query{Limit: 10}, " ORDER BY id LIMIT ?", " ORDER BY id, (id || rest) LIMIT 11"},
		{query.Query{Limit: 1, Skip: 5, Order: []query.Order{by("id", true), by("userName", false)}},
			" ORDER BY id DESC LIMIT ? OFFSET ?", " ORDER BY id DESC, (id || rest) DESC LIMIT 2 OFFSET $1"},
		{query.Query{Limit: 1, Skip: 5, After: new(query.Cursor), Order: []query.Order{by("userName", true), by("errorCode", false)}},
			" ORDER BY substr(user_name, 1, 256) DESC, error_code, id LIMIT ?",
			" ORDER BY left(user_name, 256) DESC NULLS LAST, error_code NULLS FIRST, id, (id || rest) LIMIT 2"},
	} {
		s := NewSelect(plain, ofRow, c.query)
		s.WritePage(c.query)
		if s.Text() != c.plain {
			t.Errorf("%+v is %s, want %s", c.query, s.Text(), c.plain)
		}
		s = NewSelect(numbered, inTwoParts, c.query)
		s.WritePage(c.query)
		if s.Text() != c.numbered {
			t.Errorf("%+v is %s, want %s", c.query, s.Text(), c.numbered)
		}
	}
}

func TestAPageBeginsAfterItsPlace(t *testing.T) {
	text, number, null := query.TextValue("x"), query.NumberValue(9), query.Value{}
	for _, c := range []struct {
		values     []query.Value
		descending bool
		want       string
	}{
		{nil, false, " AND id > $1"},
		{nil, true, " AND id < $1"},
		{[]query.Value{text}, false, " AND (COALESCE(left(user_name, 256) > $1, FALSE) OR left(user_name, 256) = $2 AND id > $3)"},
		{[]query.Value{text}, true, " AND (COALESCE(left(user_name, 256) < $1, TRUE) OR left(user_name, 256) = $2 AND id > $3)"},
		{[]query.Value{null}, false, " AND (left(user_name, 256) IS NOT NULL OR left(user_name, 256) IS NULL AND id > $1)"},
		{[]query.Value{null}, true, " AND (left(user_name, 256) IS NULL AND id > $1)"},
		{[]query.Value{null, number}, true, " AND (left(user_name, 256) IS NULL AND (COALESCE(error_code < $1::bigint, TRUE) OR error_code = $2::bigint AND id > $3))"},
	} {
		q := query.Query{After: &query.Cursor{Values: c.values, ID: "id"}}
		for i := range c.values {
			q.Order = append(q.Order, query.Order{Property: []string{"userName", "errorCode"}[i], Descending: c.descending})
		}
		if c.values == nil {
			q.Order = []query.Order{{Property: query.ID, Descending: c.descending}}
		}
		s := NewSelect(numbered, ofRow, q)
		s.WriteAfter(q)
		if s.Text() != c.want {
			t.Errorf("after %v, descending %t: %s, want %s", c.values, c.descending, s.Text(), c.want)
		}
		if seeks := map[bool]string{false: ">", true: "<"}[c.descending]; c.values == nil && s.Seeks != seeks || c.values != nil && s.Seeks != "" {
			t.Errorf("after %v: it seeks %q", c.values, s.Seeks)
		}
	}
}

// Whatever a caller sends is an argument: each parameter has one, in order, and no text of a caller is in the statement.
func TestWhatACallerSentIsNeverText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := rapid.StringMatching(`'?[?$1;"-]{1,4}sent`)
		var filter func(depth int) query.Filter
		filter = func(depth int) query.Filter {
			kinds := []string{"comparison", "in", "startswith", "contains"}
			if depth > 0 {
				kinds = append(kinds, "and", "not")
			}
			value := func() query.Value { return query.TextValue(sent.Draw(t, "value")) }
			switch rapid.SampledFrom(kinds).Draw(t, "kind") {
			case "in":
				return query.In{Property: "deviceId", Values: []query.Value{value(), value()}}
			case "startswith":
				return query.Match{Function: query.StartsWith, Property: "deviceId", Text: sent.Draw(t, "text")}
			case "contains":
				return query.Match{Function: query.Contains, Property: "deviceId", Text: sent.Draw(t, "text")}
			case "and":
				return query.And{Left: filter(depth - 1), Right: filter(depth - 1)}
			case "not":
				return query.Not{Of: filter(depth - 1)}
			}
			return query.Comparison{Property: "deviceId", Operator: rapid.SampledFrom([]query.Operator{query.Equal, query.NotEqual, query.Less}).Draw(t, "operator"), Value: value()}
		}
		q := query.Query{Limit: 1, Order: []query.Order{{Property: "userName"}}, After: &query.Cursor{Values: []query.Value{query.TextValue(sent.Draw(t, "place"))}, ID: sent.Draw(t, "id")}}
		for _, d := range []*Dialect{plain, numbered} {
			s := NewSelect(d, ofRow, q)
			s.WriteFilter(filter(3))
			s.WriteAfter(q)
			if strings.Contains(s.Text(), "sent") {
				t.Fatalf("%s", s.Text())
			}
			parameters := strings.Count(s.Text(), "?")
			for n := 1; d.Numbered && strings.Contains(s.Text(), fmt.Sprintf("$%d", n)); n++ {
				parameters++
			}
			if parameters != len(s.Arguments()) {
				t.Fatalf("%s has %d parameters and %d arguments", s.Text(), parameters, len(s.Arguments()))
			}
		}
	})
}
