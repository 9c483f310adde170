package odata

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"installstatus/api/contract"
	"installstatus/api/query"
)

// operand is one side of a comparison, or an argument of a function: a property or a literal.
type operand struct {
	at       token // the literal, or the name of the property
	property string
	of       propertyType // of the property
	letters  query.Case   // of the property
	typeName string       // before the literal
}

func (o operand) isLiteral() bool { return o.property == "" }

// operand parses a property or a literal, either in tolower or toupper. A word that is neither is a literal, which value refuses.
func (f *filterParser) operand(depth int) (operand, error) {
	if f.isCall() {
		return f.inCase(depth)
	}
	o := operand{at: f.token}
	switch f.token.kind {
	case word:
		if property, of, err := f.property(f.token.text); err == nil {
			o.property, o.of = property, of
			break
		}
		if f.after < len(f.text) && f.text[f.after] == '\'' {
			o.typeName = f.token.text
			f.advance()
			o.at.kind, o.at.text = f.token.kind, f.token.text
		}
	case quoted, number:
	default:
		return o, nil // which value refuses
	}
	f.advance()
	return o, nil
}

// inCase parses a call of tolower or toupper.
func (f *filterParser) inCase(depth int) (operand, error) {
	name := functionName(f.token)
	letters := cases[name]
	switch {
	case letters == "" && conditions[name] != "":
		return operand{}, f.wrong("%s is true or false, not a string", name)
	case letters == "":
		return operand{}, f.unsupportedFunction()
	case depth == maxDepth:
		return operand{}, f.tooDeep()
	}
	f.advance()
	if err := f.skip("("); err != nil {
		return operand{}, err
	}
	o, err := f.operand(depth + 1)
	if err != nil {
		return o, err
	}
	if err := f.mustBeString(o, name); err != nil {
		return o, err
	}
	switch {
	case !o.isLiteral():
		o.letters = letters
	case o.at.kind != quoted || o.typeName != "":
		return o, f.wrongAt(o.at, "a string property, or a string in single quotes, is expected")
	default:
		o.at.text = letters.Of(o.at.text)
	}
	return o, f.skip(")")
}

// value returns the value of a literal of the property's type, or of null.
func (f *filterParser) value(of propertyType, literal operand) (value query.Value, err error) {
	t := literal.at
	expected := func(what string) (query.Value, error) { return query.Value{}, f.wrongAt(t, "%s is expected", what) }
	if literal.typeName != "" && !of.isNamed(literal.typeName) {
		if of.edm != edmEnum {
			return expected("a literal without a type name")
		}
		return value, f.wrongAt(t, "the type of the property is %s, and the literal names another one", of.name)
	}
	switch {
	case t.kind == word && t.text == "null":
		return value, nil
	case of.edm == edmString:
		if t.kind != quoted {
			return expected("a string in single quotes, or null")
		}
		return query.TextValue(t.text), nil
	case of.edm == edmEnum:
		member := of.member(t.text)
		if t.kind != quoted || member == "" {
			return value, f.wrongAt(t, "%s", memberOf(of.members, t))
		}
		return query.TextValue(member), nil
	case of.edm == edmInt32:
		n, err := strconv.ParseInt(t.text, 10, 32)
		if t.kind != number || err != nil {
			return expected("an integer from -2147483648 to 2147483647")
		}
		return query.NumberValue(n), nil
	default:
		at, err := query.ParseDateTime(completed(t.text))
		if t.kind != number || err != nil {
			return expected("a date, or a date and time with a zone, without quotes, such as 2017-01-01 or 2017-01-01T00:02:49Z (a + in an address is written %2B)")
		}
		return query.TextValue(at.Instant()), nil
	}
}

// completed returns a date and time with what OData lets a literal omit: a date alone is midnight in UTC, and seconds are 0.
func completed(text string) string {
	const date, minutes = len("2017-01-01"), len("2017-01-01T00:02")
	switch {
	case len(text) == date:
		return text + "T00:00:00Z"
	case len(text) > minutes && strings.IndexByte("Z+-", text[minutes]) >= 0:
		return text[:minutes] + ":00" + text[minutes:]
	}
	return text
}

// memberOf describes the members of an enumeration, and names the one that a token may have meant.
func memberOf(members map[string]string, t token) string {
	names := slices.Sorted(maps.Values(members))
	message := "a member of the enumeration, or its number, in single quotes is expected: " + strings.Join(names, ", ")
	if meant := contract.Nearest(t.text, names); meant != "" {
		message += fmt.Sprintf("; did you mean '%s'?", meant)
	}
	return message
}
