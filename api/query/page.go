package query

import (
	"cmp"
	"slices"
)

// Row is an element of a list.
type Row interface {
	// Value returns the value of a property by its name in the API, null for a property that the row does not have.
	Value(property string) Value
	// Size returns about how many bytes the row takes in an answer.
	Size() int
}

// Page is a part of a list.
type Page[R Row] struct {
	Rows  []R
	More  bool // more rows follow
	Count int  // how many rows the whole list has, if the query asks

	size int
}

// MaxPage is about how many bytes of rows a page has at most, so that rows of the greatest length cannot fill the memory. The
// row that exceeds it is the page's last.
const MaxPage = 4 << 20

// Add appends the next row of the list to the page. It returns false if the page is full.
func (p *Page[R]) Add(row R, query Query) bool {
	if len(p.Rows) == query.Limit || p.size >= MaxPage {
		p.More = true
		return false
	}
	p.Rows = append(p.Rows, row)
	p.size += row.Size()
	return true
}

// Size returns about how many bytes the page's rows take in an answer.
func (p *Page[R]) Size() int { return p.size }

// PageOf returns the page that the query asks for, out of all rows. It defines what a list is: the answer of every engine must
// equal it.
func PageOf[R Row](q Query, rows []R) (page Page[R]) {
	var found []R
	for _, row := range rows {
		if Matches(q.Filter, row) {
			found = append(found, row)
		}
	}
	if q.Count {
		page.Count = len(found)
	}
	slices.SortFunc(found, func(a, b R) int { return q.compare(q.CursorOf(a), q.CursorOf(b)) })
	first := min(max(q.Skip, 0), len(found))
	if q.After != nil {
		first, _ = slices.BinarySearchFunc(found, q.After, func(row R, after *Cursor) int {
			return cmp.Or(q.compare(q.CursorOf(row), after), -1)
		})
	}
	for _, row := range found[first:] {
		if !page.Add(row, q) {
			break
		}
	}
	return page
}
