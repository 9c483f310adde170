package transfer

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/transfer/csv"
)

// record is a row in any form: the texts of its columns.
type record []string

var (
	reportColumns = []string{"DeviceId", "DeviceName", "UserName", "UserPrincipalName", "Platform", "AppVersion", "LastModifiedDateTime", "AppInstallState", "AppInstallStateDetails", "HexErrorCode"}
	entityColumns = []string{"DeviceId", "DeviceName", "UserName", "UserPrincipalName", "OSDescription", "DisplayVersion", "LastSyncDateTime", "InstallState", "InstallStateDetail", "ErrorCode", "OSVersion", "MobileAppInstallStatusValue", "Id"}
)

func records(isEntity bool) *rapid.Generator[record] {
	return rapid.Custom(func(t *rapid.T) record {
		text := func(name string) string { return texts().Draw(t, name) }
		one := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
		r := record{
			"d" + text("device"), text("name"), text("user"), text("principal"), text("platform"), text("version"),
			one("date", "2021-11-09T10:32:11Z", "2021-11-09T10:32:11.1230000Z", "0001-01-01T00:00:00Z"),
			one("state", "installed", "failed", "pendingInstall", "notApplicable"), one("detail", "noAdditionalDetails", "pendingReboot"),
			one("code", "0", "-2016345060", "1603"),
		}
		if isEntity {
			return append(r, text("os"), one("value", "installed", "unknown"), "i"+text("id"))
		}
		return r
	})
}

// spelled spells a name in one of the ways that mean the same column.
func spelled(t *rapid.T, name string) string {
	if rapid.Bool().Draw(t, "split") {
		separator := rapid.SampledFrom([]string{" ", "_", "-"}).Draw(t, "separator")
		var split strings.Builder
		for i, r := range name {
			if i > 0 && unicode.IsUpper(r) && !unicode.IsUpper(rune(name[i-1])) {
				split.WriteString(separator)
			}
			split.WriteRune(r)
		}
		name = split.String()
	}
	change := rapid.SampledFrom([]func(string) string{strings.ToUpper, strings.ToLower, strings.Clone, func(s string) string { return " " + s + "\u00a0" }})
	return change.Draw(t, "spelling")(name)
}

// shuffledColumns spells the columns and puts them in any order; order[i] is the place of column i in a record.
func shuffledColumns(t *rapid.T, columns []string) (names []string, order []int) {
	order = rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0)).Perm(len(columns))
	for _, i := range order {
		names = append(names, spelled(t, columns[i]))
	}
	return names, order
}

func quoted(text string) string {
	encoded, _ := json.Marshal(text)
	return string(encoded)
}

// objectOf returns a record as a JSON object.
func objectOf(t *rapid.T, r record, columns []string) string {
	names, order := shuffledColumns(t, columns)
	var members []string
	for i, name := range names {
		members = append(members, quoted(name)+": "+quoted(r[order[i]]))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

func asCSV(t *rapid.T, rows []record, columns []string) string {
	names, order := shuffledColumns(t, columns)
	line := func(texts func(i int) string) []byte {
		cells := make([]csv.Cell, len(names))
		for i := range cells {
			cells[i] = csv.Cell{Text: texts(i), Quoted: true}
		}
		return csv.Append(nil, cells...)
	}
	text := line(func(i int) string { return names[i] })
	for _, r := range rows {
		text = append(text, line(func(i int) string { return r[order[i]] })...)
	}
	return string(text)
}

func asLines(t *rapid.T, rows []record, columns []string) string {
	var lines string
	for _, r := range rows {
		lines += objectOf(t, r, columns) + "\n"
	}
	return lines
}

func asArray(t *rapid.T, rows []record, columns []string) string {
	var objects []string
	for _, r := range rows {
		objects = append(objects, objectOf(t, r, columns))
	}
	return "[" + strings.Join(objects, ",\n") + "]"
}

// asAnswers returns pages as the reporting API writes them, with members in any order and case.
func asAnswers(t *rapid.T, rows []record, columns []string) string {
	var pages string
	for done := false; !done; done = len(rows) == 0 {
		page := rows[:min(len(rows), rapid.IntRange(1, 3).Draw(t, "page"))]
		rows = rows[len(page):]
		names, order := shuffledColumns(t, columns)
		var schema, values []string
		for _, name := range names {
			schema = append(schema, `{"PropertyType":"String","Column":`+quoted(name)+`}`)
		}
		for _, r := range page {
			var cells []string
			for i := range names {
				cells = append(cells, quoted(r[order[i]]))
			}
			values = append(values, "["+strings.Join(cells, ",")+"]")
		}
		members := []string{
			fmt.Sprintf("%q: %d", spelledMember(t, "TotalRowCount"), len(rows)),
			fmt.Sprintf("%q: [%s]", spelledMember(t, "Schema"), strings.Join(schema, ",\n")),
			fmt.Sprintf("%q: [%s]", spelledMember(t, "Values"), strings.Join(values, ",\n")),
		}
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "members"), 0)).Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		pages += "{" + strings.Join(members, ",") + "}\n"
	}
	return pages
}

func spelledMember(t *rapid.T, name string) string {
	return rapid.SampledFrom([]string{name, strings.ToLower(name), strings.ToUpper(name)}).Draw(t, name)
}

// read returns what the rows of a text become where nothing is stored.
func read(t *rapid.T, text string) (rows []status.Row) {
	found, refused, err := all(text, "app")
	if len(refused) > 0 || err != nil {
		t.Fatalf("%s\nis refused: %q, %v", text, refused, err)
	}
	for _, row := range found {
		rows = append(rows, row.New(row.App))
	}
	return rows
}

func assertSame(t *rapid.T, text string, want []status.Row) {
	got := read(t, text)
	if len(got) != len(want) {
		t.Fatalf("%s\nis read as %d rows, want %d", text, len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s\nis read as\n%+v, want\n%+v", text, got[i], want[i])
		}
	}
}

var forms = map[string]func(*rapid.T, []record, []string) string{"CSV": asCSV, "NDJSON": asLines, "array": asArray, "answers": asAnswers}

func TestAReportHasTheSameRowsInEveryForm(t *testing.T) {
	for name, form := range forms {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			rows := rapid.SliceOfN(records(false), 0, 4).Draw(t, "rows")
			var want []status.Row
			for _, r := range rows {
				s := status.Status{
					ID: status.DeviceStatusID("app", strings.TrimSpace(r[0])), DeviceID: textOrNull(r[0]), DeviceName: textOrNull(r[1]), UserName: textOrNull(r[2]),
					UserPrincipalName: textOrNull(r[3]), OSDescription: textOrNull(r[4]), DisplayVersion: textOrNull(r[5]), InstallState: status.InstallState(r[7]),
					MobileAppInstallStatusValue: status.InstallState(r[7]), InstallStateDetail: status.InstallStateDetail(r[8]),
				}
				s.LastSyncDateTime, _ = query.ParseDateTime(r[6])
				fmt.Sscan(r[9], &s.ErrorCode)
				want = append(want, status.Row{Status: s, User: status.UserStatusID("app", r[3])})
			}
			assertSame(t, form(t, rows, reportColumns), want)
		}))
	}
}

func TestEntitiesAreTheSameInEveryForm(t *testing.T) {
	for name, form := range forms {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			rows := rapid.SliceOfN(records(true), 1, 4).Draw(t, "rows")
			var strict string
			for _, r := range rows {
				members := make(map[string]any)
				for i, column := range entityColumns {
					name := strings.ToLower(column[:1]) + column[1:]
					name = strings.NewReplacer("oSV", "osV", "oSD", "osD").Replace(name)
					if r[i] != "" {
						members[name] = r[i]
					}
				}
				members["errorCode"] = json.Number(r[9])
				text, err := json.Marshal(members)
				if err != nil {
					t.Fatal(err)
				}
				strict += string(text) + "\n"
			}
			assertSame(t, form(t, rows, entityColumns), read(t, strict))
		}))
	}
}

func textOrNull(text string) status.Text {
	if text == "" {
		return status.Text{}
	}
	return status.TextOf(text)
}
