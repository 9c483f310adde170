package odata

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"installstatus/api/contract"
	"installstatus/api/query"
)

// Bounds of an expression. The contract bounds its length.
const (
	maxDepth = 50  // of parentheses and nots
	maxIn    = 200 // values of one in
)

// Filter parses a $filter (OData 4.01, part 2, 5.1.1): eq ne gt ge lt le, in, and, or, not, startswith, contains and
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
	return fmt.Errorf("at character %d, %s", 1+utf8.RuneCountInString(f.text[:f.token.at]), fmt.Sprintf(format, arguments...))
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

// term parses a comparison, a function, a parenthesized expression, or the negation of one of the latter two.
func (f *filterParser) term(depth int) (query.Filter, error) {
	if depth == maxDepth {
		return nil, f.wrong("it is nested more than %d levels deep", maxDepth)
	}
	switch {
	case f.token.kind == symbol && f.token.text == "(":
		f.advance()
		inner, err := f.or(depth + 1)
		if err != nil {
			return nil, err
		}
		return inner, f.skip(")")
	case f.is("not"):
		f.advance()
		if f.token.kind == word && !f.is("not") && !f.isCall() {
			return nil, f.wrong("not precedes a comparison; put the comparison in parentheses")
		}
		inner, err := f.term(depth + 1)
		return query.Not{Of: inner}, err
	case f.token.kind == word && f.isCall():
		return f.function()
	case f.token.kind == word:
		return f.comparison()
	}
	return nil, f.expected("a property, a function, not, or '('")
}

// isCall reports whether a parenthesis follows the next token.
func (f *filterParser) isCall() bool {
	following, _ := next(f.text, f.after)
	return following.kind == symbol && following.text == "("
}

func (f *filterParser) function() (query.Filter, error) {
	name := strings.ToLower(f.token.text)
	if name != "startswith" && name != "contains" {
		return nil, f.wrong("the function is not supported; only startswith and contains are")
	}
	f.advance()
	if err := f.skip("("); err != nil {
		return nil, err
	}
	property, of, err := f.propertyName()
	if err != nil {
		return nil, err
	}
	if of.edm != edmString {
		return nil, f.wrong("%s is not a string, which %s requires", property, name)
	}
	if err := f.skip(","); err != nil {
		return nil, err
	}
	if f.token.kind != quoted {
		return nil, f.expected("a string in single quotes")
	}
	text := f.token.text
	f.advance()
	if err := f.skip(")"); err != nil {
		return nil, err
	}
	if name == "contains" {
		return query.Contains{Property: property, Text: text}, nil
	}
	return query.StartsWith{Property: property, Text: text}, nil
}

func (f *filterParser) propertyName() (string, propertyType, error) {
	if f.token.kind != word {
		return "", propertyType{}, f.expected("a property")
	}
	property, of, err := f.property(f.token.text)
	if err != nil {
		return "", of, f.wrong("%v", err)
	}
	f.advance()
	return property, of, nil
}

func (f *filterParser) comparison() (query.Filter, error) {
	property, of, err := f.propertyName()
	if err != nil {
		return nil, err
	}
	if f.is("in") {
		f.advance()
		return f.in(property, of)
	}
	operator := query.Operator(strings.ToLower(f.token.text))
	switch operator {
	case query.Equal, query.NotEqual:
	case query.Greater, query.GreaterOrEqual, query.Less, query.LessOrEqual:
		if of.edm == edmEnum {
			return nil, f.wrong("%s is an enumeration, which has no order; eq, ne and in are supported", property)
		}
	default:
		return nil, f.expected("eq, ne, gt, ge, lt, le or in")
	}
	f.advance()
	value, err := f.value(of)
	return query.Comparison{Property: property, Operator: operator, Value: value}, err
}

func (f *filterParser) in(property string, of propertyType) (query.Filter, error) {
	if err := f.skip("("); err != nil {
		return nil, err
	}
	filter := query.In{Property: property}
	for {
		value, err := f.value(of)
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

// value parses a literal of the property's type, or null.
func (f *filterParser) value(of propertyType) (value query.Value, err error) {
	t := f.token
	switch {
	case t.kind == word && t.text == "null":
	case of.edm == edmString && t.kind == quoted:
		value = query.TextValue(t.text)
	case of.edm == edmString:
		return value, f.expected("a string in single quotes, or null")
	case of.edm == edmEnum:
		member, known := of.members[contract.Fold(t.text)]
		if t.kind != quoted || !known {
			return value, f.wrong("%s", memberOf(of.members, t))
		}
		value = query.TextValue(member)
	case of.edm == edmInt32:
		n, err := strconv.ParseInt(t.text, 10, 32)
		if t.kind != number || err != nil {
			return value, f.expected("an integer from -2147483648 to 2147483647")
		}
		value = query.NumberValue(n)
	case of.edm == edmDateTime:
		at, err := query.ParseDateTime(t.text)
		if t.kind != number || err != nil {
			return value, f.expected("a date and time with a zone, without quotes, such as 2017-01-01T00:02:49Z (a + in an address is written %2B)")
		}
		value = query.TextValue(at.Instant())
	}
	f.advance()
	return value, nil
}

// memberOf describes the members of an enumeration, and names the one that a token may have meant.
func memberOf(members map[string]string, t token) string {
	names := slices.Sorted(maps.Values(members))
	message := "a member of the enumeration in single quotes is expected: " + strings.Join(names, ", ")
	if meant := contract.Nearest(t.text, names); meant != "" {
		message += fmt.Sprintf("; did you mean '%s'?", meant)
	}
	return message
}
