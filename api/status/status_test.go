package status_test

import (
	"reflect"
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

func TestEveryPropertyCanBePatchedAndChangesTheTag(t *testing.T) {
	instant, err := status.ParseDateTime("2026-01-01T00:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	values := map[reflect.Type]any{
		reflect.TypeFor[status.Text]():               status.TextOf("a value"),
		reflect.TypeFor[status.DateTime]():           instant,
		reflect.TypeFor[status.InstallState]():       status.InstallStateFailed,
		reflect.TypeFor[status.InstallStateDetail](): status.InstallStateDetail("pendingReboot"),
		reflect.TypeFor[int32]():                     int32(7),
	}
	tags := map[string]string{status.New("id").ETag(): "none", status.New("other").ETag(): "ID"}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[status.Status]()) {
		if field.Name == "ID" {
			continue
		}
		var patch status.Patch
		property := reflect.ValueOf(&patch).Elem().FieldByName(field.Name)
		if !property.IsValid() {
			t.Errorf("a Patch has no %s", field.Name)
			continue
		}
		property.FieldByName("Value").Set(reflect.ValueOf(values[field.Type]))
		property.FieldByName("Given").SetBool(true)
		patched := patch.Apply(status.New("id"))
		if got := reflect.ValueOf(patched).FieldByIndex(field.Index).Interface(); got != values[field.Type] {
			t.Errorf("%s is %v after the patch", field.Name, got)
		}
		if other, taken := tags[patched.ETag()]; taken {
			t.Errorf("setting %s gives the same tag as setting %s", field.Name, other)
		}
		if other := patched.Whole().Apply(status.New("id")); other != patched {
			t.Errorf("the whole patch does not say %s", field.Name)
		}
		if !slices.ContainsFunc(status.Properties(), func(p status.Property) bool { return patched.Value(p) != status.New("id").Value(p) }) {
			t.Errorf("no property has the value of %s", field.Name)
		}
		if cleared := status.New("id").Whole().Apply(patched); cleared != status.New("id") {
			t.Errorf("the whole patch does not say that %s is not set", field.Name)
		}
		tags[patched.ETag()] = field.Name
	}
}

func TestEveryNullableStringIsATextOfAPatch(t *testing.T) {
	var patch status.Patch
	texts := make(map[*status.Field[status.Text]]status.Property)
	for _, property := range status.Properties() {
		if text := patch.Text(property); text != nil {
			texts[text] = property
		}
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[status.Patch]()) {
		text, isText := reflect.ValueOf(&patch).Elem().FieldByIndex(field.Index).Addr().Interface().(*status.Field[status.Text])
		if isText && !strings.EqualFold(string(texts[text]), field.Name) {
			t.Errorf("Text finds %s by the name %q", field.Name, texts[text])
		}
	}
}

func TestValuesThatDifferHaveTagsThatDiffer(t *testing.T) {
	text := func(s string) status.Field[status.Text] { return status.Set(status.TextOf(s)) }
	sameInstant := map[string]status.Field[status.DateTime]{}
	for _, sent := range []string{"2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"} {
		at, err := status.ParseDateTime(sent)
		if err != nil {
			t.Fatal(err)
		}
		sameInstant[sent] = status.Set(at)
	}
	tags := map[string]bool{}
	patches := []status.Patch{
		{}, {DeviceName: text("")}, {DeviceName: text("a")}, {DeviceName: text("ab")}, {DeviceName: text("a"), DeviceID: text("b")},
		{DeviceName: text(""), DeviceID: text("ab")}, {ErrorCode: status.Set(int32(1))}, {ErrorCode: status.Set(int32(-1))},
		{LastSyncDateTime: sameInstant["2026-01-01T00:00:00Z"]}, {LastSyncDateTime: sameInstant["2026-01-01T01:00:00+01:00"]},
	}
	for _, p := range patches {
		tag := p.Apply(status.New("id")).ETag()
		if tag != p.Apply(status.New("id")).ETag() || !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) {
			t.Errorf("%+v has the tag %s", p, tag)
		}
		tags[tag] = true
	}
	if len(tags) != len(patches) {
		t.Errorf("%d patches have %d tags", len(patches), len(tags))
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

func TestDeviceStatusIDsNeverChangeBetweenVersions(t *testing.T) {
	const want = "b3bfd920-13cf-5a0f-b6bb-e69df8a33e0c"
	for _, device := range []string{"1a2b3c4d-0001-4000-8000-00000000000a", "1A2B3C4D-0001-4000-8000-00000000000A"} {
		if id := status.DeviceStatusID("app", device); id != want {
			t.Errorf("an import would make the row of %s again, as %s", device, id)
		}
	}
	if status.DeviceStatusID("App", "1a2b3c4d-0001-4000-8000-00000000000a") == want {
		t.Error("another app has the same id")
	}
}

func TestNothingBehindTheIDCountsInAnOrder(t *testing.T) {
	id, back, name := status.Order{Property: status.PropertyID}, status.Order{Property: status.PropertyID, Descending: true}, status.Order{Property: status.PropertyUserName}
	for _, c := range []struct{ order, sort []status.Order }{
		{nil, []status.Order{id}},
		{[]status.Order{id}, []status.Order{id}},
		{[]status.Order{back, name}, []status.Order{back}},
		{[]status.Order{name}, []status.Order{name, id}},
		{[]status.Order{name, back}, []status.Order{name, back}},
	} {
		query := status.Query{Order: c.order}
		if got := query.Sort(); !slices.Equal(got, c.sort) {
			t.Errorf("%v is sorted by %v", c.order, got)
		}
		if place := query.CursorOf(status.Status{ID: "x"}); place.ID != "x" || len(place.Values) != len(c.sort)-1 {
			t.Errorf("%v has the place %+v", c.order, place)
		}
	}
}
