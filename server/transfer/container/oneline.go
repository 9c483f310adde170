package container

import (
	"strconv"
	"strings"
	"unicode"
)

// OneLine escapes the control characters in a text, such as tabs and line feeds, as Go does in a string literal, so that it fits
// in a line of tab-separated fields. It does not escape backslashes: the result is for people and cannot be decoded.
func OneLine(text string) string {
	if !strings.ContainsFunc(text, unicode.IsControl) {
		return text
	}
	var escaped strings.Builder
	for _, r := range text {
		if unicode.IsControl(r) {
			escaped.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			escaped.WriteRune(r)
		}
	}
	return escaped.String()
}
