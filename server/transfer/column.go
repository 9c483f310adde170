package transfer

import (
	"slices"
	"strconv"

	"installstatus/api"
	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/transfer/csv"
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
	for _, property := range status.Properties {
		columns = append(columns, column{
			name:   property.Name,
			number: property.Value(new(status.Status)).Kind == query.NumberKind,
			cell:   func(_ string, row *status.Row) csv.Cell { return cellOf(property.Sent(&row.Status)) },
		})
	}
	return columns
}

func cellOf(value query.Value) csv.Cell {
	switch value.Kind {
	case query.NumberKind:
		return csv.Cell{Text: strconv.FormatInt(value.Number, 10)}
	case query.TextKind:
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
