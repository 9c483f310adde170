package sqlgen

import (
	"strings"

	"installstatus/api/query"
	"installstatus/api/status"
)

// Users builds lists of user statuses.
type Users struct {
	Dialect *Dialect
	// UserName and UserPrincipalName are those of the row that synced last, among the rows of one UserColumn.
	UserName, UserPrincipalName string
	// Indexed completes an operand with what the engine's indexes have of it; nil completes none.
	Indexed func(name string, o Operand) Operand
	// Rows writes a SELECT of something from the rows that belong to the query's user statuses. It leaves out those before the
	// query's place if the list is ordered by the id.
	Rows func(s *Select, something, tenant string, q status.Query)
	// Group returns the GROUP BY clause, and HAVING with a condition that is always true.
	Group func(status.Query) string
}

// Property returns a property of a user status in SQL, for the rows of one UserColumn.
func (u *Users) Property(name string) Operand {
	o := u.property(name)
	if u.Indexed != nil {
		o = u.Indexed(name, o)
	}
	return o
}

func (u *Users) property(name string) Operand {
	switch name {
	case query.ID:
		return Operand{Value: UserColumn}
	case "userName":
		return Operand{Value: u.UserName, Long: true}
	case "userPrincipalName":
		return Operand{Value: u.UserPrincipalName, Long: true}
	case "installedDeviceCount":
		return countIn(status.InstallStateInstalled)
	case "failedDeviceCount":
		return countIn(status.InstallStateFailed)
	case "notInstalledDeviceCount":
		return countIn(status.InstallStateNotInstalled)
	}
	panic("user statuses have no property " + name)
}

func countIn(state status.InstallState) Operand {
	return Operand{Value: "COUNT(*) FILTER (WHERE " + Property("installState").Value + " = '" + string(state) + "')"}
}

// Page selects the query's page.
func (u *Users) Page(tenant string, q status.Query) *Select {
	s := u.grouped(tenant, q)
	if !ByID(q.Query) {
		s.WriteAfter(q.Query)
	}
	s.WritePage(q.Query)
	return s
}

// Count counts the query's whole list. Without a filter an index is enough for it.
func (u *Users) Count(tenant string, q status.Query) *Select {
	q.After = nil
	if q.Filter == nil {
		return u.rows("COUNT(DISTINCT "+UserColumn+")", tenant, q)
	}
	q.Order = []query.Order{{Property: "userName"}} // any order for which all rows are read, as they must be here
	users := u.grouped(tenant, q)
	counted := &Select{Statement: Statement{arguments: users.arguments}}
	counted.text.WriteString("SELECT COUNT(*) FROM (" + users.Text() + ") users")
	return counted
}

func (u *Users) rows(something, tenant string, q status.Query) *Select {
	s := NewSelect(u.Dialect, u.Property, q.Query)
	u.Rows(s, something, tenant, q)
	return s
}

func (u *Users) grouped(tenant string, q status.Query) *Select {
	var values []string
	for _, p := range status.UserProperties {
		values = append(values, u.Property(p.Name).Value)
	}
	s := u.rows(strings.Join(values, ", "), tenant, q)
	s.Write(" " + u.Group(q))
	s.WriteFilter(q.Filter)
	return s
}

// UserFields returns where the properties of a user status are in user, in the order in which Page selects them, for a driver to
// scan into.
func UserFields(user *status.UserStatus) (fields []any) {
	for _, p := range status.UserProperties {
		field := p.Field(user)
		if text, ok := field.(*status.Text); ok {
			field = nullable{text}
		}
		fields = append(fields, field)
	}
	return fields
}
