package transfer

import (
	"slices"
	"strconv"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/csv"
)

// column is a column of an export in CSV. Its name is that of the member of an entity in JSON. Null is written as an empty cell,
// an empty string as "".
type column struct {
	name        string
	emptyIsNull bool // else an empty cell is no value
	number      bool
	cell        func(app string, row *status.Row) csv.Cell
}

var columns = append([]column{
	{name: api.MemberApp, cell: func(app string, _ *status.Row) csv.Cell { return csv.Cell{Text: app} }},
	{name: api.MemberUser, emptyIsNull: true, cell: func(_ string, row *status.Row) csv.Cell { return csv.Cell{Text: row.User} }},
}, columnsOfProperties()...)

func columnsOfProperties() (columns []column) {
	for _, property := range status.Properties() {
		columns = append(columns, column{
			name:   string(property),
			number: status.Status{}.Value(property).Kind == status.NumberKind,
			cell:   func(_ string, row *status.Row) csv.Cell { return cellOf(row, property) },
		})
	}
	return columns
}

func cellOf(row *status.Row, property status.Property) csv.Cell {
	if property == status.PropertyLastSyncDateTime {
		return csv.Cell{Text: row.LastSyncDateTime.String()} // as sent; Value is the instant
	}
	switch value := row.Value(property); value.Kind {
	case status.NumberKind:
		return csv.Cell{Text: strconv.FormatInt(value.Number, 10)}
	case status.TextKind:
		return csv.Cell{Text: value.Text, Quoted: value.Text == ""}
	default:
		return csv.Cell{}
	}
}

// columnNamed returns the column with this name, or nil.
func columnNamed(name string) *column {
	i := slices.IndexFunc(columns, func(c column) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &columns[i]
}
