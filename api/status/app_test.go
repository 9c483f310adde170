package status_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api/status"
)

func TestAnAppThatIsAGUIDIsInLowerCase(t *testing.T) {
	for app, want := range map[string]string{
		"7A6F1C2E-0D4B-4A55-9F0E-3C1D5B8E2F60":   "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60",
		"7a6f1c2e-0D4B-4A55-9f0e-3c1d5b8e2f60":   "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60",
		"00000000-0000-0000-0000-000000000000":   "00000000-0000-0000-0000-000000000000",
		"{7A6F1C2E-0D4B-4A55-9F0E-3C1D5B8E2F60}": "{7A6F1C2E-0D4B-4A55-9F0E-3C1D5B8E2F60}",
		"7A6F1C2E0D4B4A559F0E3C1D5B8E2F60":       "7A6F1C2E0D4B4A559F0E3C1D5B8E2F60",
		"7A6F1C2E-0D4B-4A55-9F0E-3C1D5B8E2F6G":   "7A6F1C2E-0D4B-4A55-9F0E-3C1D5B8E2F6G",
		"7A6F1C2E-0D4B-4A55-9F0E-3C1D5B8E2F6":    "7A6F1C2E-0D4B-4A55-9F0E-3C1D5B8E2F6",
		"7A6F1C2E-0D4B-4A55-9F0E3C1D5B8E2F60-":   "7A6F1C2E-0D4B-4A55-9F0E3C1D5B8E2F60-",
		"App":                                    "App", "": "",
	} {
		if got := status.CanonicalApp(app); got != want {
			t.Errorf("%s is %s, want %s", app, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		guid := rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`).Draw(t, "guid")
		if got := status.CanonicalApp(anyCase(t, guid)); got != guid {
			t.Errorf("%s, want %s", got, guid)
		}
		other := rapid.String().Draw(t, "other")
		if got := status.CanonicalApp(other); got != other && !strings.EqualFold(got, other) {
			t.Errorf("%s is %s", other, got)
		}
	})
}

// anyCase changes the case of random letters.
func anyCase(t *rapid.T, text string) string {
	changed := []byte(text)
	for i, c := range changed {
		if c >= 'a' && rapid.Bool().Draw(t, "upper") {
			changed[i] -= 'a' - 'A'
		}
	}
	return string(changed)
}
