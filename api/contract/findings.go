package contract

import (
	"fmt"
	"slices"
	"strings"
)

// maxViolations is how many violations of one request are listed. Rule 18.
const maxViolations = 100

// The codes of an Invalid.
const (
	ModelValidationFailure = "ModelValidationFailure" // a value in the body is wrong
	BadRequest             = "BadRequest"             // a parameter or a header is wrong, or the body is not JSON
)

// Invalid is a request that breaks the contract.
type Invalid struct {
	Code       string      // ModelValidationFailure or BadRequest
	Violations []Violation // 1 to 100 of them, those of parameters first
	Total      int         // the number of violations, listed or not
}

// NewInvalid returns an *Invalid that lists at most 100 of the violations, nil if there are none.
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

// findings are the violations found in a request. After the first 100 they are only counted.
type findings struct {
	listed []Violation
	total  int
	places map[string]bool // the quoted paths of violations added by addAt
}

func (f *findings) add(violations ...Violation) {
	for _, v := range violations {
		f.count(func() Violation { return v })
	}
}

// addAt adds a violation by the value at a path of the body.
func (f *findings) addAt(path []string, describe func() Violation) {
	if f.places == nil {
		f.places = make(map[string]bool)
	}
	f.places[fmt.Sprintf("%q", path)] = true
	f.count(describe)
}

// addNewAt is like addAt, but does nothing if the path has a violation already.
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

// addAll adds other findings.
func (f *findings) addAll(others *findings) {
	f.add(others.listed...)
	f.total += others.total - len(others.listed)
}

// addSorted adds other findings, sorted by target.
func (f *findings) addSorted(others *findings) {
	slices.SortStableFunc(others.listed, func(a, b Violation) int { return strings.Compare(a.Target, b.Target) })
	f.addAll(others)
}

// invalid returns an *Invalid, nil if nothing was found.
func (f *findings) invalid(code string) error {
	if f.total == 0 {
		return nil
	}
	return &Invalid{Code: code, Violations: f.listed, Total: f.total}
}
