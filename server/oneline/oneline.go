// Package oneline makes text that somebody else has chosen fit for a line of fields with tabs between them.
package oneline

import (
	"strconv"
	"strings"
	"unicode"
)

// Of is a text with its control characters, such as tabs and line feeds, written as Go writes them in a string. A backslash
// stays as it is, so what comes of it is for people, and not to be read back.
func Of(text string) string {
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
