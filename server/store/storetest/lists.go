package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

var lists = []rule{
	{"a list contains the rows of its app, in the byte order of their ids", func(t *testing.T, e Engine) {
		c := e.caller(t)
		want := oddKeys()
		for _, id := range want {
			c.create(status.Key{App: "app", ID: id}, status.Patch{})
		}
		c.create(status.Key{App: "App", ID: "another app's"}, status.Patch{})
		c.as("other").create(status.Key{App: "app", ID: "another tenant's"}, status.Patch{})
		slices.Sort(want)
		got, more := c.ids(status.Query{App: "app", Query: query.Query{Limit: 1000}})
		if !slices.Equal(got, want) || more {
			t.Errorf("listed %.300q, more %t", got, more)
		}
		if got, more := c.ids(status.Query{App: "none", Query: query.Query{Limit: 10}}); len(got) > 0 || more {
			t.Errorf("an unknown app has the rows %q, more %t", got, more)
		}
	}},
	{"a list of a user status contains only its rows", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for n := range 6 {
			c.create(status.Key{App: "app", User: []string{"user", "User"}[n%2], ID: fmt.Sprint(n)}, status.Patch{})
		}
		c.create(status.Key{App: "app", ID: "7"}, named("anna@contoso.com"))
		c.create(status.Key{App: "app", ID: "8"}, status.Patch{})
		for user, want := range map[string][]string{"user": {"0", "2", "4"}, "User": {"1", "3", "5"}, "other": nil, status.UserStatusID("app", "anna@contoso.com"): {"7"}} {
			if got, _ := c.ids(status.Query{App: "app", User: user, Query: query.Query{Limit: 10}}); !slices.Equal(got, want) {
				t.Errorf("the user status %s has the rows %q, want %q", user, got, want)
			}
		}
	}},
	{"a page begins after its cursor, has at most Limit rows, and reports whether more follow", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for _, id := range []string{"a", "b", "c", "d"} {
			c.create(status.Key{App: "app", User: "user", ID: id}, status.Patch{})
		}
		for _, page := range []struct {
			after string
			limit int
			want  string
			more  bool
		}{
			{"", 2, "a b", true}, {"b", 2, "c d", false}, {"b", 1, "c", true}, {"bb", 10, "c d", false}, {"d", 1, "", false}, {"", 4, "a b c d", false}, {"", 3, "a b c", true},
		} {
			for _, user := range []string{"", "user"} {
				q := status.Query{App: "app", User: user, Query: query.Query{Limit: page.limit}}
				if page.after != "" {
					q.After = &query.Cursor{ID: page.after}
				}
				got, more := c.ids(q)
				if strings.Join(got, " ") != page.want || more != page.more {
					t.Errorf("after %q, limit %d: %q, more %t; want %q, more %t", page.after, page.limit, got, more, page.want, page.more)
				}
			}
		}
	}},
	{"a page of the longest rows has fewer rows than its limit", func(t *testing.T, e Engine) {
		c := e.caller(t)
		patch := allTexts(strings.Repeat("\U0010ffff", 8192))
		const rows = 25
		for n := range rows {
			c.create(numbered(n), patch)
		}
		listed := 0
		for q := (status.Query{App: "app", Query: query.Query{Limit: 1000}}); ; {
			page, err := c.store.List(t.Context(), c.tenant, q)
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Rows) > 20 {
				t.Errorf("a page has %d rows, want at most 20", len(page.Rows))
			}
			listed += len(page.Rows)
			if !page.More {
				break
			}
			q.After = q.CursorOf(page.Rows[len(page.Rows)-1].Status)
		}
		if listed != rows {
			t.Errorf("listed %d rows, want %d", listed, rows)
		}
	}},
	{"strings are ordered by their first characters only, which keeps cursors short", func(t *testing.T, e Engine) {
		c := e.caller(t)
		first := strings.Repeat("💾", query.OrderedLength)
		for id, text := range map[string]string{
			"4": strings.TrimSuffix(first, "💾"), "3": first, "2": first + "a", "1": first + strings.Repeat("b", 5000), "5": first[4:] + "é",
		} {
			c.create(status.Key{App: "app", User: "user " + id, ID: id}, allTexts(text))
		}
		for _, property := range texts() {
			for descending, want := range map[bool]string{false: "4 5 1 2 3", true: "1 2 3 5 4"} {
				order := []query.Order{{Property: property, Descending: descending}}
				if got := c.idsInOrder(status.Query{App: "app", Query: query.Query{Order: order}}); got != want {
					t.Errorf("by %s, descending %t: %s, want %s", property, descending, got, want)
				}
				if property == "userName" || property == "userPrincipalName" {
					if got := c.userIDsInOrder(status.Query{App: "app", Query: query.Query{Order: order}}); got != want {
						t.Errorf("users by %s, descending %t: %s, want %s", property, descending, got, want)
					}
				}
			}
		}
	}},
	{"a filter of many values selects the same rows as in memory", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for n := range 3 {
			c.create(numbered(n), everything(n))
		}
		c.create(numbered(3), status.Patch{})
		all, err := c.store.List(t.Context(), c.tenant, status.Query{App: "app", Query: query.Query{Limit: 10}})
		if err != nil || len(all.Rows) != 4 {
			t.Fatalf("listed %+v, %v; want 4 rows", all, err)
		}
		noMatch := query.In{Property: "mobileAppInstallStatusValue"}
		for n := range 150 {
			noMatch.Values = append(noMatch.Values, query.TextValue(fmt.Sprint("no state ", n)))
		}
		for property, values := range filterable() {
			for _, operator := range []query.Operator{query.Equal, query.NotEqual, query.Greater, query.LessOrEqual} {
				for _, value := range values {
					q := status.Query{App: "app", Query: query.Query{Limit: 2, Count: true, Order: []query.Order{{Property: property}}}}
					q.After = q.CursorOf(all.Rows[0])
					q.Filter = query.Or{Left: noMatch, Right: query.Comparison{Property: property, Operator: operator, Value: value}}
					page, err := c.store.List(t.Context(), c.tenant, q)
					if want := q.PageOf(all.Rows); err != nil || !slices.Equal(page.Rows, want.Rows) || page.Count != want.Count {
						t.Errorf("%s %s %v: %+v, %v; want %+v", property, operator, value, page, err, want)
					}
				}
			}
		}
	}},
	{"functions of strings see every character as it is, and change the case of ASCII letters alone", func(t *testing.T, e Engine) {
		c := e.caller(t)
		odd := []string{"", "a", "A", "aZ[`{@", "ÄÖÜß", "äöüß", "\u212a", "k", "İıſs", "Σσς", "%", "_", `\`, "'", "a%b", "aXb", "😀x", "x😀", strings.Repeat("é", 300) + "Z", " a "}
		for n, text := range odd {
			c.create(status.Key{App: "app", User: fmt.Sprint("user ", n), ID: text + fmt.Sprint("-", n)}, allTexts(text))
		}
		c.create(status.Key{App: "app", User: "without a name", ID: "z"}, status.Patch{})
		all, err := c.store.List(t.Context(), c.tenant, status.Query{App: "app", Query: query.Query{Limit: 100}})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range odd {
			for _, letters := range []query.Case{"", query.Lower, query.Upper} {
				var asked []query.Filter
				for _, property := range []string{"userName", "userPrincipalName", query.ID} {
					for _, function := range []query.Function{query.Contains, query.EndsWith, query.StartsWith} {
						match := query.Match{Function: function, Property: property, Case: letters, Text: text}
						asked = append(asked, match, query.Not{Of: match}, query.Is{Of: match, Value: false}, query.Not{Of: query.Is{Of: match, Value: true}})
					}
					asked = append(asked, query.In{Property: property, Case: letters, Values: []query.Value{query.TextValue(text), {}}})
					for _, operator := range []query.Operator{query.Equal, query.NotEqual, query.Greater, query.LessOrEqual} {
						asked = append(asked, query.Comparison{Property: property, Case: letters, Operator: operator, Value: query.TextValue(text)})
					}
				}
				for _, filter := range asked {
					q := status.Query{App: "app", Query: query.Query{Limit: 100, Filter: filter}}
					if page, err := c.store.List(t.Context(), c.tenant, q); err != nil || !slices.Equal(page.Rows, q.PageOf(all.Rows).Rows) {
						t.Errorf("%.200q: %d rows, %v; want %d", fmt.Sprintf("%+v", filter), len(page.Rows), err, len(q.PageOf(all.Rows).Rows))
					}
					if page, err := c.store.ListUsers(t.Context(), c.tenant, q); err != nil || !slices.Equal(page.Rows, q.UserPageOf(all.Rows).Rows) {
						t.Errorf("users, %.200q: %d rows, %v; want %d", fmt.Sprintf("%+v", filter), len(page.Rows), err, len(q.UserPageOf(all.Rows).Rows))
					}
				}
			}
		}
	}},
	{"List returns the error of a context that has ended", func(t *testing.T, e Engine) {
		c := e.caller(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.store.List(ended, c.tenant, status.Query{App: "app", Query: query.Query{Limit: 1}}); !errors.Is(err, context.Canceled) {
			t.Errorf("List: %v, want Canceled", err)
		}
	}},
}

// idsInOrder lists one row a page and returns their ids. It checks that every cursor is short.
func (c caller) idsInOrder(q status.Query) string {
	c.Helper()
	return pageByPage(c, q, c.store.List)
}

// userIDsInOrder does the same for user statuses. It removes the prefix "user " from their ids.
func (c caller) userIDsInOrder(q status.Query) string {
	c.Helper()
	return strings.ReplaceAll(pageByPage(c, q, c.store.ListUsers), "user ", "")
}

func pageByPage[L query.Row](c caller, q status.Query, list func(context.Context, string, status.Query) (query.Page[L], error)) string {
	c.Helper()
	var ids []string
	for q.Limit = 1; len(ids) < 100; {
		page, err := list(c.Context(), c.tenant, q)
		if err != nil || len(page.Rows) != 1 {
			c.Fatalf("listing %+v: %d rows, %v", q, len(page.Rows), err)
		}
		q.After = q.CursorOf(page.Rows[0])
		ids = append(ids, q.After.ID)
		if length := len(fmt.Sprint(*q.After)); length > 5*query.OrderedLength {
			c.Errorf("a cursor has %d bytes, want at most %d", length, 5*query.OrderedLength)
		}
		if !page.More {
			break
		}
	}
	return strings.Join(ids, " ")
}
