package odata_test

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api/odata"
	"installstatus/api/status"
)

func TestASkipTokenGivesBackItsID(t *testing.T) {
	text := rapid.StringN(1, 50, -1)
	rapid.Check(t, func(t *rapid.T) {
		tenant, after := text.Draw(t, "tenant"), text.Draw(t, "after")
		query := status.Query{App: text.Draw(t, "app"), User: rapid.String().Draw(t, "user")}
		token := odata.SkipToken(tenant, query, after)
		if !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(token) {
			t.Fatalf("%s must be escaped in an address", token)
		}
		if got, err := odata.ParseSkipToken(tenant, query, token); got != after || err != nil {
			t.Fatalf("%q came back as %q, %v", after, got, err)
		}
		other := text.Draw(t, "other")
		for _, list := range []struct {
			tenant string
			query  status.Query
		}{{other, query}, {tenant, status.Query{App: other, User: query.User}}, {tenant, status.Query{App: query.App, User: other}}} {
			if list.tenant == tenant && list.query == query {
				continue
			}
			if _, err := odata.ParseSkipToken(list.tenant, list.query, token); err == nil {
				t.Fatalf("the token of %q, %+v is good for %q, %+v", tenant, query, list.tenant, list.query)
			}
		}
	})
}

// FuzzSkipToken holds the reader to accepting exactly what the writer writes.
func FuzzSkipToken(f *testing.F) {
	f.Add(odata.SkipToken("tenant", status.Query{App: "app"}, "id"))
	f.Add("")
	f.Add("AbC0-9_")
	f.Fuzz(func(t *testing.T, token string) {
		query := status.Query{App: "app"}
		if after, err := odata.ParseSkipToken("tenant", query, token); err == nil && odata.SkipToken("tenant", query, after) != token {
			t.Errorf("%q is accepted, and the token of %q is another", token, after)
		}
	})
}
