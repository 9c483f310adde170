package storetest

import (
	"strings"
	"testing"

	"installstatus/api/status"
)

var keys = []rule{
	{"keys are compared byte by byte", func(t *testing.T, e Engine) {
		c := e.alone(t) // the tenants must be exactly the odd keys
		parts := oddKeys()
		for i, part := range parts {
			c.create(status.Key{App: "app", ID: part}, status.PatchOf(status.Status{ErrorCode: int32(i)}, "errorCode"))
			c.create(status.Key{App: part, ID: "id of an odd app"}, status.PatchOf(status.Status{ErrorCode: int32(i)}, "errorCode"))
			c.create(status.Key{App: "app", User: part, ID: "of " + part}, status.PatchOf(status.Status{ErrorCode: int32(i)}, "errorCode"))
			c.as(part).create(status.Key{App: "app of an odd tenant", ID: "id"}, status.PatchOf(status.Status{ErrorCode: int32(i)}, "errorCode"))
		}
		for i, part := range parts {
			for _, got := range []status.Status{
				c.get(status.Key{App: "app", ID: part}),
				c.get(status.Key{App: part, ID: "id of an odd app"}),
				c.get(status.Key{App: "app", User: part, ID: "of " + part}),
				c.as(part).get(status.Key{App: "app of an odd tenant", ID: "id"}),
			} {
				if got.ErrorCode != int32(i) {
					t.Errorf("the key %.40q returns the row of %.40q", part, parts[got.ErrorCode])
				}
			}
			if got := c.get(status.Key{App: "app", ID: part}).ID; got != part {
				t.Errorf("the id %.40q comes back as %.40q", part, got)
			}
			for _, other := range parts {
				if other != part {
					c.misses(status.Key{App: "app", User: other, ID: "of " + part})
				}
			}
		}
	}},
	{"apps can have rows with the same id", func(t *testing.T, e Engine) {
		c := e.caller(t)
		c.create(status.Key{App: "one", ID: "id"}, everything(1))
		c.misses(status.Key{App: "two", ID: "id"})
		c.create(status.Key{App: "two", ID: "id"}, everything(2))
		c.finds(status.Key{App: "one", ID: "id"}, everything(1).Apply(status.New("id")))
	}},
	{"a tenant cannot read or update another tenant's row", func(t *testing.T, e Engine) {
		c := e.caller(t)
		other := c.as("other")
		for _, key := range []status.Key{{App: "app", ID: "id"}, {App: "app", User: "user", ID: "user's"}} {
			s := c.create(key, everything(1))
			other.misses(key)
			for _, cond := range []status.Cond{{}, {IfMatch: []string{"*"}}, {IfMatch: []string{s.ETag()}}} {
				other.refused(key, everything(2), cond, status.ErrNotFound)
			}
			c.finds(key, s)
		}
	}},
	{"tenants can have rows with the same key", func(t *testing.T, e Engine) {
		c := e.caller(t)
		other, third := c.as("other"), c.as("Tenant")
		key := status.Key{App: "app", ID: "id"}
		mine, theirs := c.create(key, everything(1)), other.create(key, everything(2))
		third.misses(key)
		c.finds(key, mine)
		other.finds(key, theirs)
		theirs = other.update(key, everything(3), status.Cond{})
		c.finds(key, mine)
		other.finds(key, theirs)
	}},
	{"the user status of a tenant's row does not affect another tenant's row with the same id", func(t *testing.T, e Engine) {
		c := e.caller(t)
		other := c.as("other")
		c.create(status.Key{App: "app", User: "user", ID: "id"}, everything(1))
		other.create(status.Key{App: "app", User: "their user", ID: "id"}, everything(2))
		c.misses(status.Key{App: "app", User: "their user", ID: "id"})
		other.misses(status.Key{App: "app", User: "user", ID: "id"})
	}},
}

// oddKeys returns distinct keys that a database may treat as equal, or as something other than text.
func oddKeys() []string {
	long := strings.Repeat("k", 1023)
	return []string{
		"key", "Key", "KEY", " key", "key ", "key\t", "key\n", "k%y", "k_y", "k*y", "k?y",
		"it's", "it''s", `"quoted"`, "`ticks`", "[brackets]", "a/b", `a\b`, "a//b", "..", "%2F", "a;b", "--", "$1", ":key", "?",
		"1", "01", "1.0", "1e0", "0x1", "-0", "null", "NULL", "true",
		"é", "e\u0301", "É", "ß", "ss", "ı", "i", "I", "İ", "\u00a0", "\u200b", "\ufeff", "日本", "👩‍💻", "👩", "\U0010ffff",
		long + "a", long + "b", strings.Repeat("😀", 1024),
	}
}
