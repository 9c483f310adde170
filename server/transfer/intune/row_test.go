package intune_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/gen"
	"installstatus/server/transfer/intune"
)

// read reads a row with the given columns.
func read(columns map[string]string) (intune.Row, []intune.Problem) {
	var cells intune.Cells
	for name, text := range columns {
		if column := intune.ColumnOf(name); column != intune.None {
			cells[column] = intune.Cell{Name: name, Text: text}
		}
	}
	return intune.Read(&cells, intune.Options{})
}

func TestEachColumnSetsItsProperty(t *testing.T) {
	row, problems := read(map[string]string{
		"DeviceId": "device", "ApplicationId": "app", "DeviceName": "name", "UserName": "user", "UserPrincipalName": "anna@contoso.example",
		"Platform": "Windows", "AppVersion": "1.10", "LastModifiedDateTime": "2021-11-09 10:32:11.0000000",
		"AppInstallState": "2", "AppInstallState_loc": "Fehler", "AppInstallStateDetails": "2000", "AppInstallStateDetails_loc": "Siehe Fehlercode",
		"HexErrorCode": "0x87D1041C", "AssignmentFilterIdsExist": "false", "UserId": "a user",
	})
	want := status.Status{
		DeviceID: status.TextOf("device"), DeviceName: status.TextOf("name"), UserName: status.TextOf("user"), UserPrincipalName: status.TextOf("anna@contoso.example"),
		OSDescription: status.TextOf("Windows"), DisplayVersion: status.TextOf("1.10"), LastSyncDateTime: dateTime(t, "2021-11-09T10:32:11.0000000Z"),
		InstallState: "failed", MobileAppInstallStatusValue: "failed", InstallStateDetail: "seeInstallErrorCode", ErrorCode: -2016345060,
	}
	if got := row.Patch.Apply(status.Status{}); got != want || problems != nil {
		t.Errorf("%+v, %v; want %+v", got, problems, want)
	}
	if row.App != "app" {
		t.Errorf("app %s", row.App)
	}
}

func TestAMissingColumnSetsNothing(t *testing.T) {
	row, problems := read(map[string]string{"DeviceId": "device"})
	if want := (status.PatchOf(status.Status{DeviceID: status.TextOf("device")}, "deviceId")); row.Patch != want || problems != nil || row.App != "" {
		t.Errorf("%+v, %v", row, problems)
	}
}

func TestAnEmptyCellIsNullOrTheDefault(t *testing.T) {
	columns := map[string]string{"DeviceId": "device"}
	for _, column := range []string{"DeviceName", "UserName", "UserPrincipalName", "Platform", "AppVersion", "LastModifiedDateTime", "AppInstallState", "AppInstallStateDetails", "HexErrorCode"} {
		columns[column] = ""
	}
	row, problems := read(columns)
	want := status.New("")
	want.DeviceID = status.TextOf("device")
	if got := row.Patch.Apply(want.Whole().Apply(status.Status{ErrorCode: 7, InstallStateDetail: "x"})); got != want || problems != nil {
		t.Errorf("%+v, %v", got, problems)
	}
	if p := row.Patch; !p.Gives("errorCode") || !p.Gives("installStateDetail") || !p.Gives("lastSyncDateTime") || !p.Gives("deviceName") {
		t.Errorf("an empty cell sets nothing: %+v", p)
	}
}

func TestCells(t *testing.T) {
	const isNoDate = "not a date in Intune's format"
	for column, cells := range map[string]map[string]string{ // the value of each cell, or the reason why it is invalid
		"LastModifiedDateTime": {
			"2021-11-09 10:32:11.0000000":        "2021-11-09T10:32:11.0000000Z",
			"2021-11-09 10:32:11":                "2021-11-09T10:32:11Z",
			"2021-11-09T10:32:11.123":            "2021-11-09T10:32:11.123Z",
			"2021-11-09T10:32:11Z":               "2021-11-09T10:32:11Z",
			"2021-11-09T10:32:11.5+01:00":        "2021-11-09T10:32:11.5+01:00",
			"2021-11-09 10:32:11.0000000 +00:00": "2021-11-09T10:32:11.0000000+00:00",
			" 2021-11-09 10:32:11 ":              "2021-11-09T10:32:11Z",
			"0001-01-01 00:00:00.0000000":        "0001-01-01T00:00:00.0000000Z",
			"11/9/2021 10:32:11 AM":              isNoDate, // which of them is the month?
			"09.11.2021 10:32":                   isNoDate, // as Excel saves it in Germany
			"2021-11-08":                         isNoDate,
			"2021-02-29 10:32:11":                isNoDate,
			"44509.43902":                        isNoDate,
			"never":                              isNoDate,
		},
		"AppInstallState": {
			"-1": "notApplicable", "1": "installed", "2": "failed", "3": "notInstalled", "4": "uninstallFailed", "5": "pendingInstall", "99": "unknown",
			" 1 ": "installed", "installed": "installed", "PENDINGINSTALL": "pendingInstall", "NotInstalled": "notInstalled",
			"Not Installed": "notInstalled", "Install Pending": "pendingInstall", "Uninstall failed": "uninstallFailed",
			"0": "not a code of resultantAppState", "6": "not a code of resultantAppState", "Installiert": "unknown text, perhaps a translation", "1.0": "unknown text, perhaps",
		},
		"AppInstallStateDetails": {
			"0": "noAdditionalDetails", "2000": "seeInstallErrorCode", "-1016": "supersedingAppsNotApplicable", "SeeInstallErrorCode": "seeInstallErrorCode",
			"-1": "", "1009": "", // found in exports, but not documented
			"Siehe Fehlercode": "unknown text, perhaps",
		},
		"HexErrorCode": {
			"0x87D1041C": "-2016345060", "0X87d1041c": "-2016345060", "0x0": "0", "0": "0", "0x80070643": "-2147023293", "0x7FFFFFFF": "2147483647",
			"0xFFFFFFFF87D1041C": "-2016345060", "-2016345060": "-2016345060", "2278622236": "-2016345060", "1603": "1603", " 0x643 ": "1603",
			"87D30065": "not a 32-bit error code", "0x": "not a 32-bit error code", "0x187D1041C": "not a 32-bit error code", "0xFFFFFFFF00000001": "not a 32-bit error code",
			"4294967296": "not a 32-bit error code", "-2147483649": "not a 32-bit error code", "9.5": "not a 32-bit error code", "0x1_0": "not a 32-bit error code", "+-1": "not a 32-bit error code",
		},
		"DeviceName": {
			"LAB, \"A\"": "LAB, \"A\"", " padded ": " padded ", "a\x00b": "contains U+0000", strings.Repeat("é", 8192): strings.Repeat("é", 8192), strings.Repeat("x", 8193): "longer than 8192 characters",
		},
		"DeviceId": {"device": "device", "": "missing", "  ": "missing"},
	} {
		for cell, want := range cells {
			columns := map[string]string{"DeviceId": "device"}
			columns[column] = cell
			row, problems := read(columns)
			s := row.Patch.Apply(status.New(""))
			got := map[string]string{
				"LastModifiedDateTime": s.LastSyncDateTime.String(), "AppInstallState": string(s.InstallState), "AppInstallStateDetails": string(s.InstallStateDetail),
				"HexErrorCode": fmt.Sprint(s.ErrorCode), "DeviceName": s.DeviceName.Value, "DeviceId": s.DeviceID.Value,
			}[column]
			if len(problems) > 0 {
				got = problems[0].Reason
				if problems[0].Column != column || len(problems) > 1 || cell != "" && len(cell) > 4 && strings.Contains(got, cell) {
					t.Errorf("%s %.40q: %v", column, cell, problems)
				}
				if !strings.HasPrefix(got, want) || want == "" {
					t.Errorf("%s %.40q is refused: %s; want %.40s", column, cell, got, want)
				}
			} else if got != want {
				t.Errorf("%s %.40q is read as %.40q, want %.40q", column, cell, got, want)
			}
		}
	}
}

func TestAllProblemsOfARowAreReported(t *testing.T) {
	_, problems := read(map[string]string{"DeviceId": "", "LastModifiedDateTime": "x", "AppInstallState": "x", "AppInstallStateDetails": "x", "HexErrorCode": "x"})
	var columns []string
	for _, p := range problems {
		columns = append(columns, p.Column)
	}
	if want := []string{"DeviceId", "LastModifiedDateTime", "AppInstallState", "HexErrorCode", "AppInstallStateDetails"}; !slices.Equal(columns, want) {
		t.Errorf("%v", problems)
	}
}

func TestAColumnWithCodesIsPreferredToOneWithTexts(t *testing.T) {
	row, problems := read(map[string]string{
		"DeviceId": "device", "InstallState": "1", "AppInstallState": "Installiert", "InstallStateDetail": "0", "AppInstallStateDetails": "Keine",
		"HexErrorCode": "0x643", "ErrorCode": "1603",
	})
	if s := row.Patch.Apply(status.Status{}); s.InstallState != "installed" || s.InstallStateDetail != "noAdditionalDetails" || s.ErrorCode != 1603 || problems != nil {
		t.Errorf("%+v, %v", s, problems)
	}
	row, problems = read(map[string]string{"DeviceId": "device", "InstallState": "", "AppInstallState": "2", "HexErrorCode": "", "ErrorCode": "-2016345060"})
	if s := row.Patch.Apply(status.Status{}); s.InstallState != "failed" || s.ErrorCode != -2016345060 || problems != nil {
		t.Errorf("%+v, %v", s, problems)
	}
}

func TestColumnsOfTheSamePropertyMustAgree(t *testing.T) {
	for _, c := range []struct{ columns, contradicts string }{
		{"HexErrorCode=0x643,ErrorCode=1603", ""},
		{"HexErrorCode=0x643,ErrorCode=7", "ErrorCode contradicts HexErrorCode"},
		{"hex error code=0x643,ERRORCODE=0", "ERRORCODE contradicts hex error code"},
		{"HexErrorCode=,ErrorCode=7", ""},
		{"InstallState=1,AppInstallState=Installed", ""},
		{"InstallState=1,AppInstallState=2", "AppInstallState contradicts InstallState"},
		{"InstallStateDetail=-1,AppInstallStateDetails=0", "AppInstallStateDetails contradicts InstallStateDetail"},
		{"OSDescription=Windows,Platform=Windows", ""},
		{"OSDescription=,Platform=Windows", ""},
		{"OSDescription=Windows,Platform=iOS", "Platform contradicts OSDescription"},
		{"DisplayVersion=1,AppVersion=2", "AppVersion contradicts DisplayVersion"},
		{"LastSyncDateTime=2021-11-09T10:32:11Z,LastModifiedDateTime=2021-11-09 11:32:11+01:00", ""},
		{"LastSyncDateTime=2021-11-09T10:32:11Z,LastModifiedDateTime=2021-11-09 10:32:12", "LastModifiedDateTime contradicts LastSyncDateTime"},
		{"ApplicationId=AB,MobileAppId=ab", ""},
		{"ApplicationId=ab,MobileAppId=ac", "MobileAppId contradicts ApplicationId"},
	} {
		columns := map[string]string{"DeviceId": "device"}
		for pair := range strings.SplitSeq(c.columns, ",") {
			name, text, _ := strings.Cut(pair, "=")
			columns[name] = text
		}
		_, problems := read(columns)
		var got string
		for _, p := range problems {
			got += p.Column + " " + p.Reason
		}
		if !strings.HasPrefix(got, c.contradicts) || (got == "") != (c.contradicts == "") {
			t.Errorf("%s: %v", c.columns, problems)
		}
	}
}

func TestAnEntityIsWholeAndReportColumnsFillIt(t *testing.T) {
	row, problems := read(map[string]string{
		"Id": "an id", "DEVICEID": "device", "MobileAppInstallStatusValue": "failed", "InstallState": "pendingInstall", "LastSyncDateTime": "/Date(1636453931000)/",
		"OsVersion": "10.0", "Platform": "Windows", "AppVersion": "1.10", "HexErrorCode": "0x643", "UserAppInstallStatusId": "a user", "MobileAppId": "app",
	})
	want := status.Status{
		ID: "an id", DeviceID: status.TextOf("device"), MobileAppInstallStatusValue: "failed", InstallState: "pendingInstall", ErrorCode: 1603,
		LastSyncDateTime: dateTime(t, "2021-11-09T10:32:11.000Z"), OSVersion: status.TextOf("10.0"), OSDescription: status.TextOf("Windows"), DisplayVersion: status.TextOf("1.10"),
	}
	if row.Patch != want.Whole() || row.App != "app" || row.ID != "an id" || row.User == nil || *row.User != "a user" || problems != nil {
		t.Errorf("%+v, %v", row, problems)
	}
	row, problems = read(map[string]string{"Id": "an id", "AppInstallState": "2"})
	if s := row.Patch.To; s.InstallState != "failed" || s.MobileAppInstallStatusValue != "failed" || problems != nil {
		t.Errorf("%+v, %v", s, problems)
	}
}

func TestTheStateIsReadFromATextIfThereIsNoCode(t *testing.T) {
	for _, c := range []struct {
		columns map[string]string
		want    string // the state and the column, or a reason
	}{
		{map[string]string{"AppInstallState_loc": "Install Pending"}, "pendingInstall AppInstallState_loc"},
		{map[string]string{"InstallState_loc": "Not Applicable"}, "notApplicable InstallState_loc"},
		{map[string]string{"appinstallstate_LOC": "Uninstall Failed"}, "uninstallFailed appinstallstate_LOC"},
		{map[string]string{"AppInstallState_loc": "Installed", "AppInstallState": "2"}, "failed "},
		{map[string]string{"AppInstallState_loc": "Failed", "AppInstallState": ""}, "failed AppInstallState_loc"},
		{map[string]string{"AppInstallState_loc": "Installiert"}, "not an English state"},
		{map[string]string{"AppInstallState_loc": "Failed", "InstallState_loc": "Installed"}, "contradicts"},
		{map[string]string{"AppInstallState_loc": ""}, "none"},
		{map[string]string{}, "none"},
	} {
		c.columns["DeviceId"] = "device"
		row, problems := read(c.columns)
		got := string(row.Patch.To.InstallState) + " " + row.Translated
		if row.NoState {
			got = "none"
		}
		if len(problems) > 0 {
			got = problems[0].Reason
		}
		if !strings.HasPrefix(got, c.want) || row.Patch.To.InstallState != row.Patch.To.MobileAppInstallStatusValue {
			t.Errorf("%v: %s", c.columns, got)
		}
	}
}

func TestAnUnknownDetailIsReportedAndSetsNoDetail(t *testing.T) {
	row, problems := read(map[string]string{"DeviceId": "device", "AppInstallStateDetails": "1009"})
	if row.UnknownDetail != "1009" || !row.Patch.Gives("installStateDetail") || row.Patch.To.InstallStateDetail != "" || problems != nil {
		t.Errorf("%+v, %v", row, problems)
	}
}

func TestEveryMemberOfTheContractHasACode(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	for schema, column := range map[string]string{"ResultantAppState": "AppInstallState", "ResultantAppStateDetail": "AppInstallStateDetails"} {
		reached := make(map[string]bool)
		for code := -2000; code <= 6000; code++ {
			row, _ := read(map[string]string{"DeviceId": "device", column: fmt.Sprint(code)})
			reached[string(row.Patch.To.InstallState)+string(row.Patch.To.InstallStateDetail)] = true
		}
		for _, member := range doc.Components.Schemas[schema].Value.Enum {
			if !reached[fmt.Sprint(member)] {
				t.Errorf("no code of %s means %v", column, member)
			}
			delete(reached, fmt.Sprint(member))
		}
		delete(reached, "")
		if len(reached) > 0 {
			t.Errorf("%s has members that the contract does not define: %v", column, reached)
		}
	}
}

func TestTextsMayBeAsLongAsInTheContract(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	properties := doc.Components.Schemas["MobileAppInstallStatus"].Value.Properties
	for column, property := range map[string]string{
		"DeviceId": "deviceId", "DeviceName": "deviceName", "UserName": "userName", "UserPrincipalName": "userPrincipalName", "Platform": "osDescription", "AppVersion": "displayVersion",
	} {
		longest := properties[property].Value.MaxLength
		if longest == nil {
			t.Fatalf("%s has no maximum length", property)
		}
		for extra, want := range []int{0, 1} {
			text := strings.Repeat("é", int(*longest)+extra)
			if _, problems := read(map[string]string{"DeviceId": "device", column: text}); len(problems) != want {
				t.Errorf("%s with %d characters: %v", column, int(*longest)+extra, problems)
			}
		}
	}
}

// FuzzRead checks that the API would accept what Read returns.
func FuzzRead(f *testing.F) {
	f.Add("device", "name", "2021-11-09 10:32:11.0000000", "1", "0", "0x87D1041C")
	f.Add("", "a\x00", "2021-11-09T10:32:11+01:00", "Not Installed", "-1", "2278622236")
	f.Fuzz(func(t *testing.T, device, name, date, state, detail, code string) {
		row, problems := read(map[string]string{"Id": "id", "DeviceId": device, "DeviceName": name, "LastSyncDateTime": date, "AppInstallState_loc": state, "InstallStateDetail": detail, "ErrorCode": code})
		if s := row.Patch.To; len(problems) == 0 && (!gen.ResultantAppState(s.InstallState).Valid() || !gen.ResultantAppState(s.MobileAppInstallStatusValue).Valid()) {
			t.Errorf("the entity is read as %+v", s)
		}
		row, problems = read(map[string]string{"DeviceId": device, "DeviceName": name, "LastModifiedDateTime": date, "AppInstallState": state, "AppInstallStateDetails": detail, "HexErrorCode": code})
		if len(problems) > 0 {
			return
		}
		s := row.Patch.Apply(status.New(""))
		if at, err := query.ParseDateTime(s.LastSyncDateTime.String()); err != nil || at != s.LastSyncDateTime {
			t.Errorf("%q is read as %s", date, s.LastSyncDateTime)
		}
		if !gen.ResultantAppState(s.InstallState).Valid() || s.InstallStateDetail != "" && !gen.ResultantAppStateDetail(s.InstallStateDetail).Valid() {
			t.Errorf("%q, %q are read as %s, %s", state, detail, s.InstallState, s.InstallStateDetail)
		}
		if strings.TrimSpace(s.DeviceID.Value) == "" || s.DeviceName.Value != name {
			t.Errorf("%+v", row)
		}
	})
}

func dateTime(t *testing.T, text string) query.DateTime {
	at, err := query.ParseDateTime(text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
