package odata

import (
	"fmt"
	"slices"
	"strings"

	"installstatus/api/contract"
	"installstatus/api/query"
)

// conditions are the supported functions that are true or false, by name in lower case.
var conditions = map[string]query.Function{
	"contains": query.Contains, "endswith": query.EndsWith, "startswith": query.StartsWith,
}

// cases are the supported functions of one string that are a string, by name in lower case.
var cases = map[string]query.Case{"tolower": query.Lower, "toupper": query.Upper}

const supported = "contains, endswith, startswith, tolower and toupper are"

// functions are the functions of OData (4.01, part 2, 5.1.1, and version 3's substringof), supported or not.
var functions = strings.Fields(`contains endswith startswith tolower toupper
	concat indexof length substring hassubset hassubsequence matchesPattern trim substringof replace
	year month day hour minute second fractionalseconds date time now maxdatetime mindatetime totaloffsetminutes totalseconds
	ceiling floor round cast isof case any all geo.distance geo.intersects geo.length`)

func functionName(t token) string { return strings.ToLower(t.text) }

// isFunction returns the name of OData's function that the word names in any case, "" if it names none.
func isFunction(word string) string {
	i := slices.IndexFunc(functions, func(name string) bool { return contract.Fold(name) == contract.Fold(word) })
	if i < 0 {
		return ""
	}
	return functions[i]
}

// unsupportedFunction returns the error for the call that follows.
func (f *filterParser) unsupportedFunction() error {
	if name := isFunction(f.token.text); name != "" {
		return f.wrong("the function %s is not supported; only %s", name, supported)
	}
	if property, _, err := f.property(f.token.text); err == nil {
		return f.wrong("%s is a property, not a function", property)
	}
	message := "there is no such function; only " + supported
	if meant := contract.Nearest(f.token.text, functions); meant != "" {
		message += fmt.Sprintf("; did you mean %s?", meant)
	}
	return f.wrong("%s", message)
}

// operators are OData's operators between values that are not supported.
var operators = []string{"has", "add", "sub", "mul", "div", "divby", "mod"}

// operatorExpected returns the error for a token that is not a supported operator.
func (f *filterParser) operatorExpected() error {
	const expected = "eq, ne, gt, ge, lt, le or in is expected"
	if name := strings.ToLower(f.token.text); f.token.kind == word && slices.Contains(operators, name) {
		return f.wrong("the operator %s is not supported; %s", name, expected)
	}
	return f.wrong(expected)
}

// unknownProperty returns the error for a word that is neither a property nor a literal.
func (f *filterParser) unknownProperty(t token) error {
	if after := t.at + len(t.text); after < len(f.text) && f.text[after] == '/' {
		return f.wrongAt(t, "properties of related entities are not supported, nor are any and all")
	}
	_, _, err := f.property(t.text)
	return f.wrongAt(t, "%v", err)
}

// mustBeString returns an error if the operand of a function is a property that is not a string.
func (f *filterParser) mustBeString(o operand, function string) error {
	if o.isLiteral() && o.at.kind == word && o.typeName == "" {
		return f.unknownProperty(o.at)
	}
	if !o.isLiteral() && o.of.edm != edmString {
		return f.wrongAt(o.at, "%s is not a string, which %s requires", o.property, function)
	}
	return nil
}
