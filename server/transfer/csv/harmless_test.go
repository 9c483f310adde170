package csv

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestHarmless(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a": "a", "é": "é", "\xff": "\xff", "1=1": "1=1", "a-b": "a-b", "a=b": "a=b", "it's": "it's", "'quoted'": "'quoted'", "a@b.example": "a@b.example", "1;2": "1;2",
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(1)": "'@SUM(1)", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x",
		" =1": "' =1", "\u00a0=1": "'\u00a0=1", "\u200b=1": "'\u200b=1", "\ufeff=1": "'\ufeff=1", "\x01=1": "'\x01=1", "　=1": "'　=1",
		"\ta": "'\ta", "\ra": "'\ra", "\na": "'\na", "\t=1": "'\t'=1",
		"'=1": "''=1", "''=1": "'''=1", "' =1": "'' =1", "'\ta": "''\ta",
		"a;=1+1;b": "a;'=1+1;b", "a\n =1": "a\n' =1", "a\t@x": "a\t'@x", "a;'=1": "a;''=1", "a,-b": "a,-b",
	} {
		if got := Harmless(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
		if got := Unharmed(want); got != text {
			t.Errorf("%q was %q, want %q", want, got, text)
		}
	}
}

func TestNoTextIsAFormulaAndEachComesBack(t *testing.T) {
	texts := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ '\t\r\n;=+@\-＝a\x{200b}\x{feff}]{0,8}`))
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		harmless := Harmless(text)
		if back := Unharmed(harmless); back != text {
			t.Fatalf("%q is %q and was %q", text, harmless, back)
		}
		for i, part := range strings.FieldsFunc(harmless, func(r rune) bool { return strings.ContainsRune(splitAt, r) }) {
			if strings.ContainsAny(first(part), "=+-@＝＋－＠") {
				t.Fatalf("part %d of %q is a formula: %q", i, text, harmless)
			}
		}
		if harmless != "" && strings.ContainsAny(harmless[:1], "=+-@\t\r\n") {
			t.Fatalf("%q is %q", text, harmless)
		}
		if !strings.ContainsAny(text, "=+-@＝＋－＠\t\r\n") && harmless != text {
			t.Fatalf("%q is %q", text, harmless)
		}
	})
}

// first returns the first character that is neither a blank nor invisible.
func first(text string) string {
	text = strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Z, unicode.Cf)
	})
	for _, r := range text {
		return string(r)
	}
	return ""
}
