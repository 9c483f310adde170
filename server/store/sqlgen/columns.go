// Package sqlgen builds the SQL that all engines have in common, from the domain's table of properties and from typed queries.
// An engine supplies a Dialect. The package imports no driver and no engine.
package sqlgen

import (
	"fmt"

	"installstatus/api/query"
	"installstatus/api/status"
)

// UserColumn keeps the user status that a row belongs to, ” for none. It never changes.
const UserColumn = "user_status"

// column is a column of the table statuses that keeps a property, or half of one.
type column struct {
	name     string
	property int // its index in status.Properties
	field    func(*status.Status) any
	same     func(a, b *status.Status) bool
}

// columns are all columns but UserColumn and those of the key, which each engine has in its own way.
var columns = func() (columns []column) {
	for i, p := range status.Properties {
		if p.Column == "" {
			continue
		}
		c := column{name: p.Column, property: i, field: p.Field, same: p.Same}
		switch p.Field(new(status.Status)).(type) {
		case *status.Text:
			c.field = func(s *status.Status) any { return nullable{p.Field(s).(*status.Text)} }
		case *query.DateTime:
			at := func(s *status.Status) *query.DateTime { return p.Field(s).(*query.DateTime) }
			c.field = func(s *status.Status) any { return sentText{at(s)} }
			columns = append(columns, c)
			c.name = instantColumn(p.Column)
			c.field = func(s *status.Status) any { return instantText{at(s)} }
			c.same = func(a, b *status.Status) bool { return at(a).Instant() == at(b).Instant() }
		}
		columns = append(columns, c)
	}
	return columns
}()

// instantColumn returns the name of the column that keeps the instant of a date and time; the property's own column keeps the
// text as sent. The column last_sync_date_time has last_sync_instant.
func instantColumn(column string) string {
	const suffix = "_date_time"
	return column[:len(column)-len(suffix)] + "_instant"
}

// expressions are the properties that have a column, by name, as lists filter and order by them.
var expressions = func() map[string]Operand {
	of := make(map[string]Operand)
	for _, p := range status.Properties {
		if p.Column == "" {
			continue
		}
		operand := Operand{Value: p.Column}
		switch p.Field(new(status.Status)).(type) {
		case *status.Text:
			operand.Long = true
		case *query.DateTime:
			operand.Value = instantColumn(p.Column)
		case *string:
			if p.Value(new(status.Status)).Kind == query.Null { // '' is kept for null
				operand.Value = fmt.Sprintf("NULLIF(%s, '')", p.Column)
			}
		}
		of[p.Name] = operand
	}
	return of
}()

// Property returns a property of a row in SQL. It panics for one that has no column, such as the id.
func Property(name string) Operand {
	operand, ok := expressions[name]
	if !ok {
		panic("no column keeps the property " + name)
	}
	return operand
}

// Columns is a set of columns that keep properties.
type Columns uint64 // bit i is columns[i]

const all = ^Columns(0)

// Of returns the columns of the properties in a set.
func Of(set status.Set) (c Columns) {
	for i := range columns {
		if set.Has(columns[i].property) {
			c |= 1 << i
		}
	}
	return c
}

// Changed returns the columns in which two statuses differ.
func Changed(from, to *status.Status) (c Columns) {
	for i := range columns {
		if !columns[i].same(from, to) {
			c |= 1 << i
		}
	}
	return c
}

// Names returns the names of the columns, always in the same order.
func (c Columns) Names() []string {
	names := make([]string, 0, len(columns))
	for i := range columns {
		if c&(1<<i) != 0 {
			names = append(names, columns[i].name)
		}
	}
	return names
}

// AppendFields appends where the columns are in s, in the order of Names, for a driver to scan into or to bind.
func (c Columns) AppendFields(fields []any, s *status.Status) []any {
	for i := range columns {
		if c&(1<<i) != 0 {
			fields = append(fields, columns[i].field(s))
		}
	}
	return fields
}

// RowNames returns all columns of a row but those of its key.
func RowNames() []string { return append([]string{UserColumn}, all.Names()...) }

// AppendRowFields appends where the columns of RowNames are in r, for a driver to scan into or to bind.
func AppendRowFields(fields []any, r *status.Row) []any {
	return all.AppendFields(append(fields, &r.User), &r.Status)
}

// RowWidth is the length of RowNames, or a little more.
const RowWidth = len(status.Properties) + 4
