package sqlgen

import (
	"strconv"
	"strings"
)

// Statement is an SQL statement under construction. What a caller sent is an argument, never text.
type Statement struct {
	text      strings.Builder
	arguments []any
	numbered  bool // parameters are $1, $2, …; otherwise ?
}

// NewStatement returns an empty statement whose parameters are $1, $2, … if numbered, else ?.
func NewStatement(numbered bool) *Statement { return &Statement{numbered: numbered} }

// Write appends text with a ? for each argument.
func (s *Statement) Write(text string, arguments ...any) {
	if s.numbered {
		for range arguments {
			before, after, _ := strings.Cut(text, "?")
			s.arguments = append(s.arguments, arguments[0])
			arguments = arguments[1:]
			s.text.WriteString(before)
			s.text.WriteByte('$')
			s.text.WriteString(strconv.Itoa(len(s.arguments)))
			text = after
		}
	}
	s.arguments = append(s.arguments, arguments...)
	s.text.WriteString(text)
}

// WriteList appends a parameter for each argument, with commas between them.
func (s *Statement) WriteList(arguments []any) {
	s.Write(strings.Repeat("?, ", len(arguments)-1)+"?", arguments...)
}

// Text returns the statement.
func (s *Statement) Text() string { return s.text.String() }

// Len returns the length of the text in bytes.
func (s *Statement) Len() int { return s.text.Len() }

// Arguments returns the values of the parameters in order.
func (s *Statement) Arguments() []any { return s.arguments }
