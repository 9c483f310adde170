package transfer

import (
	"fmt"
	"reflect"
	"testing"

	"installstatus/api/status"
)

const (
	upperGUID = "7A6F1C2E-0D4B-4A55-9F0E-3C1D5B8E2F60"
	lowerGUID = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60"
)

func TestIDsDerivedFromAGUIDInAnotherCaseAreDerivedFromTheCanonicalOne(t *testing.T) {
	text := func(app, id, user string) string {
		return fmt.Sprintf(`{"mobileAppId":%q,"userAppInstallStatusId":%q,"id":%q,"deviceId":"d","userPrincipalName":"u"}`, app, user, id)
	}
	for name, c := range map[string][2]string{
		"derived": {
			text(upperGUID, status.DeviceStatusID(upperGUID, "d"), status.UserStatusID(upperGUID, "u")),
			text(lowerGUID, status.DeviceStatusID(lowerGUID, "d"), status.UserStatusID(lowerGUID, "u")),
		},
		"own": {text(upperGUID, "id", "user"), text(lowerGUID, "id", "user")},
	} {
		old, _, err := all(c[0], "")
		now, _, nowErr := all(c[1], "")
		if err != nil || nowErr != nil || len(old) != 1 || !reflect.DeepEqual(old, now) {
			t.Errorf("%s: %+v, %v\nwant %+v, %v", name, old, err, now, nowErr)
		}
	}
}
