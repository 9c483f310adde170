package csv

import "strings"

// Append appends a record with the separator ',' and a line feed. Reader returns the same cells, except for a record with a
// single empty cell, which is an empty line.
func Append(to []byte, cells ...Cell) []byte {
	for i, cell := range cells {
		if i > 0 {
			to = append(to, ',')
		}
		if !cell.Quoted && !strings.ContainsAny(cell.Text, "\",\r\n") {
			to = append(to, cell.Text...)
			continue
		}
		to = append(to, '"')
		to = append(to, strings.ReplaceAll(cell.Text, `"`, `""`)...)
		to = append(to, '"')
	}
	return append(to, '\n')
}
