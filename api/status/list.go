package status

import "installstatus/api/query"

// Query asks for a page of an app's rows, or of its user statuses.
type Query struct {
	App  string
	User string // lists only the rows of this user status, or this user status itself; "" for all
	query.Query
}

// Page is a page of rows.
type Page = query.Page[Row]

// UserPage is a page of user statuses.
type UserPage = query.Page[UserStatus]

// PageOf returns the page that the query asks for, out of all of an app's rows.
func (q Query) PageOf(rows []Row) Page {
	return query.PageOf(q.Query, ofUser(q.User, rows, func(row Row) string { return row.User }))
}

// UserPageOf returns the page that the query asks for, out of the user statuses that all of an app's rows make.
func (q Query) UserPageOf(rows []Row) UserPage {
	return query.PageOf(q.Query, ofUser(q.User, UsersOf(rows), func(user UserStatus) string { return user.ID }))
}

// ofUser returns the elements that belong to a user status, all for "".
func ofUser[E any](user string, all []E, belongsTo func(E) string) (found []E) {
	for _, one := range all {
		if user == "" || user == belongsTo(one) {
			found = append(found, one)
		}
	}
	return found
}
