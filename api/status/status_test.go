package status_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

func TestTheDefaultDateTimeIsWhatParsingItGives(t *testing.T) {
	parsed, err := query.ParseDateTime(status.NeverSynced.String())
	if err != nil || parsed != status.NeverSynced {
		t.Errorf("%#v, %v", parsed, err)
	}
}

func TestEveryPropertyCanBePatchedAndChangesTheTag(t *testing.T) {
	tags := map[string]string{status.New("id").ETag(): "nothing", status.New("other").ETag(): "id"}
	for i, property := range status.Properties {
		if property.Name == query.ID {
			continue
		}
		var patch status.Patch
		if err := patch.Set(property.Name, otherValue(t, i)); err != nil {
			t.Fatal(err)
		}
		patched := patch.Apply(status.New("id"))
		if got := patched.Value(property.Name); got == status.New("id").Value(property.Name) {
			t.Errorf("%s is %v after the patch", property.Name, got)
		}
		if !patch.Gives(property.Name) || patch.Given != 1<<i {
			t.Errorf("the patch of %s sets %b", property.Name, patch.Given)
		}
		for _, other := range status.Properties {
			if before := status.New("id"); other.Same(&before, &patched) != (other.Name != property.Name) {
				t.Errorf("the patch of %s changes %s too, or nothing", property.Name, other.Name)
			}
		}
		if other, taken := tags[patched.ETag()]; taken {
			t.Errorf("setting %s gives the same tag as setting %s", property.Name, other)
		}
		if whole := patched.Whole().Apply(status.New("id")); whole != patched {
			t.Errorf("the whole patch does not set %s", property.Name)
		}
		if cleared := status.New("id").Whole().Apply(patched); cleared != status.New("id") {
			t.Errorf("the whole patch does not clear %s", property.Name)
		}
		if named := status.PatchOf(patched, property.Name); named != (status.Patch{Given: patch.Given, To: patched}) {
			t.Errorf("PatchOf(%s) is %+v", property.Name, named)
		}
		tags[patched.ETag()] = property.Name
	}
}

// otherValue returns a value that Properties[i] can have, and that a new status does not have.
func otherValue(t *testing.T, i int) query.Value {
	t.Helper()
	var none status.Status
	switch status.Properties[i].Field(&none).(type) {
	case *int32:
		return query.NumberValue(7)
	case *query.DateTime:
		return query.TextValue("2026-01-01T00:00:00Z")
	case *status.Text, *string:
		return query.TextValue("failed")
	}
	t.Fatalf("no value is known for %s", status.Properties[i].Name)
	return query.Value{}
}

func TestAPatchRefusesWhatAPropertyCannotHold(t *testing.T) {
	for name, values := range map[string][]query.Value{
		query.ID:           {query.TextValue("id")},
		"nothing":          {query.TextValue("x")},
		"devicename":       {query.TextValue("x")},
		"deviceName":       {query.NumberValue(1)},
		"errorCode":        {query.TextValue("1"), {}, query.NumberValue(1 << 31)},
		"installState":     {{}, query.NumberValue(1)},
		"lastSyncDateTime": {{}, query.TextValue("yesterday"), query.NumberValue(1)},
	} {
		for _, v := range values {
			var patch status.Patch
			if err := patch.Set(name, v); err == nil || patch.Given != 0 {
				t.Errorf("%s is set to %+v: %v", name, v, err)
			}
		}
	}
}

func TestOfTwoPatchesTheLaterDecides(t *testing.T) {
	first := status.PatchOf(status.Status{DeviceName: status.TextOf("a"), ErrorCode: 1}, "deviceName", "errorCode")
	second := status.PatchOf(status.Status{ErrorCode: 2, OSVersion: status.TextOf("x")}, "errorCode", "osVersion", "userName")
	before := status.New("id")
	before.UserName = status.TextOf("name")
	if both, want := first.And(second).Apply(before), second.Apply(first.Apply(before)); both != want {
		t.Errorf("%+v, want %+v", both, want)
	}
}

func TestEveryFieldHasARowInItsTable(t *testing.T) {
	fields(t, status.Properties[:])
	fields(t, status.UserProperties[:])
}

func fields[E any](t *testing.T, properties []status.Property[E]) {
	t.Helper()
	entity := new(E)
	has := make(map[uintptr]bool)
	for _, p := range properties {
		has[reflect.ValueOf(p.Field(entity)).Pointer()] = true
	}
	value := reflect.ValueOf(entity).Elem()
	for i := range value.NumField() {
		if !has[value.Field(i).Addr().Pointer()] {
			t.Errorf("no row of the table has the field %s.%s", value.Type().Name(), value.Type().Field(i).Name)
		}
	}
	if len(properties) != value.NumField() || len(properties) > 64 {
		t.Errorf("%s has %d fields and %d rows in its table; a Set has room for 64", value.Type().Name(), value.NumField(), len(properties))
	}
}

func TestValuesThatDifferHaveTagsThatDiffer(t *testing.T) {
	text := status.TextOf
	sameInstant := map[string]query.DateTime{}
	for _, sent := range []string{"2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"} {
		at, err := query.ParseDateTime(sent)
		if err != nil {
			t.Fatal(err)
		}
		sameInstant[sent] = at
	}
	tags := map[string]bool{}
	patches := []status.Patch{
		{}, status.PatchOf(status.Status{DeviceName: text("")}, "deviceName"), status.PatchOf(status.Status{DeviceName: text("a")}, "deviceName"), status.PatchOf(status.Status{DeviceName: text("ab")}, "deviceName"), status.PatchOf(status.Status{DeviceName: text("a"), DeviceID: text("b")}, "deviceName", "deviceId"),
		status.PatchOf(status.Status{DeviceName: text(""), DeviceID: text("ab")}, "deviceName", "deviceId"), status.PatchOf(status.Status{ErrorCode: int32(1)}, "errorCode"), status.PatchOf(status.Status{ErrorCode: int32(-1)}, "errorCode"),
		status.PatchOf(status.Status{LastSyncDateTime: sameInstant["2026-01-01T00:00:00Z"]}, "lastSyncDateTime"), status.PatchOf(status.Status{LastSyncDateTime: sameInstant["2026-01-01T01:00:00+01:00"]}, "lastSyncDateTime"),
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
