package transfer

import (
	"strings"
	"testing"

	"installstatus/server/transfer/dates"
)

func TestDatesAreReadAlikeInEveryFormat(t *testing.T) {
	german, err := dates.ParseFormat("DD.MM.YYYY HH:mm")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{
		"DeviceId;LastModifiedDateTime;AppInstallState\n1;%;2\n", "id;lastSyncDateTime\n1;%\n", "Id;LastSyncDateTime;InstallState\n1;%;failed\n",
		`{"DeviceId":"1","LastModifiedDateTime":"%","AppInstallState":2}`, `{"id":"1","lastSyncDateTime":"%"}`, `{"value":[{"id":"1","lastSyncDateTime":"%"}]}`,
		`{"value":{"id":"1","lastSyncDateTime":"%"}}`, `[{"Id":"1","LastSyncDateTime":"%","InstallState":"failed"}]`,
	} {
		for text, want := range map[string]string{
			"2021-11-09T10:32:11.50+01:00": "2021-11-09T10:32:11.50+01:00",
			"2021-11-09 10:32:11.0000000":  "2021-11-09T10:32:11.0000000Z",
			"09.11.2021 10:32":             "2021-11-09T10:32:00Z",
			"/Date(1636453931000)/":        "2021-11-09T10:32:11.000Z",
			"09/11/2021 10:32":             "",
		} {
			rows, refused, err := allWith(strings.ReplaceAll(format, "%", text), Options{App: "app", Dates: dates.Dates{Format: german}})
			switch {
			case err != nil || len(rows)+len(refused) != 1:
				t.Errorf("%s in %s: %v, %q, %v", text, format, rows, refused, err)
			case want == "" && (len(refused) == 0 || !strings.Contains(refused[0], "not a date in the format DD.MM.YYYY HH:mm, nor in Intune's")):
				t.Errorf("%s in %s: %q", text, format, refused)
			case want != "" && (len(rows) == 0 || rows[0].Patch.To.LastSyncDateTime.String() != want):
				t.Errorf("%s in %s: %v, %q; want %s", text, format, rows, refused, want)
			}
		}
	}
}
