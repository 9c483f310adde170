package intune

import "strings"

// Cell is the text in a column of one row.
type Cell struct {
	Name string // of the column, as the file spells it
	Text string
}

// Cells are those of one row. A column that the row does not have has no name.
type Cells [numColumns]Cell

func (c *Cells) has(column Column) bool { return c[column].Name != "" }

// IsEntity reports whether the row is an entity, since it has a column that only entities have.
func (c *Cells) IsEntity() bool {
	for column := range c {
		if Column(column).OfEntitiesOnly() && c.has(Column(column)) {
			return true
		}
	}
	return false
}

// giveState reports whether the row has a column that can say its state.
func (c *Cells) giveState() bool {
	for column := range c {
		if Column(column).GivesState() && c.has(Column(column)) {
			return true
		}
	}
	return false
}

// Repeat reports whether a column only has the text, in another language, for the code in another column that the row has.
func (c *Cells) Repeat(name string) bool {
	const suffix = "_loc"
	name = strings.TrimSpace(name)
	if len(name) < len(suffix) || !strings.EqualFold(name[len(name)-len(suffix):], suffix) {
		return false
	}
	of := ColumnOf(name[:len(name)-len(suffix)])
	return of != None && c.has(of)
}
