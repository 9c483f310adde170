package storetest

import (
	"testing"

	"installstatus/api/status"
)

var conditions = []rule{
	{"an update with If-Match succeeds if one of the tags matches", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		tag := c.create(key, everything(0)).ETag()
		for n, others := range [][2][]string{
			{nil, nil}, {{`"stale"`}, nil}, {nil, {`"stale"`}}, {{`"a"`, `"b"`}, {`"c"`, `W/"d"`}},
		} {
			matching := append(append(others[0], tag), others[1]...)
			s := c.update(key, everything(n+1), status.Cond{IfMatch: matching})
			c.finds(key, s)
			tag = s.ETag()
		}
	}},
	{"an update with If-Match * succeeds if the row exists", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		c.create(key, everything(1))
		c.finds(key, c.update(key, everything(2), status.Cond{IfMatch: []string{"*"}}))
		c.finds(key, c.update(key, everything(3), status.Cond{IfMatch: []string{"*"}, CreateIfMissing: true}))
	}},
	{"an update with If-Match changes nothing if no tag matches", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		stale := c.create(key, everything(1)).ETag()
		s := c.update(key, everything(2), status.Cond{})
		for _, tags := range [][]string{{stale}, {`"a"`, stale, `"b"`}, {"W/" + s.ETag()}, {""}} {
			for _, create := range []bool{false, true} {
				c.refused(key, everything(3), status.Cond{IfMatch: tags, CreateIfMissing: create}, status.ErrConditionNotMet)
				c.refused(key, status.Patch{}, status.Cond{IfMatch: tags, CreateIfMissing: create}, status.ErrConditionNotMet)
			}
		}
		c.finds(key, s)
	}},
	{"an update with If-Match creates no row", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		for _, tags := range [][]string{{"*"}, {status.New("id").ETag()}, {`"a"`, `"b"`}} {
			for _, create := range []bool{false, true} {
				c.refused(key, everything(1), status.Cond{IfMatch: tags, CreateIfMissing: create}, status.ErrNotFound)
			}
		}
		c.misses(key)
	}},
	{"an update or a deletion with If-None-Match succeeds only if no tag matches", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		first := c.create(key, everything(1)).ETag()
		c.update(key, everything(2), status.Cond{})
		s := c.update(key, everything(3), status.Cond{IfNoneMatch: []string{first, `"other"`}})
		for _, tags := range [][]string{{s.ETag()}, {`"other"`, s.ETag()}, {"*"}} {
			for _, create := range []bool{false, true} {
				c.refused(key, everything(4), status.Cond{IfNoneMatch: tags, CreateIfMissing: create}, status.ErrConditionNotMet)
				c.refused(key, everything(4), status.Cond{IfMatch: []string{"*"}, IfNoneMatch: tags, CreateIfMissing: create}, status.ErrConditionNotMet)
			}
			c.deletes(key, status.Cond{IfNoneMatch: tags}, status.ErrConditionNotMet)
		}
		c.finds(key, s)
		c.deletes(key, status.Cond{IfNoneMatch: []string{first}}, nil)
	}},
	{"an update with If-None-Match * can create a row, but change none", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		c.refused(key, everything(1), status.Cond{IfNoneMatch: []string{"*"}}, status.ErrNotFound)
		s, created, err := c.store.Update(t.Context(), c.tenant, key, everything(1), status.Cond{IfNoneMatch: []string{"*"}, CreateIfMissing: true})
		if err != nil || !created {
			t.Fatalf("created %t, %v", created, err)
		}
		c.refused(key, everything(2), status.Cond{IfNoneMatch: []string{"*"}, CreateIfMissing: true}, status.ErrConditionNotMet)
		c.finds(key, s)
	}},
	{"a row that returns to earlier values has its earlier tag again", func(t *testing.T, e Engine) {
		c := e.caller(t)
		key := status.Key{App: "app", ID: "id"}
		first := c.create(key, everything(1)).ETag()
		c.update(key, everything(2), status.Cond{})
		c.update(key, everything(1), status.Cond{})
		c.update(key, everything(3), status.Cond{IfMatch: []string{first}})
	}},
	{"a row has the same tag in its app's path and in its user status's", func(t *testing.T, e Engine) {
		c := e.caller(t)
		byApp, byUser := status.Key{App: "app", ID: "id"}, status.Key{App: "app", User: "user", ID: "id"}
		tag := c.create(byUser, everything(1)).ETag()
		tag = c.update(byApp, everything(2), status.Cond{IfMatch: []string{tag}}).ETag()
		c.update(byUser, everything(3), status.Cond{IfMatch: []string{tag}})
	}},
}
