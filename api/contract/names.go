package contract

import "github.com/agnivade/levenshtein"

// Fold returns s with ASCII capital letters in lower case, and all other characters as they are.
func Fold(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			folded := []byte(s)
			for ; i < len(folded); i++ {
				if 'A' <= folded[i] && folded[i] <= 'Z' {
					folded[i] += 'a' - 'A'
				}
			}
			return string(folded)
		}
	}
	return s
}

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
