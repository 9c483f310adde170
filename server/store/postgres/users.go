package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/columns"
)

// users reads a page of an app's user statuses.
func users(ctx context.Context, c *pgx.Conn, tenant string, query status.Query) (status.UserPage, error) {
	return readPart(ctx, c, query, countUsers(tenant, query), pageOfUsers(tenant, query), func(rows pgx.Rows) (user status.UserStatus, err error) {
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
	s.write(" GROUP BY " + userStatus.head + ", " + userStatus.value + " HAVING TRUE")
	if query.Filter != nil {
		s.write(" AND ")
		s.filter(query.Filter)
	}
	return s
}

// countUsers counts the query's whole list.
func countUsers(tenant string, query status.Query) *selection {
	if query.Filter == nil {
		return rowsOfUsers("COUNT(DISTINCT user_status)", tenant, query, "")
	}
	users := selectUsers(tenant, query, "")
	counted := &selection{statement: statement{arguments: users.arguments}}
	counted.text.WriteString("SELECT COUNT(*) FROM (" + users.text.String() + ") users")
	return counted
}

// rowsOfUsers selects something of the rows of the query's users.
func rowsOfUsers(something, tenant string, query status.Query, behind string) *selection {
	s := &selection{operand: userOperand}
	s.write("SELECT "+something+" FROM statuses WHERE tenant = ? AND app = ? AND ", keyOf(tenant), keyOf(query.App))
	s.compare(userStatus, ">", status.TextValue(behind))
	if query.User != "" {
		s.write(" AND ")
		s.equal(userStatus, query.User)
	}
	s.narrow(query.Filter, tenant, query.App)
	return s
}

// narrow leaves out users who cannot pass the filter, where an index tells: whoever has a name now has a row with it.
func (s *selection) narrow(f status.Filter, tenant, app string) {
	switch f := f.(type) {
	case status.And:
		s.narrow(f.Left, tenant, app)
		s.narrow(f.Right, tenant, app)
	case status.Comparison:
		if f.Property == status.PropertyUserPrincipalName && f.Operator == status.Equal && f.Value.Kind == status.TextKind {
			s.write(" AND "+userStatus.head+" IN (SELECT "+userStatus.head+" FROM statuses WHERE tenant = ? AND app = ? AND ", keyOf(tenant), keyOf(app))
			s.equal(operandOf(status.PropertyUserPrincipalName), f.Value.Text)
			s.write(")")
		}
	}
}

// syncedLast is what is asked for of the row of a user status that was synced last: arrays compare by their first elements.
const syncedLast = "MAX(ARRAY[last_sync_instant, id || id_rest, user_name, user_principal_name])"

// userColumns are the properties of a user status: what each is in SQL, for the rows of one user_status, and where it is
// scanned to.
var userColumns = []struct {
	property status.Property
	value    string
	field    func(*status.UserStatus) any
}{
	{status.PropertyID, userStatus.value, func(u *status.UserStatus) any { return &u.ID }},
	{status.PropertyUserName, "(" + syncedLast + ")[3]", func(u *status.UserStatus) any { return columns.Text(&u.UserName) }},
	{status.PropertyUserPrincipalName, "(" + syncedLast + ")[4]", func(u *status.UserStatus) any { return columns.Text(&u.UserPrincipalName) }},
	{status.PropertyInstalledDeviceCount, countIn("installed"), func(u *status.UserStatus) any { return &u.InstalledDeviceCount }},
	{status.PropertyFailedDeviceCount, countIn("failed"), func(u *status.UserStatus) any { return &u.FailedDeviceCount }},
	{status.PropertyNotInstalledDeviceCount, countIn("notInstalled"), func(u *status.UserStatus) any { return &u.NotInstalledDeviceCount }},
}

// userOperand is a property of a user status.
func userOperand(p status.Property) operand {
	if p == status.PropertyID {
		return userStatus
	}
	for _, column := range userColumns {
		if column.property == p {
			return operandIs(column.value, "")
		}
	}
	panic("a property that user statuses do not have: " + string(p))
}

func countIn(state string) string { return "COUNT(*) FILTER (WHERE install_state = '" + state + "')" }
