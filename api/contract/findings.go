package contract

import (
	"fmt"
	"slices"
	"strings"
)

// maxViolations is how many violations of one request are listed. Rule 18.
const maxViolations = 100

// Invalid is a request that breaks the contract.
type Invalid struct {
	Code       string      // ModelValidationFailure where a property is at fault, else BadRequest
	Violations []Violation // at least one, at most 100, those of parameters first
	Total      int         // how many there were
}

// NewInvalid is an *Invalid with as many of the violations as are listed, nil where there are none.
func NewInvalid(code string, violations []Violation) error {
	found := new(findings)
	found.add(violations...)
	return found.invalid(code)
}

func (e *Invalid) Error() string {
	message := e.Violations[0].Message
	if e.Total > 1 {
		message = fmt.Sprintf("%s There are %d violations, see details.", message, e.Total)
	}
	return message
}

// findings are the violations found in a request. Of very many, those after the first 100 are only counted.
type findings struct {
	listed []Violation
	total  int
	places map[string]bool // paths, quoted, at which addAt found something
}

func (f *findings) add(violations ...Violation) {
	for _, v := range violations {
		f.count(func() Violation { return v })
	}
}

// addAt adds a violation of the value at a path of the body.
func (f *findings) addAt(path []string, describe func() Violation) {
	if f.places == nil {
		f.places = make(map[string]bool)
	}
	f.places[fmt.Sprintf("%q", path)] = true
	f.count(describe)
}

// addNewAt is addAt unless there is a violation at the path already.
func (f *findings) addNewAt(path []string, describe func() Violation) {
	if !f.places[fmt.Sprintf("%q", path)] {
		f.addAt(path, describe)
	}
}

func (f *findings) count(describe func() Violation) {
	f.total++
	if len(f.listed) < maxViolations {
		f.listed = append(f.listed, describe())
	}
}

// addSorted adds what others found, in the order of their targets.
func (f *findings) addSorted(others *findings) {
	slices.SortStableFunc(others.listed, func(a, b Violation) int { return strings.Compare(a.Target, b.Target) })
	f.add(others.listed...)
	f.total += others.total - len(others.listed)
}

// invalid is an *Invalid, nil where nothing was found.
func (f *findings) invalid(code string) error {
	if f.total == 0 {
		return nil
	}
	return &Invalid{Code: code, Violations: f.listed, Total: f.total}
}
