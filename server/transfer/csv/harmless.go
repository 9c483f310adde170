package csv

import (
	"regexp"
	"strings"
)

// A spreadsheet runs a cell as a formula if it begins with =, +, - or @, in full width too, whatever blanks and invisible characters
// precede it. It may also split a text at semicolons, tabs and line endings, depending on the country and on quotes. The apostrophes
// are those of Harmless, or the text's own.
var (
	formula  = regexp.MustCompile(`^'*[\pZ\p{Cf}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}]*[=+\-@＝＋－＠]`)
	lineLike = regexp.MustCompile(`^'*[\t\r\n]`)
)

const splitAt = ";\t\r\n"

// Harmless returns a text that spreadsheets do not run as a formula: an apostrophe precedes what begins like one. All other texts
// stay as they are.
func Harmless(text string) string {
	if !strings.ContainsAny(text, "=+-@＝＋－＠\t\r\n") {
		return text
	}
	if lineLike.MatchString(text) {
		text = "'" + text
	}
	return eachPart(text, func(part string) string {
		if formula.MatchString(part) {
			return "'" + part
		}
		return part
	})
}

// Unharmed returns the text that Harmless was given, from what it returned.
func Unharmed(text string) string {
	if !strings.Contains(text, "'") {
		return text
	}
	if rest, ok := strings.CutPrefix(text, "'"); ok && lineLike.MatchString(rest) {
		text = rest
	}
	return eachPart(text, func(part string) string {
		if rest, ok := strings.CutPrefix(part, "'"); ok && formula.MatchString(rest) {
			return rest
		}
		return part
	})
}

// eachPart changes each part of a text between separators.
func eachPart(text string, change func(string) string) string {
	var changed strings.Builder
	for {
		end := strings.IndexAny(text, splitAt)
		if end < 0 {
			changed.WriteString(change(text))
			return changed.String()
		}
		changed.WriteString(change(text[:end]))
		changed.WriteByte(text[end])
		text = text[end+1:]
	}
}
