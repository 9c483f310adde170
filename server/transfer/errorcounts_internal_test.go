package transfer

import (
	"testing"

	"pgregory.net/rapid"
)

// TestFrequentErrors checks the order and the number of the codes against a plain count.
func TestFrequentErrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		codes := rapid.SliceOf(rapid.Int32Range(-3, 3)).Draw(t, "codes")
		n := rapid.IntRange(0, 8).Draw(t, "n")
		plan := &Plan{errors: make(errorCounts)}
		want := make(map[int32]int)
		for _, code := range codes {
			plan.errors.add(code)
			if code != 0 {
				want[code]++
			}
		}
		got := plan.FrequentErrors(n)
		if len(got) != min(n, len(want)) {
			t.Fatalf("%d codes, want %d", len(got), min(n, len(want)))
		}
		for i, c := range got {
			if c.Rows != want[c.Code] || i > 0 && (c.Rows > got[i-1].Rows || c.Rows == got[i-1].Rows && c.Code <= got[i-1].Code) {
				t.Errorf("%v of %v", got, want)
			}
			delete(want, c.Code)
		}
		for code, rows := range want {
			if len(got) > 0 && rows > got[len(got)-1].Rows {
				t.Errorf("%d has %d rows, more than %v", code, rows, got)
			}
		}
	})
}

func TestErrorCountsAreBounded(t *testing.T) {
	counts := make(errorCounts)
	for code := range int32(2 * maxErrorCodes) {
		counts.add(code)
		counts.add(1)
	}
	if len(counts) != maxErrorCodes || counts[1] != 2*maxErrorCodes+1 {
		t.Errorf("%d codes; code 1 has %d rows", len(counts), counts[1])
	}
}
