package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/columns"
)

// users reads a page of an app's user statuses.
func users(ctx context.Context, c *pgx.Conn, tenant string, query status.Query) (status.UserPage, error) {
	return readPart(ctx, c, query, countUsers(tenant, query), pageOfUsers(tenant, query), func(rows pgx.Rows) (user status.UserStatus, err error) {
		err = rows.Scan(userStatuses.Fields(&user)...)
		return user, err
	})
}

// pageOfUsers selects the query's page.
func pageOfUsers(tenant string, query status.Query) *selection {
	s := selectUsers(tenant, query)
	if sort := query.Sort(); query.After != nil && len(sort) > 1 {
		s.write(" AND ")
		s.after(sort, query.After)
	}
	s.page(query)
	return s
}

// selectUsers selects the user statuses of the query's list, where it is in the order of ids from its place on.
func selectUsers(tenant string, query status.Query) *selection {
	s := rowsOfUsers(userStatuses.Selected(), tenant, query)
	s.write(" GROUP BY " + userStatus.head + ", " + userStatus.value + " HAVING TRUE")
	if query.Filter != nil {
		s.write(" AND ")
		s.filter(query.Filter)
	}
	return s
}

// countUsers counts the query's whole list.
func countUsers(tenant string, query status.Query) *selection {
	query.After = nil
	if query.Filter == nil {
		return rowsOfUsers("COUNT(DISTINCT user_status)", tenant, query)
	}
	users := selectUsers(tenant, query)
	counted := &selection{statement: statement{arguments: users.arguments}}
	counted.text.WriteString("SELECT COUNT(*) FROM (" + users.text.String() + ") users")
	return counted
}

// rowsOfUsers selects something of the rows of the query's users.
func rowsOfUsers(something, tenant string, query status.Query) *selection {
	s := &selection{operand: userOperand}
	s.write("SELECT "+something+" FROM statuses WHERE tenant = ? AND app = ? AND ", keyOf(tenant), keyOf(query.App))
	if sort := query.Sort(); query.After != nil && len(sort) == 1 {
		s.behind(sort[0], query.After)
		s.write(" AND ")
	}
	s.compare(userStatus, ">", status.TextValue(""))
	if query.User != "" {
		s.write(" AND ")
		s.equal(userStatus, query.User)
	}
	s.narrow(query.Filter, tenant, query.App)
	return s
}

// narrow leaves out users who cannot pass the filter, where an index tells: whoever has a name now has a row with it.
func (s *selection) narrow(f status.Filter, tenant, app string) {
	names := status.OneOf(f, status.PropertyUserPrincipalName)
	if names == nil {
		return
	}
	var heads []string
	for _, name := range names {
		head, _ := split(name)
		heads = append(heads, head)
	}
	name := operandOf(status.PropertyUserPrincipalName)
	s.write(" AND "+userStatus.head+" IN (SELECT "+userStatus.head+" FROM statuses WHERE tenant = ? AND app = ? AND ", keyOf(tenant), keyOf(app))
	s.write(name.head+" = ANY(?) AND "+name.value+" = ANY(?) AND "+name.there+")", heads, names)
	s.operand = apart
}

// apart is userOperand where few users are left: PostgreSQL, which takes them for many, would go through all in the order of the
// index, looking for a page of them, unless the order were another.
func apart(p status.Property) operand {
	o := userOperand(p)
	if p == status.PropertyID {
		o.head += " || ''"
	}
	return o
}

// syncedLast is what is asked for of the row of a user status that was synced last: arrays compare by their first elements.
const syncedLast = "MAX(ARRAY[last_sync_instant, id || id_rest, user_name, user_principal_name])"

var userStatuses = columns.OfUserStatus(userStatus.value, "("+syncedLast+")[3]", "("+syncedLast+")[4]")

// userOperand is a property of a user status.
func userOperand(p status.Property) operand {
	if p == status.PropertyID {
		return userStatus
	}
	return operandIs(userStatuses.Expression(p), "")
}
