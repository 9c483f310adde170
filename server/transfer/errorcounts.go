package transfer

import (
	"cmp"
	"maps"
	"slices"
)

// ErrorCount is the number of rows of an import that have an error code.
type ErrorCount struct {
	Code int32
	Rows int
}

// errorCounts counts rows by their error code, which is never 0.
type errorCounts map[int32]int

// maxErrorCodes is how many error codes are counted. Files have some tens of them; the first ones are among the most frequent.
const maxErrorCodes = 10_000

func (c errorCounts) add(code int32) {
	if _, counted := c[code]; code != 0 && (counted || len(c) < maxErrorCodes) {
		c[code]++
	}
}

// FrequentErrors returns the error codes that most of the rows have that Write passed to the store, at most n of them.
func (p *Plan) FrequentErrors(n int) []ErrorCount {
	var counts []ErrorCount
	for _, code := range slices.Sorted(maps.Keys(p.errors)) {
		counts = append(counts, ErrorCount{Code: code, Rows: p.errors[code]})
	}
	slices.SortStableFunc(counts, func(a, b ErrorCount) int { return cmp.Compare(b.Rows, a.Rows) })
	return counts[:min(n, len(counts))]
}
