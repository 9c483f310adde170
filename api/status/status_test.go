package status_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"installstatus/api/status"
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
			parsed, err := status.ParseDateTime(text)
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

func TestTheDefaultDateTimeIsWhatParsingItGives(t *testing.T) {
	parsed, err := status.ParseDateTime(status.NeverSynced.String())
	if err != nil || parsed != status.NeverSynced {
		t.Errorf("%#v, %v", parsed, err)
	}
}

// FuzzDateTime holds the reader to RFC 3339's grammar and to time.Parse.
func FuzzDateTime(f *testing.F) {
	for _, seed := range []string{"2017-01-01T00:02:49.3205976-08:00", "0001-01-01T00:00:00Z", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00,5Z", "2017-01-01T24:00:00Z", "9999-12-31T23:59:59-00:01"} {
		f.Add(seed)
	}
	grammar := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)
	f.Fuzz(func(t *testing.T, text string) {
		at, err := time.Parse(time.RFC3339, text)
		year := at.UTC().Year()
		want := grammar.MatchString(text) && err == nil && 1 <= year && year <= 9999
		got, gotErr := status.ParseDateTime(text)
		if (gotErr == nil) != want {
			t.Errorf("%q: %v", text, gotErr)
		}
		if want && got.Instant() != at.UTC().Format("2006-01-02T15:04:05.000000000Z") {
			t.Errorf("%q is the instant %s", text, got.Instant())
		}
	})
}

func TestEqualStatusesHaveEqualTagsAndOthersHaveNot(t *testing.T) {
	a, b := status.TextOf("a"), status.TextOf("b")
	later, _ := status.ParseDateTime("2026-01-01T00:00:00Z")
	sameInstant, _ := status.ParseDateTime("2026-01-01T01:00:00+01:00")
	variants := []status.Patch{
		{},
		{DeviceName: status.Set(a)}, {DeviceName: status.Set(b)}, {DeviceName: status.Set(status.TextOf(""))},
		{DeviceID: status.Set(a)}, {OSVersion: status.Set(a)}, {OSDescription: status.Set(a)},
		{UserName: status.Set(a)}, {UserPrincipalName: status.Set(a)}, {DisplayVersion: status.Set(a)},
		{DeviceName: status.Set(status.TextOf("ab"))}, {DeviceName: status.Set(a), DeviceID: status.Set(b)},
		{InstallState: status.Set(status.InstallStateFailed)}, {MobileAppInstallStatusValue: status.Set(status.InstallStateFailed)},
		{InstallStateDetail: status.Set(status.InstallStateDetail("pendingReboot"))},
		{ErrorCode: status.Set(int32(1))}, {ErrorCode: status.Set(int32(-1))},
		{LastSyncDateTime: status.Set(later)}, {LastSyncDateTime: status.Set(sameInstant)},
	}
	var tags []string
	for _, p := range variants {
		tag := p.Apply(status.New("id")).ETag()
		if tag != p.Apply(status.New("id")).ETag() || len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"' {
			t.Errorf("%+v has the tag %s", p, tag)
		}
		tags = append(tags, tag)
	}
	tags = append(tags, status.New("other").ETag())
	slices.Sort(tags)
	if len(slices.Compact(tags)) != len(variants)+1 {
		t.Errorf("two of them share a tag: %q", tags)
	}
}

func TestATagNeverChangesBetweenVersions(t *testing.T) {
	if tag := status.New("id").ETag(); tag != `"BiQ8xggPq5rDfaquvVM52g"` {
		t.Errorf("clients hold tags of stored entities: the tag of the empty status is now %s", tag)
	}
}

func TestUserStatusIDsAreUUIDsOfAppAndName(t *testing.T) {
	id := status.UserStatusID("app", "Joe@contoso.example")
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("%s is no UUID of version 5", id)
	}
	if id != status.UserStatusID("app", "joe@CONTOSO.example") {
		t.Error("the name's case matters")
	}
	if id == status.UserStatusID("App", "joe@contoso.example") || id == status.UserStatusID("appj", "oe@contoso.example") {
		t.Error("another app has the same id")
	}
	if status.UserStatusID("app", "") != "" {
		t.Error("nobody has a user status")
	}
}
