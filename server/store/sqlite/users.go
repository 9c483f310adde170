package sqlite

import (
	"context"
	"strings"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// users reads a page of an app's user statuses.
func (c *connection) users(ctx context.Context, tenant string, q status.Query) (status.UserPage, error) {
	var found status.UserStatus
	counted, selected := userStatuses.Count(tenant, q), userStatuses.Page(tenant, q)
	return readPage(ctx, c, q.Query, counted, selected, sqlgen.UserFields(&found), func() status.UserStatus { return found })
}

var userStatuses = sqlgen.Users{
	Dialect:  &dialect,
	UserName: "user_name", UserPrincipalName: "user_principal_name",
	Rows: rowsOfUsers,
	Group: func(q status.Query) string {
		return "GROUP BY " + userColumn(q) + " HAVING " + syncedLast + " IS NOT NULL"
	},
}

// syncedLast is never null. SQLite takes columns outside of aggregates, here the names, from the row that has the MAX, if a query
// has one MAX. Instants have one length, so the id decides between rows of the same instant.
const syncedLast = "MAX(last_sync_instant || id)"

func rowsOfUsers(s *sqlgen.Select, something, tenant string, q status.Query) {
	s.Write("SELECT "+something+" FROM statuses WHERE app = "+numberOfApp, tenant, q.App)
	from := ""
	switch s.Seeks {
	case ">":
		from = q.After.ID
	case "<":
		s.Write(" AND user_status < ?", q.After.ID)
	}
	s.Write(" AND "+userColumn(q)+" > ?", from)
	ofUser(s, q.User)
	narrow(s, tenant, q)
}

// userColumn makes SQLite use the index on user_status for a list in the order of ids, so that it does not read the rows after the
// page. Any other order needs all rows, which SQLite reads several times as fast in the order of the table: the + makes it do so.
func userColumn(q status.Query) string {
	if sqlgen.ByID(q.Query) {
		return "user_status"
	}
	return "+user_status"
}

// narrow leaves out users who cannot match the filter, if an index tells: a user who has a name has a row with it.
func narrow(s *sqlgen.Select, tenant string, q status.Query) {
	names := query.OneOf(q.Filter, "userPrincipalName")
	if names == nil {
		return
	}
	arguments := []any{tenant, q.App}
	for _, name := range names {
		arguments = append(arguments, name)
	}
	s.Write(" AND user_status IN (SELECT user_status FROM statuses WHERE app = "+numberOfApp+
		" AND user_principal_name IN (?"+strings.Repeat(", ?", len(names)-1)+"))", arguments...)
}
