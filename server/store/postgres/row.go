package postgres

import (
	"strings"

	"installstatus/api/status"
	"installstatus/server/store/columns"
)

// row is a columns.Row whose id is in three columns.
type row struct {
	columns.Row
	idHead, idDigest, idRest string
}

func rowOf(r status.Row) *row {
	of := &row{Row: *columns.RowOf(r), idDigest: digest(r.ID)}
	of.idHead, of.idRest = split(r.ID)
	return of
}

// kept is the status.Row of a row that was scanned.
func (r *row) kept() *status.Row {
	r.ID = r.idHead + r.idRest
	return r.Kept()
}

// selected are the columns of a row, which scanned takes.
func selected() string { return "id, id_rest, " + strings.Join(columns.All.Names(), ", ") }

func (r *row) scanned() []any {
	return append([]any{&r.idHead, &r.idRest}, columns.All.Fields(&r.Row)...)
}

// operand is a property in SQL.
type operand struct {
	value string // the property's value
	head  string // its first 128 characters, as an index has them; "" where none does
	there string // true where there is a value, as the index's condition says it
}

func operandIs(value, head string) operand {
	return operand{value: value, head: head, there: value + " IS NOT NULL"}
}

// operandOf is a property of a row.
func operandOf(p status.Property) operand {
	switch p {
	case status.PropertyID:
		return operandIs("(id || id_rest)", "id")
	case status.PropertyDeviceID, status.PropertyUserPrincipalName:
		column := columns.Expression(p)
		return operandIs(column, "left("+column+", 128)")
	default:
		return operandIs(columns.Expression(p), "")
	}
}
