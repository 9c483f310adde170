package status

// Query asks for a page of the rows of an app.
type Query struct {
	App   string
	User  string // only those of this user status; "" for all
	After string // only ids after this one, in byte order; "" for all
	Limit int    // how many rows at most, at least 1
}

// Page is a part of a list.
type Page struct {
	Statuses []Status
	More     bool // rows follow that did not fit

	size int
}

// maxPage is about how many bytes of content a page has at most, so that rows of the greatest length cannot fill the
// memory; the row that exceeds it is its last.
const maxPage = 4 << 20

// Add puts the next row of the list on the page, or reports false if the page is full.
func (p *Page) Add(s Status, query Query) bool {
	if len(p.Statuses) == query.Limit || p.size >= maxPage {
		p.More = true
		return false
	}
	p.Statuses = append(p.Statuses, s)
	p.size += len(s.content())
	return true
}
