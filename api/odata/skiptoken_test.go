package odata_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api/odata"
	"installstatus/api/status"
)

func TestASkipTokenGivesBackItsPlace(t *testing.T) {
	value := rapid.Custom(func(t *rapid.T) status.Value {
		return rapid.SampledFrom([]status.Value{{}, status.TextValue(rapid.String().Draw(t, "text")), status.NumberValue(rapid.Int64().Draw(t, "number"))}).Draw(t, "value")
	})
	rapid.Check(t, func(t *rapid.T) {
		list := odata.List{Tenant: rapid.String().Draw(t, "tenant"), App: rapid.String().Draw(t, "app"), OrderBy: "x"}
		after := &status.Cursor{Values: rapid.SliceOfN(value, 0, 3).Draw(t, "values"), ID: rapid.StringN(1, 30, -1).Draw(t, "id")}
		orders := make([]status.Order, len(after.Values))
		token := odata.SkipToken(list, after)
		if strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("%s must be escaped in an address", token)
		}
		got, err := odata.ParseSkipToken(list, orders, token)
		if err != nil || got.ID != after.ID || fmt.Sprint(got.Values) != fmt.Sprint(after.Values) {
			t.Fatalf("%+v came back as %+v, %v", after, got, err)
		}
		for _, other := range []odata.List{{Schema: "x", Tenant: list.Tenant, App: list.App, OrderBy: "x"}, {Tenant: list.Tenant + "x", App: list.App, OrderBy: "x"}, {Tenant: list.Tenant, App: list.App + "x", OrderBy: "x"}, {Tenant: list.Tenant, App: list.App, User: "u", OrderBy: "x"}, {Tenant: list.Tenant, App: list.App, OrderBy: "y"}, {Tenant: list.Tenant, App: list.App, OrderBy: "x", Filter: "f"}} {
			if _, err := odata.ParseSkipToken(other, orders, token); err == nil {
				t.Fatalf("a token of %+v is good for %+v", list, other)
			}
		}
		if _, err := odata.ParseSkipToken(list, append(orders, status.Order{}), token); err == nil {
			t.Fatal("a token is good for another order")
		}
	})
}

// FuzzSkipToken holds the reader to accepting exactly what the writer writes.
func FuzzSkipToken(f *testing.F) {
	list, orders := odata.List{Tenant: "tenant", App: "app"}, []status.Order{{Property: status.PropertyErrorCode}}
	f.Add(odata.SkipToken(list, &status.Cursor{Values: []status.Value{status.NumberValue(-7)}, ID: "id"}))
	f.Add("")
	f.Add("AbC0-9_")
	f.Add(odata.SkipToken(list, &status.Cursor{Values: []status.Value{{}}, ID: "x"}) + "\r\n")
	f.Fuzz(func(t *testing.T, token string) {
		if after, err := odata.ParseSkipToken(list, orders, token); err == nil && odata.SkipToken(list, after) != token {
			t.Errorf("%q is accepted, and the token of %+v is another", token, after)
		}
	})
}
