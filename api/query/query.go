// Package query describes lists: which rows, in which order, from which place, how many. It imports no entity, no store and no
// text form such as OData's.
package query

import "slices"

// ID is the property that every row has. No two rows of a list share its value, and every order ends with it.
const ID = "id"

// Query asks for a page of a list.
type Query struct {
	Filter Filter  // lists only rows for which it is true; nil for all
	Order  []Order // sorts the rows; rows equal in it are sorted by the bytes of their ids
	After  *Cursor // lists only rows after this place; nil for all
	Skip   int     // how many rows to leave out first; ignored with After
	Limit  int     // how many rows to return at most, at least 1
	Count  bool    // counts the rows of the whole list
}

// Order sorts by the value of a property. Null sorts first, or last if Descending.
type Order struct {
	Property   string
	Descending bool
}

// OrderedLength is how many characters of a string count in an order, unless it is the id. It keeps a Cursor short enough for
// a URL.
const OrderedLength = 256

// Ordered returns the part of a value that counts in an order.
func Ordered(v Value) Value {
	if len(v.Text) > OrderedLength {
		characters := 0
		for at := range v.Text {
			if characters++; characters > OrderedLength {
				v.Text = v.Text[:at]
				break
			}
		}
	}
	return v
}

// Sort returns the complete order of the list. It ends with the id; whatever the query names after the id cannot matter.
func (q Query) Sort() []Order {
	for i, order := range q.Order {
		if order.Property == ID {
			return q.Order[:i+1]
		}
	}
	return append(slices.Clip(q.Order), Order{Property: ID})
}

// Cursor is the place of a row in a list.
type Cursor struct {
	Values []Value // the row's Ordered value for each Order of Query.Sort but the last
	ID     string
}

// at returns the value for the nth Order of Query.Sort.
func (c *Cursor) at(n int) Value {
	if n == len(c.Values) {
		return TextValue(c.ID)
	}
	return c.Values[n]
}

// CursorOf returns the place of a row in the query's list.
func (q Query) CursorOf(row Row) *Cursor {
	c := &Cursor{ID: row.Value(ID).Text}
	sort := q.Sort()
	for _, order := range sort[:len(sort)-1] {
		c.Values = append(c.Values, Ordered(row.Value(order.Property)))
	}
	return c
}

// compare returns -1, 0 or 1 as c comes before, with or after d in the query's list.
func (q Query) compare(c, d *Cursor) int {
	for n, order := range q.Sort() {
		by := c.at(n).Compare(d.at(n))
		if order.Descending {
			by = -by
		}
		if by != 0 {
			return by
		}
	}
	return 0
}
