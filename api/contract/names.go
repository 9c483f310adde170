package contract

import (
	"strings"

	"github.com/agnivade/levenshtein"

	"installstatus/api/query"
)

// Fold returns s with ASCII capital letters in lower case, and all other characters as they are.
func Fold(s string) string { return query.Lower.Of(s) }

// snakeCase returns a name in camelCase as Python writes it: osVersion as os_version.
func snakeCase(name string) string {
	var snake strings.Builder
	for i := range len(name) {
		if i > 0 && isCapital(name[i]) && !isCapital(name[i-1]) {
			snake.WriteByte('_')
		}
		snake.WriteByte(name[i])
	}
	return Fold(snake.String())
}

func isCapital(c byte) bool { return 'A' <= c && c <= 'Z' }

// Nearest returns the one of the names that was probably meant: the same in another case, or with at most about a third of its
// letters mistyped. It returns "" if there is none.
func Nearest(name string, names []string) string {
	if len(name) > 64 {
		return ""
	}
	folded, best, distance := Fold(name), "", 1+len(name)/3
	for _, candidate := range names {
		if d := levenshtein.ComputeDistance(folded, Fold(candidate)); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}
