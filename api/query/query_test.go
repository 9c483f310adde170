package query_test

import (
	"slices"
	"testing"

	"installstatus/api/query"
)

// row is a query.Row that has nothing but an id.
type row struct{ id string }

func (r row) Value(property string) query.Value {
	if property == query.ID {
		return query.TextValue(r.id)
	}
	return query.Value{}
}

func (r row) Size() int { return len(r.id) }

func TestSortEndsWithTheID(t *testing.T) {
	id, back, name := query.Order{Property: query.ID}, query.Order{Property: query.ID, Descending: true}, query.Order{Property: "userName"}
	for _, c := range []struct{ order, sort []query.Order }{
		{nil, []query.Order{id}},
		{[]query.Order{id}, []query.Order{id}},
		{[]query.Order{back, name}, []query.Order{back}},
		{[]query.Order{name}, []query.Order{name, id}},
		{[]query.Order{name, back}, []query.Order{name, back}},
	} {
		q := query.Query{Order: c.order}
		if got := q.Sort(); !slices.Equal(got, c.sort) {
			t.Errorf("%v is sorted by %v", c.order, got)
		}
		if place := q.CursorOf(row{"x"}); place.ID != "x" || len(place.Values) != len(c.sort)-1 {
			t.Errorf("%v has the place %+v", c.order, place)
		}
	}
}
