package sqlite

import (
	"context"
	"database/sql"

	"installstatus/api/status"
	"installstatus/server/store/columns"
)

// users reads a page of an app's user statuses.
func (c *connection) users(ctx context.Context, tenant string, query status.Query) (status.UserPage, error) {
	return readPart(ctx, c, query, countUsers(tenant, query), pageOfUsers(tenant, query), func(rows *sql.Rows) (user status.UserStatus, err error) {
		err = rows.Scan(userStatuses.Fields(&user)...)
		return user, err
	})
}

// pageOfUsers selects the query's page.
func pageOfUsers(tenant string, query status.Query) *selection {
	s := selectUsers(tenant, query)
	if query.After != nil && !byID(query) {
		s.write(" AND ")
		s.after(query.Sort(), query.After)
	}
	s.page(query)
	return s
}

// selectUsers selects the user statuses of the query's list, where it is in the order of ids from its place on.
func selectUsers(tenant string, query status.Query) *selection {
	s := rowsOfUsers(userStatuses.Selected(), tenant, query)
	s.write(" GROUP BY " + userColumn(query) + " HAVING " + syncedLast + " IS NOT NULL")
	if query.Filter != nil {
		s.write(" AND ")
		s.filter(query.Filter)
	}
	return s
}

// countUsers counts the query's whole list. Without a filter it reads nothing but the index.
func countUsers(tenant string, query status.Query) *selection {
	query.After = nil
	if query.Filter == nil {
		return rowsOfUsers("COUNT(DISTINCT user_status)", tenant, query)
	}
	query.Order = []status.Order{{Property: status.PropertyUserName}} // in which all are read, as must be here
	users := selectUsers(tenant, query)
	counted := new(selection)
	counted.write("SELECT COUNT(*) FROM ("+users.text.String()+")", users.arguments...)
	return counted
}

// rowsOfUsers selects something of the rows of the query's users.
func rowsOfUsers(something, tenant string, query status.Query) *selection {
	s := &selection{expression: userStatuses.Expression}
	s.write("SELECT "+something+" FROM statuses WHERE app = "+numberOfApp, tenant, query.App)
	from := ""
	if query.After != nil && byID(query) {
		if query.Sort()[0].Descending {
			s.write(" AND user_status < ?", query.After.ID)
		} else {
			from = query.After.ID
		}
	}
	s.write(" AND "+userColumn(query)+" > ?", from)
	if query.User != "" {
		s.write(" AND user_status = ?", query.User)
	}
	s.narrow(query.Filter, tenant, query.App)
	return s
}

// userColumn leads SQLite to the index on user_status where the list is in the order of ids: then the rows behind the page
// are not read. In any other order all are, which is several times faster in the order of the table: the + leads to that.
func userColumn(query status.Query) string {
	if byID(query) {
		return "user_status"
	}
	return "+user_status"
}

func byID(query status.Query) bool { return len(query.Sort()) == 1 }

// narrow leaves out users who cannot pass the filter, where an index tells: whoever has a name now has a row with it.
func (s *selection) narrow(f status.Filter, tenant, app string) {
	names := status.OneOf(f, status.PropertyUserPrincipalName)
	if names == nil {
		return
	}
	s.write(" AND user_status IN (SELECT user_status FROM statuses WHERE app = "+numberOfApp+" AND user_principal_name IN (", tenant, app)
	for i, name := range names {
		if i > 0 {
			s.write(", ")
		}
		s.write("?", name)
	}
	s.write("))")
}

// syncedLast is never null. It stands in a query for what SQLite does where there is one MAX: columns outside of
// aggregates, here the names, are those of the row that has it. Instants are all of one length, so the id decides between
// rows of the same instant.
const syncedLast = "MAX(last_sync_instant || id)"

var userStatuses = columns.OfUserStatus("user_status", "user_name", "user_principal_name")
