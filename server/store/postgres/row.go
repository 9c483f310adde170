package postgres

import (
	"strings"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// row is a status.Row as it is scanned, with its id in two columns.
type row struct {
	status.Row
	idHead, idRest string
}

// selected are the columns of a row in the order of fields.
func selected() string { return "id, id_rest, " + strings.Join(sqlgen.RowNames(), ", ") }

func (r *row) fields() []any { return sqlgen.AppendRowFields([]any{&r.idHead, &r.idRest}, &r.Row) }

// whole returns the row after a scan.
func (r *row) whole() *status.Row {
	r.ID = r.idHead + r.idRest
	return &r.Row
}

// property returns a property of a row in SQL.
func property(name string) sqlgen.Operand {
	if name == query.ID {
		const id = "(id || id_rest)"
		return sqlgen.Operand{Value: id, Head: "id", NotNull: []string{"id", id}, Present: id + " IS NOT NULL"}
	}
	o := sqlgen.Property(name)
	o.Present = o.Value + " IS NOT NULL"
	if name == "deviceId" || name == "userPrincipalName" {
		o.Head = "left(" + o.Value + ", 128)"
	}
	return o
}
