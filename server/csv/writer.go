package csv

import "strings"

// Append appends a record that Reader reads as the same cells, with the separator ',' and its line's end. A record of one
// empty cell alone would be an empty line, which is none.
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
