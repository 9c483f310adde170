package transfer

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

// ignored returns the names that are noted as ignored in a text, with the number of their rows.
func ignored(t *testing.T, text string) string {
	t.Helper()
	p, err := spool(t, text).Check(t.Context(), Options{App: "app", State: "unknown"}, func(*RowError) error { return nil }, noProgress)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range p.Ignored {
		names = append(names, strings.Replace(fmt.Sprintf("%s: %d rows", i.Name, i.Rows), ": 1 rows", ": 1 row", 1))
	}
	return strings.Join(names, "; ")
}

func TestWhatIsNotReadIsNamedOnce(t *testing.T) {
	for text, want := range map[string]string{
		"DeviceId,DeviceName_loc,AssignmentFilterIdsExist,UserId, Comment ,deviceName\n1,,,,,\n2,,,,,": "AssignmentFilterIdsExist: 2 rows; UserId: 2 rows; Comment: 2 rows",
		"DeviceId,Other_loc,AppInstallStateDetails_loc,AppInstallState_loc\n1,,,":                      "Other_loc: 1 row; AppInstallStateDetails_loc: 1 row",
		"DeviceId,a\x1b[2Jb,\"c\r\nd\"\n1,,":                                                           `a\x1b[2Jb: 1 row; c\r\nd: 1 row`,
		"id,deviceName,Comment\n1,a,b":                                                                 "Comment: 1 row",
		"#TYPE x\nId,DeviceId,AdditionalProperties\n1,d,System.Collections.Generic.Dictionary`2":       "AdditionalProperties: 1 row",
		`[{"DeviceId":"1","Comment":"x"},{"DeviceId":"2","a\n":1}]`:                                    `Comment: 1 row; a\n: 1 row`,
		"{\"DeviceId\":\"1\",\"Comment\":{}}\n{\"DeviceId\":\"2\",\"Comment\":null}":                   "Comment: 2 rows",
		`{"DeviceId":"1","AppInstallState":1,"AppInstallState_loc":"x","@odata.x":1,"x@y":2}`:          "",
		`{"Id":"1","App":null,"AdditionalProperties":{},"BackingStore":{"x":1}}`:                       "BackingStore: 1 row",
		`{"Id":"1","App":{"id":"x"},"AdditionalProperties":{"other":1}}`:                               "App: 1 row; other: 1 row",
		`{"Schema":[{"Column":"DeviceId"},{"Column":"Comment"}],"Values":[["1","x"],["2","y"]]}`:       "Comment: 2 rows",
	} {
		if got := ignored(t, text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	var many strings.Builder
	for n := range 2 * maxNames {
		fmt.Fprintf(&many, "{\"DeviceId\":\"1\",\"column %d\":0,%q:0}\n", n, strings.Repeat("x", 1000)+fmt.Sprint(n))
	}
	p := plan(t, many.String(), "app")
	if len(p.Ignored) != maxNotes || p.MoreIgnored != maxNames-maxNotes || p.Ignored[1].Rows != 2*maxNames || len(p.Ignored[1].Name) > 2*maxNameSize {
		t.Errorf("%d names and %d more, %+v", len(p.Ignored), p.MoreIgnored, p.Ignored[1])
	}
}

func TestARowNeedsAState(t *testing.T) {
	read := func(text string, state status.InstallState) string {
		r, err := newReader(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }, Options{App: "app", State: state}, new(notes))
		if err != nil {
			return err.Error()
		}
		row, err := r.next()
		if err != nil {
			return err.Error()
		}
		stored := status.New(row.ID)
		stored.InstallState = "installed"
		return fmt.Sprintf("%s, %s where stored", row.New("app").InstallState, row.Patch.Apply(stored).InstallState)
	}
	const none = "no AppInstallState, InstallState or, in English, AppInstallState_loc; one of them is required"
	for _, c := range []struct {
		text  string
		state status.InstallState
		want  string
	}{
		{"DeviceId,DeviceName\nd,n", "", "reading CSV: line 1: the header has DeviceId but no column with the state"},
		{"DeviceId,AppInstallStateDetails_loc\nd,n", "", "reading CSV: line 1: the header has DeviceId but no column with the state"},
		{"DeviceId,DeviceName\nd,n", "failed", "failed, installed where stored"},
		{"DeviceId,AppInstallState\nd,", "failed", "failed, installed where stored"},
		{"DeviceId,AppInstallState\nd,", "", "unknown, unknown where stored"},
		{"DeviceId,AppInstallState\nd,3", "failed", "notInstalled, notInstalled where stored"},
		{"DeviceId,AppInstallState_loc\nd,Not Installed", "failed", "notInstalled, notInstalled where stored"},
		{"DeviceId,AppInstallState_loc\nd,Nicht installiert", "", "line 2: AppInstallState_loc: not an English state"},
		{"DeviceId,AppInstallState_loc\nd,", "", "line 2: " + none},
		{"device id,app-install_state\nd,3", "", "notInstalled, notInstalled where stored"},
		{`{"DeviceId":"d"}`, "", "line 1: " + none},
		{`[{"DeviceId":"d"}]`, "", "line 1: /0: " + none},
		{`[{"DeviceId":"d"}]`, "pendingInstall", "pendingInstall, installed where stored"},
		{`{"DeviceId":"d","AppInstallState":null}`, "", "unknown, unknown where stored"},
		{`{"DEVICEID":"d","appInstallState_LOC":"Failed"}`, "", "failed, failed where stored"},
		{`{"Schema":[{"Column":"DeviceId"}],"Values":[["d"]]}`, "", "line 1: /Schema: the header has DeviceId but no column with the state"},
		{`{"Schema":[{"Column":"DeviceId"}],"Values":[["d"]]}`, "failed", "failed, installed where stored"},
		{`{"Id":"x","DeviceId":"d"}`, "", "line 1: " + none},
		{`{"Id":"x","DeviceId":"d"}`, "failed", "failed, installed where stored"},
		{`{"Id":"x","DeviceId":"d","MobileAppInstallStatusValue":"failed"}`, "", "unknown, unknown where stored"},
		{"Id,DeviceId\nx,d", "", "reading CSV: line 1: the header has DeviceId but no column with the state"},
		{"id,deviceId\nx,d", "", "reading CSV: line 1: the header has DeviceId but no column with the state"},
		{"id,deviceId\nx,d", "failed", "failed, installed where stored"},
		{"id,deviceId,installState\nx,d,failed", "installed", "failed, failed where stored"},
		{"id,deviceName\nx,n", "", "unknown, unknown where stored"},
		{`{"id":"d"}`, "", "unknown, unknown where stored"},
	} {
		if got := read(c.text, c.state); !strings.HasPrefix(got, c.want) {
			t.Errorf("%q with %q: %s, want %s", c.text, c.state, got, c.want)
		}
	}
}

// windowsPowerShell and powerShell are what ConvertTo-Json of Windows PowerShell 5.1 and of PowerShell 7 prints.
const (
	windowsPowerShell = `[
    {
        "App":  null,
        "DeviceId":  "device",
        "DeviceName":  "LAB",
        "DisplayVersion":  "1.10",
        "ErrorCode":  -2016345060,
        "Id":  "an id",
        "InstallState":  "failed",
        "InstallStateDetail":  "seeInstallErrorCode",
        "LastSyncDateTime":  "\/Date(1636453931000)\/",
        "MobileAppInstallStatusValue":  "pendingInstall",
        "OSDescription":  "Windows",
        "OSVersion":  "10.0",
        "UserName":  null,
        "UserPrincipalName":  "anna@contoso.example",
        "AdditionalProperties":  {
                                 }
    }
]`
	powerShell = `{"App":{"Id":null},"DeviceId":"device","DeviceName":"LAB","DisplayVersion":"1.10","ErrorCode":-2016345060,"Id":"an id","InstallState":"failed",` +
		`"InstallStateDetail":"seeInstallErrorCode","LastSyncDateTime":"2021-11-09T10:32:11Z","MobileAppInstallStatusValue":"pendingInstall","OSDescription":"Windows",` +
		`"OSVersion":"10.0","UserName":"","UserPrincipalName":"anna@contoso.example","AdditionalProperties":{"@odata.type":"#microsoft.graph.mobileAppInstallStatus"}}`
	exportCSV = "#TYPE Microsoft.Graph.PowerShell.Models.MicrosoftGraphMobileAppInstallStatus\r\n" +
		`"App","DeviceId","DeviceName","DisplayVersion","ErrorCode","Id","InstallState","InstallStateDetail","LastSyncDateTime","MobileAppInstallStatusValue","OSDescription","OSVersion","UserName","UserPrincipalName","AdditionalProperties"` + "\r\n" +
		`"","device","LAB","1.10","-2016345060","an id","failed","seeInstallErrorCode","2021-11-09T10:32:11Z","pendingInstall","Windows","10.0","","anna@contoso.example","System.Collections.Generic.Dictionary` + "`2[System.String,System.Object]\"\r\n"
)

func TestEntitiesOfPowerShellAreReadWhole(t *testing.T) {
	const strict = `{"id":"an id","deviceId":"device","deviceName":"LAB","displayVersion":"1.10","errorCode":-2016345060,"installState":"failed",` +
		`"installStateDetail":"seeInstallErrorCode","lastSyncDateTime":"2021-11-09T10:32:11Z","mobileAppInstallStatusValue":"pendingInstall",` +
		`"osDescription":"Windows","osVersion":"10.0","userPrincipalName":"anna@contoso.example"}`
	read := func(text string) status.Row {
		rows, refused, err := all(text, "app")
		if len(rows) != 1 || refused != nil || err != nil {
			t.Fatalf("%s: %v, %q, %v", text, rows, refused, err)
		}
		row := rows[0].New("app")
		row.LastSyncDateTime, _ = query.ParseDateTime(strings.Replace(row.LastSyncDateTime.String(), ".000Z", "Z", 1))
		return row
	}
	for name, text := range map[string]string{
		"Windows PowerShell": windowsPowerShell, "PowerShell": powerShell, "Export-Csv": exportCSV,
		"camelCase with AdditionalProperties": strings.Replace(strict, "{", `{"AdditionalProperties":{},`, 1),
		"camelCase beside PascalCase":         strings.Replace(strict, "deviceName", "DeviceName", 1),
		"properties in AdditionalProperties": `{"Id":"an id","DeviceName":null,"DeviceId":"device","AdditionalProperties":` +
			strings.Replace(strings.Replace(strict, `"id":"an id",`, "", 1), "{", `{"@odata.type":"#microsoft.graph.mobileAppInstallStatus",`, 1) + "}",
		"with columns of a report": `{"id":"an id","LastModifiedDateTime":"2021-11-09 10:32:11","Platform":"Windows","AppVersion":"1.10","HexErrorCode":"0x87D1041C","AppInstallState":2,` +
			`"AppInstallStateDetails":2000,"DeviceId":"device","DeviceName":"LAB","mobileAppInstallStatusValue":"pendingInstall","osVersion":"10.0","UserPrincipalName":"anna@contoso.example"}`,
	} {
		if got, want := read(text), read(strict); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func TestEntitiesInPascalCaseAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		`{"Id":"$x"}`:                   "line 1: Id: not a valid id",
		`{"Id":"","DeviceName":"n"}`:    "line 1: neither id nor deviceId",
		`{"Id":"x","iD":"x"}`:           "line 1: iD: occurs twice, also as Id",
		`{"Id":"x","Id":"x"}`:           "line 1: Id: The property 'Id' occurs more than once",
		`{"Id":"x","DeviceName":[]}`:    "line 1: DeviceName: neither a string nor a number",
		`{"Id":"x","InstallState":"y"}`: "line 1: InstallState: unknown text",
		`{"Id":"x","ErrorCode":1.5}`:    "line 1: ErrorCode: not a 32-bit error code",
		`{"Id":"x","AdditionalProperties":{"@odata.type":"#microsoft.graph.user"}}`:                              "line 1: @odata.type: The type is not assignable",
		`{"Id":"x","DeviceName":"a","AdditionalProperties":{"deviceName":"b"}}`:                                  "line 1: deviceName: occurs twice, also as DeviceName",
		`{"Id":"x","LastSyncDateTime":"2021-11-09","LastModifiedDateTime":"never"}`:                              "line 1: LastSyncDateTime: not a date",
		`{"Id":"x","MobileAppId":"other"}`:                                                                       "line 1: MobileAppId: not the app of this import",
		`{"id":"x","deviceNaem":"strict"}`:                                                                       "line 1: deviceNaem: The property 'deviceNaem' does not exist",
		`{"DeviceName":"n","AppInstallState":1}`:                                                                 "line 1: DeviceId: missing",
		"Id,DeviceId,UserAppInstallStatusId\nx,d,$y":                                                             "line 2: UserAppInstallStatusId: not a valid id",
		`{"id":"x","lastSyncDateTime":"2021-11-09T10:32:11Z","LastModifiedDateTime":"` + `2021-11-09 10:32:12"}`: "line 1: LastModifiedDateTime: contradicts lastSyncDateTime",
	} {
		rows, refused, err := all(text, "app")
		if len(rows) > 0 || len(refused) != 1 || !strings.HasPrefix(refused[0], want) || err != nil {
			t.Errorf("%s: %v, %q, %v; want %s", text, rows, refused, err, want)
		}
	}
}
