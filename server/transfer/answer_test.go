package transfer

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// answerOf returns an answer of the reporting API with a number of rows, which count from 0.
func answerOf(total, from, rows int) string {
	var values []string
	for n := range rows {
		values = append(values, fmt.Sprintf(`["%d", %d, null]`, from+n, n%2+1))
	}
	return fmt.Sprintf(`{"TotalRowCount": %d, "Schema": [{"Column": "DeviceId", "PropertyType": "String"}, {"Column": "AppInstallState", "PropertyType": "Int32"}, `+
		`{"Column": "HexErrorCode", "PropertyType": "String"}], "Values": [%s]}`, total, strings.Join(values, ",\n"))
}

func TestAnswersOfTheReportingAPI(t *testing.T) {
	const schema, swapped = `"Schema":[{"Column":"DeviceId"},{"Column":"AppInstallState"}]`, `"Schema":[{"Column":"AppInstallState"},{"Column":"DeviceId"}]`
	for name, c := range map[string]struct{ text, want string }{
		"as Graph writes it":         {answerOf(2, 0, 2), "0=installed 1=failed"},
		"in lower case":              {strings.ToLower(answerOf(2, 0, 2)), "0=installed 1=failed"},
		"in UTF-16":                  {string(unitsOf(`{"Values":[["0",1]],`+schema+`}`, binary.LittleEndian)), "0=installed"},
		"no rows":                    {answerOf(0, 0, 0), ""},
		"no columns":                 {`{"TotalRowCount":0,"Schema":[],"Values":[]}`, ""},
		"null for no rows":           {`{` + schema + `,"Values":null}`, ""},
		"the schema last":            {`{"Values":[["0",1],["1",2]],"TotalRowCount":2,` + schema + `}`, "0=installed 1=failed"},
		"each schema last":           {`{"Values":[["0",1]],` + schema + "}\n{\"Values\":[[2,\"1\"]]," + swapped + "}\n{\"Values\":[[\"2\",3]]," + schema + "}", "0=installed 1=failed 2=notInstalled"},
		"one a line":                 {answerOf(3, 0, 2) + "\n" + strings.ReplaceAll(answerOf(3, 2, 1), "\n", ""), "0=installed 1=failed 2=installed"},
		"concatenated":               {answerOf(3, 0, 2) + answerOf(3, 2, 1), "0=installed 1=failed 2=installed"},
		"an array of pages":          {"[" + answerOf(3, 0, 2) + ",\n" + answerOf(3, 2, 1) + "]", "0=installed 1=failed 2=installed"},
		"pages with schemas last":    {`[{"Values":[["0",1]],` + schema + `},{"Values":[[2,"1"]],` + swapped + `}]`, "0=installed 1=failed"},
		"pages of a list":            {`[{"value":[{"id":"0","deviceId":"0","installState":"installed"}]},{"value":[{"id":"1","deviceId":"1","installState":"failed"}]}]`, "0=installed 1=failed"},
		"beside a list":              {answerOf(1, 0, 1) + `[{"DeviceId":"1","AppInstallState":2}]`, "0=installed 1=failed"},
		"with objects in its values": {`{"Values":[{"DeviceId":"0","AppInstallState":1}]}`, "0=installed"},
	} {
		rows, refused, err := all(c.text, "app")
		var got []string
		for _, row := range rows {
			got = append(got, row.Patch.To.DeviceID.Value+"="+string(row.Patch.To.InstallState))
		}
		if strings.Join(got, " ") != c.want || refused != nil || err != nil {
			t.Errorf("%s: %q, %q, %v; want %s", name, got, refused, err, c.want)
		}
	}
}

func TestRowsOfAnAnswerThatAreInvalid(t *testing.T) {
	const schema = `"Schema":[{"Column":"DeviceId"},{"Column":"AppInstallState"}]`
	for text, want := range map[string][]string{
		`{` + schema + `,"Values":[["0",1],["1"],["2",3,4],[]]}`: {"line 1: /Values/1: 1 values, but Schema has 2 columns", "line 1: /Values/2: 3 values, but Schema has 2 columns", "line 1: /Values/3: 0 values, but Schema has 2 columns"},
		`{` + schema + ",\"Values\":[[\"0\",1],\n[\"\",{}],7]}":  {"line 2: /Values/1/AppInstallState: neither a string nor a number", "line 2: /Values/2: not a JSON object"},
		`{"Values":[["0",1]]}`:                                                 {"line 1: /Values/0: no Schema, which names the columns of the values"},
		`{"value":[],"Values":[["0",1]]} {` + schema + `}`:                     {"line 1: /Values/0: no Schema, which names the columns of the values", "line 1: an object without value or Values"},
		`{` + schema + `,"Values":[["",1]]}`:                                   {"line 1: /Values/0/DeviceId: missing; each row needs a device"},
		`[{"value":[]},{"value":[{"value":[]}]},` + "\n" + `{"Values":[[1]]}]`: {"line 1: /1/value/0: an object with an array of rows where a row is expected", "line 2: /2/Values/0: no Schema"},
		"{\"id\":\"x\"}\n{\"value\":[]}":                                       {"line 2: an object with an array of rows where a row is expected"},
		answerOf(1, 0, 1) + "\n{\"DeviceId\":\"lost?\"}":                       {"line 2: an object without value or Values, an array of rows"},
		`{"TotalRowCount":5,` + schema + `}`:                                   {"line 1: an object without value or Values, an array of rows"},
	} {
		_, refused, err := all(text, "app")
		if len(refused) != len(want) || err != nil {
			t.Errorf("%s: %q, %v", text, refused, err)
			continue
		}
		for i := range want {
			if !strings.HasPrefix(refused[i], want[i]) {
				t.Errorf("%s: %q, want %q", text, refused[i], want[i])
			}
		}
	}
}

func TestAnswersThatCannotBeRead(t *testing.T) {
	for text, want := range map[string]string{
		`{"Schema":[{"Column":"DeviceId"},{"Column":"DEVICEID"}],"Values":[]}`:    "line 1: /Schema: the header has the column DeviceId twice, also as DEVICEID",
		`{"Schema":[{"Column":"Comment"}],"Values":[]}`:                           "line 1: /Schema: the header has neither DeviceId",
		"{\"Values\":[[1]],\n\"Schema\":[{\"Column\":\"Comment\"}]}":              "line 2: /Schema: the header has neither DeviceId",
		`{"Schema":[{"Name":"DeviceId"}],"Values":[]}`:                            "line 1: /Schema/0 has no Column",
		`{"Schema":["DeviceId"],"Values":[]}`:                                     "line 1: /Schema is not an array of columns",
		`{"TotalRowCount":"x","Values":[]}`:                                       "line 1: /TotalRowCount is not a number of rows",
		`{"Values":[["1"]],"Schema":[{"Column":"DeviceId"}`:                       "line 1: unexpected end of the file",
		`{"Values":[["` + strings.Repeat("x", 3*maxRow) + `"]]}`:                  "line 1: the object is longer than 1 MiB",
		`{"Schema":[` + strings.Repeat(`{"Column":"x"},`, maxRow/5) + `"Values"]`: "line 1: the object is longer than 1 MiB",
	} {
		if _, _, err := all(text, "app"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.80s: %v, want %s", text, err, want)
		}
	}
}

func TestPagesThatAreMissingAreNoted(t *testing.T) {
	app := func(name string, text string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, `{"Column": "HexErrorCode"`, `{"Column": "ApplicationId"`), "null", `"`+name+`"`)
	}
	for name, c := range map[string]struct {
		text string
		want []Incomplete
	}{
		"a page of several": {answerOf(1200, 0, 50), []Incomplete{{"app", 1200, 50}}},
		"all pages":         {answerOf(100, 0, 50) + answerOf(100, 50, 50), nil},
		"of two apps":       {app("a", answerOf(60, 0, 60)) + app("b", answerOf(50, 0, 49)), []Incomplete{{"b", 50, 49}}},
		"no count":          {`{"Schema":[],"Values":[]}`, nil},
	} {
		options := Options{App: "app"}
		if name == "of two apps" {
			options.App = ""
		}
		p, err := spool(t, c.text).Check(t.Context(), options, func(e *RowError) error { return e }, noProgress)
		if err != nil || !slices.Equal(p.Incomplete, c.want) {
			t.Errorf("%s: %v, %v; want %v", name, p.Incomplete, err, c.want)
		}
	}
}

func TestAListWithoutItsLastPageIsNoted(t *testing.T) {
	const page, last = `{"@odata.nextLink":"https://graph.example/next","value":[{"id":"1"}]}`, `{"value":[{"id":"2"}]}`
	for text, want := range map[string]int{page: 1, page + page: 2, last: 0, page + last: 0, last + page: 0, "[" + page + "]": 1, `{"@odata.nextLink":null,"value":[]}`: 0} {
		if p := plan(t, text, "app"); p.NextLinks != want {
			t.Errorf("%s: %d, want %d", text, p.NextLinks, want)
		}
	}
}
