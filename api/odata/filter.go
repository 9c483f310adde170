package odata

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"installstatus/api/query"
)

// Bounds of an expression. The contract bounds its length.
const (
	maxDepth = 50  // of parentheses and nots
	maxIn    = 200 // values of one in
)

// Filter parses a $filter (OData 4.01, part 2, 5.1.1): eq ne gt ge lt le, in, and, or, not, the supported functions and
// parentheses, on the properties of the parser's type. An error gives the place, the problem and what is supported. It repeats no
// value, which may be personal.
func (p *Parser) Filter(text string) (query.Filter, error) {
	if !isText(text) {
		return nil, errors.New("it is not valid UTF-8, or contains U+0000")
	}
	f := filterParser{Parser: p, text: text}
	f.advance()
	filter, err := f.or(0)
	if err == nil && f.token.kind != end {
		err = f.expected("and, or, or the end")
	}
	if err != nil {
		return nil, err
	}
	return filter, nil
}

// filterParser is a recursive descent parser with a method for each level of precedence.
type filterParser struct {
	*Parser
	text  string
	token token // the next one
	after int
}

func (f *filterParser) advance() { f.token, f.after = next(f.text, f.after) }

// wrong returns an error at the next token.
func (f *filterParser) wrong(format string, arguments ...any) error {
	return f.wrongAt(f.token, format, arguments...)
}

func (f *filterParser) wrongAt(t token, format string, arguments ...any) error {
	return fmt.Errorf("at character %d, %s", 1+utf8.RuneCountInString(f.text[:t.at]), fmt.Sprintf(format, arguments...))
}

func (f *filterParser) expected(what string) error { return f.wrong("%s is expected", what) }

// is reports whether the next token is the given word in any case.
func (f *filterParser) is(text string) bool {
	return f.token.kind == word && strings.EqualFold(f.token.text, text)
}

// skip reads a symbol. It returns an error if the next token is another.
func (f *filterParser) skip(text string) error {
	if f.token.kind != symbol || f.token.text != text {
		return f.expected("'" + text + "'")
	}
	f.advance()
	return nil
}

func (f *filterParser) or(depth int) (query.Filter, error) {
	left, err := f.and(depth)
	for err == nil && f.is("or") {
		f.advance()
		var right query.Filter
		if right, err = f.and(depth); err == nil {
			left = query.Or{Left: left, Right: right}
		}
	}
	return left, err
}

func (f *filterParser) and(depth int) (query.Filter, error) {
	left, err := f.term(depth)
	for err == nil && f.is("and") {
		f.advance()
		var right query.Filter
		if right, err = f.term(depth); err == nil {
			left = query.And{Left: left, Right: right}
		}
	}
	return left, err
}

// term parses a comparison or a condition, which eq or ne may compare with true or false.
func (f *filterParser) term(depth int) (query.Filter, error) {
	at := f.token
	if f.isTruth() {
		return f.truth(depth)
	}
	if !f.isCondition() {
		if f.token.kind == end || f.token.kind == symbol || f.token.kind == broken {
			return nil, f.expected("a property, a function, not, or '('")
		}
		return f.comparison(depth)
	}
	condition, err := f.condition(depth)
	equal := f.is("eq")
	if err != nil || !equal && !f.is("ne") {
		return condition, err
	}
	if f.advance(); !f.isTruth() {
		return nil, f.wrong("true or false is expected, as at character %d a condition begins", 1+utf8.RuneCountInString(f.text[:at.at]))
	}
	value := f.is("true")
	f.advance()
	return is(condition, equal, value), nil
}

// isTruth reports whether the next token is true or false.
func (f *filterParser) isTruth() bool { return f.is("true") || f.is("false") }

// truth parses the comparison of true or false with a condition.
func (f *filterParser) truth(depth int) (query.Filter, error) {
	value := f.is("true")
	f.advance()
	equal := f.is("eq")
	if !equal && !f.is("ne") {
		return nil, f.expected("eq or ne")
	}
	if f.advance(); !f.isCondition() {
		if f.isCall() && cases[functionName(f.token)] == "" {
			return nil, f.unsupportedFunction()
		}
		return nil, f.expected("a function that is true or false, not, or '('")
	}
	condition, err := f.condition(depth)
	return is(condition, equal, value), err
}

// is returns the comparison of a condition with a value by eq, or by ne.
func is(condition query.Filter, equal, value bool) query.Filter {
	if equal {
		return query.Is{Of: condition, Value: value}
	}
	return query.Not{Of: query.Is{Of: condition, Value: value}}
}

// isCondition reports whether the next token begins a parenthesis, a negation, or a function that is true or false.
func (f *filterParser) isCondition() bool {
	return f.token.kind == symbol && f.token.text == "(" || f.is("not") || f.isCall() && conditions[functionName(f.token)] != ""
}

// condition parses a parenthesized expression, a function that is true or false, or the negation of one.
func (f *filterParser) condition(depth int) (query.Filter, error) {
	switch {
	case depth == maxDepth:
		return nil, f.tooDeep()
	case f.is("not"):
		if f.advance(); !f.isCondition() {
			if f.token.kind == word && !f.isCall() {
				return nil, f.wrong("not precedes a comparison; put the comparison in parentheses")
			}
			if f.isCall() && cases[functionName(f.token)] == "" {
				return nil, f.unsupportedFunction()
			}
			return nil, f.expected("a function that is true or false, not, or '('")
		}
		inner, err := f.condition(depth + 1)
		return query.Not{Of: inner}, err
	case f.token.kind == word:
		return f.match(depth)
	}
	f.advance()
	inner, err := f.or(depth + 1)
	if err != nil {
		return nil, err
	}
	return inner, f.skip(")")
}

func (f *filterParser) tooDeep() error {
	return f.wrong("it is nested more than %d levels deep", maxDepth)
}

// match parses contains, endswith or startswith.
func (f *filterParser) match(depth int) (query.Filter, error) {
	name := functionName(f.token)
	f.advance()
	if err := f.skip("("); err != nil {
		return nil, err
	}
	of, err := f.operand(depth + 1)
	if err != nil {
		return nil, err
	}
	if err := f.mustBeString(of, name); err != nil {
		return nil, err
	}
	if of.isLiteral() {
		return nil, f.wrongAt(of.at, "a property is expected")
	}
	if err := f.skip(","); err != nil {
		return nil, err
	}
	text, err := f.operand(depth + 1)
	if err != nil {
		return nil, err
	}
	if !text.isLiteral() || text.at.kind != quoted {
		return nil, f.wrongAt(text.at, "a string in single quotes is expected")
	}
	return query.Match{Function: conditions[name], Property: of.property, Case: of.letters, Text: text.at.text}, f.skip(")")
}

// flipped are the operators that mean the same with their sides exchanged.
var flipped = map[query.Operator]query.Operator{
	query.Equal: query.Equal, query.NotEqual: query.NotEqual,
	query.Greater: query.Less, query.GreaterOrEqual: query.LessOrEqual, query.Less: query.Greater, query.LessOrEqual: query.GreaterOrEqual,
}

// comparison parses a comparison of a property with a literal, on either side.
func (f *filterParser) comparison(depth int) (query.Filter, error) {
	left, err := f.operand(depth)
	if err != nil {
		return nil, err
	}
	if left.isLiteral() && left.at.kind == word && left.typeName == "" && left.at.text != "null" {
		return nil, f.unknownProperty(left.at)
	}
	if f.is("in") && !left.isLiteral() {
		f.advance()
		return f.in(left)
	}
	operator, at := query.Operator(strings.ToLower(f.token.text)), f.token
	if f.token.kind != word || flipped[operator] == "" {
		return nil, f.operatorExpected()
	}
	f.advance()
	right, err := f.operand(depth)
	if err != nil {
		return nil, err
	}
	switch {
	case left.isLiteral() && right.isLiteral():
		return nil, f.wrongAt(at, "the comparison has no property")
	case left.isLiteral():
		left, right, operator = right, left, flipped[operator]
	case !right.isLiteral():
		return nil, f.wrongAt(right.at, "a property can be compared only with a literal, not with another property")
	}
	if left.of.edm == edmEnum && operator != query.Equal && operator != query.NotEqual {
		return nil, f.wrongAt(at, "%s is an enumeration, which has no order; eq, ne and in are supported", left.property)
	}
	value, err := f.value(left.of, right)
	return query.Comparison{Property: left.property, Case: left.letters, Operator: operator, Value: value}, err
}

func (f *filterParser) in(left operand) (query.Filter, error) {
	if err := f.skip("("); err != nil {
		return nil, err
	}
	filter := query.In{Property: left.property, Case: left.letters}
	for {
		literal, err := f.operand(0)
		if err != nil {
			return nil, err
		}
		if !literal.isLiteral() {
			return nil, f.wrongAt(literal.at, "an in has literals only, no property")
		}
		value, err := f.value(left.of, literal)
		if err != nil {
			return nil, err
		}
		if filter.Values = append(filter.Values, value); len(filter.Values) > maxIn {
			return nil, f.wrong("an in has more than %d values", maxIn)
		}
		if f.token.kind == symbol && f.token.text == "," {
			f.advance()
			continue
		}
		return filter, f.skip(")")
	}
}

// isCall reports whether the next token is a word that a parenthesis follows.
func (f *filterParser) isCall() bool {
	following, _ := next(f.text, f.after)
	return f.token.kind == word && following.kind == symbol && following.text == "("
}
