package transfer

import "testing"

func TestOneLineEscapesControlCharactersOnly(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "",
		"plain":            "plain",
		"a\tb\r\nc":        `a\tb\r\nc`,
		"\x1b[31mred\x7f":  `\x1b[31mred\x7f`,
		"\u0085":           `\u0085`,
		`it's a\backslash`: `it's a\backslash`,
		"é日本👩‍💻":           "é日本👩‍💻",
	} {
		if got := OneLine(text); got != want {
			t.Errorf("OneLine(%q) = %q, want %q", text, got, want)
		}
	}
}
