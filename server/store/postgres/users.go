package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// usersOf reads a page of an app's user statuses.
func usersOf(ctx context.Context, c *pgx.Conn, tenant string, q status.Query) (status.UserPage, error) {
	var user status.UserStatus
	return readPage(ctx, c, q.Query, users.Count(tenant, q), users.Page(tenant, q), sqlgen.UserFields(&user), func() status.UserStatus { return user })
}

// syncedLast gets what is needed of the row of a user status that synced last: arrays compare by their first elements.
const syncedLast = "MAX(ARRAY[last_sync_instant, id || id_rest, user_name, user_principal_name])"

var users = sqlgen.Users{
	Dialect: &dialect, UserName: "(" + syncedLast + ")[3]", UserPrincipalName: "(" + syncedLast + ")[4]",
	Indexed: func(name string, o sqlgen.Operand) sqlgen.Operand {
		if name == query.ID {
			return userStatus
		}
		o.Present = o.Value + " IS NOT NULL"
		return o
	},
	Rows: selectUserRows,
	Group: func(status.Query) string {
		return "GROUP BY " + userStatus.Head + ", " + userStatus.Value + " HAVING TRUE"
	},
}

func selectUserRows(s *sqlgen.Select, something, tenant string, q status.Query) {
	s.Write("SELECT "+something+" FROM statuses WHERE tenant = ? AND app = ?", keyOf(tenant), keyOf(q.App))
	if s.Seeks != "" {
		ofUser(s, s.Seeks, q.After.ID)
	}
	ofUser(s, ">", "")
	ofUser(s, "=", q.User)
	if names := query.OneOf(q.Filter, "userPrincipalName"); names != nil {
		narrow(s, tenant, q.App, names)
	}
}

// narrow leaves out users who cannot match the filter, by an index: a user who has a name has a row with it.
func narrow(s *sqlgen.Select, tenant, app string, names []string) {
	var heads []string
	for _, name := range names {
		head, _ := split(name)
		heads = append(heads, head)
	}
	name := property("userPrincipalName")
	s.Write(" AND "+userStatus.Head+" IN (SELECT "+userStatus.Head+" FROM statuses WHERE tenant = ? AND app = ? AND ", keyOf(tenant), keyOf(app))
	s.Write(name.Head+" = ANY(?) AND "+name.Value+" = ANY(?) AND "+name.Present+")", heads, names)
	s.Property = notByIndex(s.Property)
}

// notByIndex changes the order of user statuses so that no index has it. PostgreSQL expects more of them than are left, and would
// scan the index to find a page of them.
func notByIndex(property func(string) sqlgen.Operand) func(string) sqlgen.Operand {
	return func(name string) sqlgen.Operand {
		o := property(name)
		if name == query.ID {
			o.NotNull = []string{o.Head + " || ''", o.Value}
		}
		return o
	}
}
