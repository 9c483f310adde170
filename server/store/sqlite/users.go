package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"installstatus/api/status"
	"installstatus/server/store/columns"
)

// users reads a page of an app's user statuses.
func (c *connection) users(ctx context.Context, tenant string, query status.Query) (status.UserPage, error) {
	return readPart(ctx, c, query, countUsers(tenant, query), pageOfUsers(tenant, query), func(rows *sql.Rows) (user status.UserStatus, err error) {
		var fields []any
		for _, column := range userColumns {
			fields = append(fields, column.field(&user))
		}
		err = rows.Scan(fields...)
		return user, err
	})
}

// pageOfUsers selects the query's page.
func pageOfUsers(tenant string, query status.Query) *selection {
	behind := ""
	if query.After != nil && len(query.Order) == 0 {
		behind = query.After.ID
	}
	s := selectUsers(tenant, query, behind)
	if query.After != nil && len(query.Order) > 0 {
		s.write(" AND ")
		s.after(query.Order, query.After)
	}
	s.page(query)
	return s
}

// selectUsers selects the user statuses of the query's whole list whose ids come behind the given one.
func selectUsers(tenant string, query status.Query, behind string) *selection {
	var values []string
	for _, column := range userColumns {
		values = append(values, column.value)
	}
	s := rowsOfUsers(strings.Join(values, ", "), tenant, query, behind)
	s.write(" GROUP BY " + userColumn(query) + " HAVING " + syncedLast + " IS NOT NULL")
	if query.Filter != nil {
		s.write(" AND ")
		s.filter(query.Filter)
	}
	return s
}

// countUsers counts the query's whole list. Without a filter it reads nothing but the index.
func countUsers(tenant string, query status.Query) *selection {
	if query.Filter == nil {
		return rowsOfUsers("COUNT(DISTINCT user_status)", tenant, query, "")
	}
	users := selectUsers(tenant, query, "")
	counted := new(selection)
	counted.write("SELECT COUNT(*) FROM ("+users.text.String()+")", users.arguments...)
	return counted
}

// rowsOfUsers selects something of the rows of the query's users.
func rowsOfUsers(something, tenant string, query status.Query, behind string) *selection {
	s := &selection{expression: userExpression}
	s.write("SELECT "+something+" FROM statuses WHERE app = "+numberOfApp, tenant, query.App)
	s.write(" AND "+userColumn(query)+" > ?", behind)
	if query.User != "" {
		s.write(" AND user_status = ?", query.User)
	}
	s.narrow(query.Filter, tenant, query.App)
	return s
}

// userColumn leads SQLite to the index on user_status where the list is in the order of ids: then the rows behind the page
// are not read. In any other order all are, which is several times faster in the order of the table: the + leads to that.
func userColumn(query status.Query) string {
	if len(query.Order) == 0 {
		return "user_status"
	}
	return "+user_status"
}

// narrow leaves out users who cannot pass the filter, where an index tells: whoever has a name now has a row with it.
func (s *selection) narrow(f status.Filter, tenant, app string) {
	switch f := f.(type) {
	case status.And:
		s.narrow(f.Left, tenant, app)
		s.narrow(f.Right, tenant, app)
	case status.Comparison:
		if f.Property == status.PropertyUserPrincipalName && f.Operator == status.Equal && f.Value.Kind == status.TextKind {
			s.write(" AND user_status IN (SELECT user_status FROM statuses WHERE app = "+numberOfApp+" AND user_principal_name = ?)", tenant, app, f.Value.Text)
		}
	}
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
	{status.PropertyUserName, "user_name", func(u *status.UserStatus) any { return columns.Text(&u.UserName) }},
	{status.PropertyUserPrincipalName, "user_principal_name", func(u *status.UserStatus) any { return columns.Text(&u.UserPrincipalName) }},
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
