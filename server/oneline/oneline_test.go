package oneline_test

import (
	"testing"

	"installstatus/server/oneline"
)

func TestControlCharactersAreEscapedAndNothingElse(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "",
		"plain":            "plain",
		"a\tb\r\nc":        `a\tb\r\nc`,
		"\x1b[31mred\x7f":  `\x1b[31mred\x7f`,
		"\u0085":           `\u0085`,
		`it's a\backslash`: `it's a\backslash`,
		"é日本👩‍💻":           "é日本👩‍💻",
	} {
		if got := oneline.Of(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
