package status

import (
	"cmp"
	"slices"
)

// Query asks for a page of the rows of an app, or of its user statuses: what is said of rows here is true of either.
type Query struct {
	App    string
	User   string  // only the rows of this user status, or this user status itself; "" for all
	Filter Filter  // only those of which it is true; nil for all
	Order  []Order // rows come in this order, those that are equal in it by the bytes of their ids
	After  *Cursor // only rows after this place; nil from the start
	Skip   int     // how many rows to leave out first; ignored with After
	Limit  int     // how many rows at most, at least 1
	Count  bool    // count the rows that the whole list has
}

// Order is by the value of a property. Null comes first, or last if Descending.
type Order struct {
	Property   Property
	Descending bool
}

// OrderedLength is how many characters of a nullable string count in an order. It keeps a Cursor short enough for an address,
// whatever the strings are.
const OrderedLength = 256

// IsCut reports whether it is the first OrderedLength characters of the property that count.
func (o Order) IsCut() bool { return new(Patch).Text(o.Property) != nil }

// Of is what counts of a value of the property.
func (o Order) Of(v Value) Value {
	if o.IsCut() && len(v.Text) > OrderedLength {
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

// Sort is the order of the list to its end, which is the id: no two rows share one, so nothing that stands behind it counts.
func (q Query) Sort() []Order {
	for i, order := range q.Order {
		if order.Property == PropertyID {
			return q.Order[:i+1]
		}
	}
	return append(slices.Clip(q.Order), Order{Property: PropertyID})
}

// Cursor is the place of a row in a list: what counts of it in the properties by which the list is sorted before the id, and
// its id.
type Cursor struct {
	Values []Value // one for each Order of Query.Sort but the last
	ID     string
}

// at is the value by the nth Order of Query.Sort.
func (c *Cursor) at(n int) Value {
	if n == len(c.Values) {
		return TextValue(c.ID)
	}
	return c.Values[n]
}

// Listed is what lists are of: a Row or a UserStatus.
type Listed interface {
	Value(Property) Value
	content() []byte
}

// Part is a part of a list.
type Part[L Listed] struct {
	Rows  []L
	More  bool // rows follow that did not fit
	Count int  // how many rows the whole list has, if the query asks

	size int
}

// Page is a part of a list of rows; UserPage, of user statuses.
type (
	Page     = Part[Row]
	UserPage = Part[UserStatus]
)

// MaxPage is about how many bytes the content of a page has at most in an answer, so that rows of the greatest length cannot
// fill the memory; the row that exceeds it is its last.
const MaxPage = 4 << 20

// Add puts the next row of the list on the page, or reports false if the page is full.
func (p *Part[L]) Add(row L, query Query) bool {
	if len(p.Rows) == query.Limit || p.size >= MaxPage {
		p.More = true
		return false
	}
	p.Rows = append(p.Rows, row)
	p.size += lengthOf(row.content())
	return true
}

// lengthOf is how many bytes content has in an answer, or a little more: some characters stand there as escape sequences.
func lengthOf(content []byte) (length int) {
	for _, b := range content {
		switch {
		case b < ' ':
			length += len(`\u0000`)
		case b == '"' || b == '\\':
			length += len(`\"`)
		case b == 0xe2: // begins U+2028 and U+2029, which are escaped
			length += len(`\u2028`) - 2
		default:
			length++
		}
	}
	return length
}

// CursorOf is the place of a row in the query's list.
func (q Query) CursorOf(row Listed) *Cursor {
	c := &Cursor{ID: row.Value(PropertyID).Text}
	sort := q.Sort()
	for _, order := range sort[:len(sort)-1] {
		c.Values = append(c.Values, order.Of(row.Value(order.Property)))
	}
	return c
}

// compare is -1, 0 or 1 as c comes before, with or after d in the query's list.
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

// PageOf is the rule of a list: the page that the query asks for out of all of an app's rows. An engine that can do
// no better answers so, and every engine's answer must equal it.
func (q Query) PageOf(rows []Row) Page {
	return partOf(q, rows, func(row Row) string { return row.User })
}

// UserPageOf is the same rule for the user statuses that an app's rows make.
func (q Query) UserPageOf(rows []Row) UserPage {
	return partOf(q, UsersOf(rows), func(user UserStatus) string { return user.ID })
}

// partOf is the part of a list that the query asks for; user says to which user status a row belongs.
func partOf[L Listed](q Query, rows []L, user func(L) string) (part Part[L]) {
	var found []L
	for _, row := range rows {
		if (q.User == "" || q.User == user(row)) && Matches(q.Filter, row) {
			found = append(found, row)
		}
	}
	if q.Count {
		part.Count = len(found)
	}
	slices.SortFunc(found, func(a, b L) int { return q.compare(q.CursorOf(a), q.CursorOf(b)) })
	first := min(max(q.Skip, 0), len(found))
	if q.After != nil {
		first, _ = slices.BinarySearchFunc(found, q.After, func(row L, after *Cursor) int {
			return cmp.Or(q.compare(q.CursorOf(row), after), -1)
		})
	}
	for _, row := range found[first:] {
		if !part.Add(row, q) {
			break
		}
	}
	return part
}
