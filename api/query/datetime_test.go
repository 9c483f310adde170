package query_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"installstatus/api/query"
)

func TestInstantsSortAsTextInTheOrderOfTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Time {
			seconds := rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds") // the years 0001 to 9999
			zone := time.FixedZone("", 60*rapid.IntRange(-23*60-59, 23*60+59).Draw(t, "offset"))
			return time.Unix(seconds, rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).In(zone)
		}), 2, 2).Draw(t, "times")
		var instants []string
		for _, at := range times {
			if year := at.Year(); year < 1 || year > 9999 {
				t.Skip("the local year has no four digits")
			}
			text := at.Format(time.RFC3339Nano)
			parsed, err := query.ParseDateTime(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if parsed.String() != text || len(parsed.Instant()) != 30 {
				t.Fatalf("%s became %s, %s", text, parsed, parsed.Instant())
			}
			instants = append(instants, parsed.Instant())
		}
		if byText, byTime := strings.Compare(instants[0], instants[1]), times[0].Compare(times[1]); byText != byTime {
			t.Fatalf("%s and %s sort as %d, the times as %d", instants[0], instants[1], byText, byTime)
		}
	})
}

// FuzzDateTime compares the parser with RFC 3339's grammar and with time.Parse.
func FuzzDateTime(f *testing.F) {
	for _, seed := range []string{"2017-01-01T00:02:49.3205976-08:00", "0001-01-01T00:00:00Z", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00,5Z", "2017-01-01T24:00:00Z", "9999-12-31T23:59:59-00:01"} {
		f.Add(seed)
	}
	grammar := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)
	f.Fuzz(func(t *testing.T, text string) {
		at, err := time.Parse(time.RFC3339, text)
		year := at.UTC().Year()
		want := grammar.MatchString(text) && err == nil && 1 <= year && year <= 9999
		got, gotErr := query.ParseDateTime(text)
		if (gotErr == nil) != want {
			t.Errorf("%q: %v", text, gotErr)
		}
		if want && got.Instant() != at.UTC().Format("2006-01-02T15:04:05.000000000Z") {
			t.Errorf("%q is the instant %s", text, got.Instant())
		}
	})
}
