package odata_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"installstatus/api/odata"
	"installstatus/api/query"
	"installstatus/api/status"
)

// order has a property of each type.
var order = []string{"deviceName", "errorCode", "lastSyncDateTime", "installState"}

// valueOf draws a value that the property can have.
func valueOf(property string) *rapid.Generator[query.Value] {
	return rapid.Custom(func(t *rapid.T) query.Value {
		if rapid.IntRange(0, 3).Draw(t, "null") == 0 {
			return query.Value{}
		}
		switch property {
		case "errorCode":
			return query.NumberValue(int64(rapid.Int32().Draw(t, "number")))
		case "lastSyncDateTime":
			at := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds"), rapid.Int64Range(0, 999999999).Draw(t, "nanoseconds"))
			return query.TextValue(at.UTC().Format("2006-01-02T15:04:05.000000000Z"))
		case "installState":
			return query.TextValue(rapid.SampledFrom([]string{"installed", "failed", "pendingInstall"}).Draw(t, "member"))
		default:
			return query.TextValue(text().Draw(t, "text"))
		}
	})
}

func text() *rapid.Generator[string] {
	return rapid.String().Filter(func(s string) bool { return !strings.Contains(s, "\x00") })
}

func TestASkipTokenGivesBackItsPlace(t *testing.T) {
	p := newParser(t)
	rapid.Check(t, func(t *rapid.T) {
		list := odata.List{Tenant: rapid.String().Draw(t, "tenant"), App: rapid.String().Draw(t, "app"), OrderBy: "x"}
		after := &query.Cursor{ID: "i" + text().Draw(t, "id")}
		var orders []query.Order
		for _, property := range rapid.SliceOfNDistinct(rapid.SampledFrom(order), 0, 3, rapid.ID).Draw(t, "order") {
			order := query.Order{Property: property}
			orders = append(orders, order)
			after.Values = append(after.Values, query.Ordered(valueOf(property).Draw(t, "value")))
		}
		token := odata.SkipToken(list, after)
		if strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("%s must be escaped in an address", token)
		}
		sort := query.Query{Order: orders}.Sort()
		got, err := p.ParseSkipToken(list, sort, token)
		if err != nil || got.ID != after.ID || fmt.Sprint(got.Values) != fmt.Sprint(after.Values) {
			t.Fatalf("%+v came back as %+v, %v", after, got, err)
		}
		for _, other := range []odata.List{{Schema: "x", Tenant: list.Tenant, App: list.App, OrderBy: "x"}, {Tenant: list.Tenant + "x", App: list.App, OrderBy: "x"}, {Tenant: list.Tenant, App: list.App + "x", OrderBy: "x"}, {Tenant: list.Tenant, App: list.App, User: "u", OrderBy: "x"}, {Tenant: list.Tenant, App: list.App, OrderBy: "y"}, {Tenant: list.Tenant, App: list.App, OrderBy: "x", Filter: "f"}} {
			if _, err := p.ParseSkipToken(other, sort, token); err == nil {
				t.Fatalf("a token of %+v is good for %+v", list, other)
			}
		}
		if _, err := p.ParseSkipToken(list, append([]query.Order{{Property: "userName"}}, sort...), token); err == nil {
			t.Fatal("a token is good for another order")
		}
	})
}

func TestASkipTokenThatAClientMadeUpHasNoValueThatItsPropertyCannotHave(t *testing.T) {
	p := newParser(t)
	is := func(value query.Value, id string) *query.Cursor {
		return &query.Cursor{Values: []query.Value{value}, ID: id}
	}
	number := query.NumberValue
	for name, c := range map[string]struct {
		by    string
		place *query.Cursor
	}{
		"U+0000 in a string":            {"deviceName", is(query.TextValue("a\x00"), "id")},
		"a string that is no UTF-8":     {"deviceName", is(query.TextValue("\xff"), "id")},
		"more of a string than counts":  {"deviceName", is(query.TextValue(strings.Repeat("x", 257)), "id")},
		"a number for a string":         {"deviceName", is(number(1), "id")},
		"a string for a number":         {"errorCode", is(query.TextValue("1"), "id")},
		"a number of more than 32 bits": {"errorCode", is(number(1<<31), "id")},
		"a number for a member":         {"installState", is(number(1), "id")},
		"a member that is none":         {"installState", is(query.TextValue("broken"), "id")},
		"a member in another case":      {"installState", is(query.TextValue("Failed"), "id")},
		"no member":                     {"installState", is(query.TextValue(""), "id")},
		"a number for an instant":       {"lastSyncDateTime", is(number(1), "id")},
		"an instant in another form":    {"lastSyncDateTime", is(query.TextValue("2017-01-01T00:00:00Z"), "id")},
		"an instant that is none":       {"lastSyncDateTime", is(query.TextValue("2017-02-30T00:00:00.000000000Z"), "id")},
		"no id":                         {"deviceName", is(query.Value{}, "")},
		"U+0000 in an id":               {"deviceName", is(query.Value{}, "\x00")},
		"an id that is no UTF-8":        {"deviceName", is(query.Value{}, "\xff")},
		"an id that is too long":        {"deviceName", is(query.Value{}, strings.Repeat("x", 1025))},
		"too few values":                {"deviceName", &query.Cursor{ID: "id"}},
	} {
		list := odata.List{Tenant: "tenant", App: "app"}
		if after, err := p.ParseSkipToken(list, query.Query{Order: []query.Order{{Property: c.by}}}.Sort(), odata.SkipToken(list, c.place)); err == nil {
			t.Errorf("%s is taken: %.100q", name, fmt.Sprint(after))
		}
	}
}

func TestASkipTokenIsNoLongerThanTheLongestOfItsOrder(t *testing.T) {
	p := newParser(t)
	row := status.New(strings.Repeat("💾", 1024))
	row.ErrorCode = -2147483648
	row.InstallState = "uninstallFailed"
	row.InstallStateDetail = "powerShellScriptRequirementNotMet"
	var patch status.Patch
	names := []string{""}
	for _, property := range status.Properties {
		names = append(names, property.Name)
		if property.Nullable {
			if err := patch.Set(property.Name, query.TextValue(strings.Repeat("💾", 8192))); err != nil {
				t.Fatal(err)
			}
		}
	}
	var q status.Query
	for _, property := range names {
		if property != "" && property != query.ID {
			q.Order = append(q.Order, query.Order{Property: property})
		}
		got, longest := len(odata.SkipToken(odata.List{}, q.CursorOf(patch.Apply(row)))), p.LongestSkipToken(q.Sort())
		if got > longest || got < longest*9/10 {
			t.Errorf("by %v: a token has %d characters, of %d", q.Order, got, longest)
		}
	}
}

// FuzzSkipToken checks that the parser accepts exactly what SkipToken returns, and only values that an engine can compare with a property.
// The fuzzed place is parsed as a forged token: with the right check before it, and without.
func FuzzSkipToken(f *testing.F) {
	p := newParser(f)
	list := odata.List{Tenant: "tenant", App: "app"}
	var orders []query.Order
	for _, property := range order {
		orders = append(orders, query.Order{Property: property})
	}
	for _, cursor := range []*query.Cursor{
		{Values: []query.Value{query.TextValue("PC-1"), query.NumberValue(-7), query.TextValue("2017-01-01T00:00:00.000000000Z"), query.TextValue("failed")}, ID: "id"},
		{Values: []query.Value{{}, {}, {}, {}}, ID: "x"},
		{Values: []query.Value{query.TextValue("\x00"), query.TextValue("7"), query.NumberValue(1), query.TextValue("")}, ID: "\xff"},
	} {
		token := odata.SkipToken(list, cursor)
		place, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(token, place[9:])
	}
	f.Add("", []byte{})
	f.Add("AbC0-9_", []byte{2, 0x80, 0})
	f.Add(odata.SkipToken(list, &query.Cursor{Values: []query.Value{{}, {}, {}, {}}, ID: "x"})+"\r\n", binary.AppendVarint([]byte{0, 2}, 1<<40))
	f.Fuzz(func(t *testing.T, token string, place []byte) {
		check := sha256.Sum256(fmt.Appendf(nil, "1 %q %q %q %q %q %q %q", list.Schema, list.Tenant, list.App, list.User, list.Filter, list.OrderBy, place))
		for _, token := range []string{token, base64.RawURLEncoding.EncodeToString(append(check[:9], place...))} {
			after, err := p.ParseSkipToken(list, query.Query{Order: orders}.Sort(), token)
			if err != nil {
				continue
			}
			if odata.SkipToken(list, after) != token {
				t.Errorf("%q is accepted, and the token of %+v is another", token, after)
			}
			texts := []string{after.ID}
			for i, value := range after.Values {
				if of := status.New("id").Value(order[i]).Kind; value.Kind != query.Null && of != query.Null && value.Kind != of {
					t.Errorf("%s is compared with %+v", order[i], value)
				}
				texts = append(texts, value.Text)
			}
			if all := strings.Join(texts, ""); after.ID == "" || !utf8.ValidString(all) || strings.Contains(all, "\x00") {
				t.Errorf("the place is %+v", after)
			}
		}
	})
}
