package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"installstatus/api/status"
)

// users reads a page of an app's user statuses. Where their order is that of ids, the index on user_status leads from one
// to the next, and only the rows of those on the page are read.
func (c *connection) users(ctx context.Context, tenant string, query status.Query) (status.UserPage, error) {
	behind := ""
	if query.After != nil && len(query.Order) == 0 {
		behind = query.After.ID
	}
	selected := selectUsers(tenant, query, behind)
	if query.After != nil && len(query.Order) > 0 {
		selected.write(" AND ")
		selected.after(query.Order, query.After)
	}
	selected.page(query)
	return readPart(ctx, c, query, countUsers(tenant, query), selected, func(rows *sql.Rows) (user status.UserStatus, err error) {
		var fields []any
		for _, column := range userColumns {
			fields = append(fields, column.field(&user))
		}
		err = rows.Scan(fields...)
		return user, err
	})
}

// selectUsers selects the user statuses of the query's whole list whose ids come behind the given one.
func selectUsers(tenant string, query status.Query, behind string) *selection {
	var values []string
	for _, column := range userColumns {
		values = append(values, column.value)
	}
	s := newUserSelection(strings.Join(values, ", "), tenant, query, behind)
	s.write(" GROUP BY user_status HAVING " + syncedLast + " IS NOT NULL")
	if query.Filter != nil {
		s.write(" AND ")
		s.filter(query.Filter)
	}
	return s
}

// countUsers counts the query's whole list. Without a filter it reads nothing but the index.
func countUsers(tenant string, query status.Query) *selection {
	if query.Filter == nil {
		return newUserSelection("COUNT(DISTINCT user_status)", tenant, query, "")
	}
	users := selectUsers(tenant, query, "")
	counted := new(selection)
	counted.write("SELECT COUNT(*) FROM ("+users.text.String()+")", users.arguments...)
	return counted
}

func newUserSelection(something, tenant string, query status.Query, behind string) *selection {
	s := &selection{expression: userExpression}
	s.write("SELECT "+something+" FROM statuses WHERE app = "+appNumber+" AND user_status > ?", tenant, query.App, behind)
	if query.User != "" {
		s.write(" AND user_status = ?", query.User)
	}
	return s
}

// syncedLast is never null. It stands in a query for what SQLite does where there is one MAX: columns outside of
// aggregates, here the names, are those of the row that has it. Instants are all of one length, so the id decides between
// rows of the same instant.
const syncedLast = "MAX(last_sync_instant || id)"

// userColumns are the properties of a user status: what each is in SQL, for the rows of one user_status, and where it is
// scanned to.
var userColumns = []struct {
	property status.Property
	value    string
	field    func(*status.UserStatus) any
}{
	{status.PropertyID, "user_status", func(u *status.UserStatus) any { return &u.ID }},
	{status.PropertyUserName, "user_name", func(u *status.UserStatus) any { return text{&u.UserName} }},
	{status.PropertyUserPrincipalName, "user_principal_name", func(u *status.UserStatus) any { return text{&u.UserPrincipalName} }},
	{status.PropertyInstalledDeviceCount, countIn("installed"), func(u *status.UserStatus) any { return &u.InstalledDeviceCount }},
	{status.PropertyFailedDeviceCount, countIn("failed"), func(u *status.UserStatus) any { return &u.FailedDeviceCount }},
	{status.PropertyNotInstalledDeviceCount, countIn("notInstalled"), func(u *status.UserStatus) any { return &u.NotInstalledDeviceCount }},
}

// userExpression is what a property of a user status is called in SQL.
func userExpression(p status.Property) string {
	for _, column := range userColumns {
		if column.property == p {
			return column.value
		}
	}
	panic("a property that user statuses do not have: " + string(p))
}

func countIn(state string) string { return "COUNT(*) FILTER (WHERE install_state = '" + state + "')" }
