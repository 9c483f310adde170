package odata

import (
	"strings"
)

// kind is the kind of a token.
type kind uint8

const (
	end kind = iota
	word
	quoted // a string, without its quotes
	number // a number, or a date and time
	symbol // ( ) or ,
	broken
)

// token is a token of an expression.
type token struct {
	kind kind
	text string
	at   int // its offset in bytes
}

// next returns the first token at or after an offset, and the offset after it.
func next(text string, from int) (t token, after int) {
	for from < len(text) && (text[from] == ' ' || text[from] == '\t') {
		from++
	}
	t.at = from
	if from == len(text) {
		return t, from
	}
	switch c := text[from]; {
	case c == '(' || c == ')' || c == ',':
		t.kind, t.text = symbol, text[from:from+1]
		return t, from + 1
	case c == '\'':
		return quotedToken(text, from)
	case isLetter(c) || c == '_':
		t.kind = word
	case '0' <= c && c <= '9' || c == '-':
		t.kind = number
	default:
		t.kind = broken
		return t, len(text)
	}
	after = from
	for after < len(text) && (isLetter(text[after]) || strings.IndexByte("0123456789_.:+-", text[after]) >= 0) {
		after++
	}
	t.text = text[from:after]
	return t, after
}

// quotedToken reads a string. A quote in it is doubled.
func quotedToken(text string, from int) (t token, after int) {
	var content strings.Builder
	for at := from + 1; at < len(text); at++ {
		if text[at] != '\'' {
			content.WriteByte(text[at])
			continue
		}
		if at+1 == len(text) || text[at+1] != '\'' {
			return token{kind: quoted, text: content.String(), at: from}, at + 1
		}
		content.WriteByte('\'')
		at++
	}
	return token{kind: broken, at: from}, len(text)
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
