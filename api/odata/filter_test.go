package odata_test

import (
	"fmt"
	"strings"
	"testing"

	"installstatus/api/contract"
	"installstatus/api/odata"
	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/gen"
)

func newParser(t testing.TB) *odata.Parser {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	c, err := contract.New(doc)
	if err != nil {
		t.Fatal(err)
	}
	properties, err := c.Properties("MobileAppInstallStatus")
	if err != nil {
		t.Fatal(err)
	}
	p, err := odata.NewParser(properties)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFilter(t *testing.T) {
	p := newParser(t)
	text := func(p string, op query.Operator, s string) query.Filter {
		return query.Comparison{Property: p, Operator: op, Value: query.TextValue(s)}
	}
	a, b, c := text("deviceId", "eq", "a"), text("deviceId", "eq", "b"), text("deviceId", "eq", "c")
	for _, test := range []struct {
		text string
		want query.Filter
	}{
		{"deviceId eq 'a'", a},
		{"  deviceId\teq  'a' ", a},
		{"deviceId EQ 'a'", a},
		{"userPrincipalName eq 'o''brien@contoso.example'", text("userPrincipalName", "eq", "o'brien@contoso.example")},
		{"deviceName ne null", query.Comparison{Property: "deviceName", Operator: "ne"}},
		{"installState eq 'FAILED'", text("installState", "eq", "failed")},
		{"installStateDetail ne 'pendingReboot'", text("installStateDetail", "ne", "pendingReboot")},
		{"errorCode ge -2147483648", query.Comparison{Property: "errorCode", Operator: "ge", Value: query.NumberValue(-2147483648)}},
		{"lastSyncDateTime lt 2017-01-01T00:02:49.3205976-08:00", text("lastSyncDateTime", "lt", "2017-01-01T08:02:49.320597600Z")},
		{"lastSyncDateTime gt 2017-01-01T00:00:00+01:00", text("lastSyncDateTime", "gt", "2016-12-31T23:00:00.000000000Z")},
		{"errorCode in (1,-2, 3)", query.In{Property: "errorCode", Values: []query.Value{query.NumberValue(1), query.NumberValue(-2), query.NumberValue(3)}}},
		{"deviceName in ('a',null)", query.In{Property: "deviceName", Values: []query.Value{query.TextValue("a"), {}}}},
		{"startswith(deviceName,'AB')", query.Match{Function: query.StartsWith, Property: "deviceName", Text: "AB"}},
		{"contains( id , '%_' )", query.Match{Function: query.Contains, Property: "id", Text: "%_"}},
		{"deviceId eq 'a' or deviceId eq 'b' and deviceId eq 'c'", query.Or{Left: a, Right: query.And{Left: b, Right: c}}},
		{"(deviceId eq 'a' or deviceId eq 'b') and deviceId eq 'c'", query.And{Left: query.Or{Left: a, Right: b}, Right: c}},
		{"deviceId eq 'a' or deviceId eq 'b' or deviceId eq 'c'", query.Or{Left: query.Or{Left: a, Right: b}, Right: c}},
		{"not (deviceId eq 'a') and deviceId eq 'b'", query.And{Left: query.Not{Of: a}, Right: b}},
		{"not not contains(deviceId,'a')", query.Not{Of: query.Not{Of: query.Match{Function: query.Contains, Property: "deviceId", Text: "a"}}}},
		{"installState eq microsoft.graph.resultantAppState'failed'", text("installState", "eq", "failed")},
		{"installState ne graph.resultantAppState'Failed'", text("installState", "ne", "failed")},
		{"Microsoft.Graph.ResultantAppState'failed' eq mobileAppInstallStatusValue", text("mobileAppInstallStatusValue", "eq", "failed")},
		{"installState in ('2', graph.resultantAppState'-1',null)", query.In{Property: "installState", Values: []query.Value{query.TextValue("failed"), query.TextValue("notApplicable"), {}}}},
		{"installStateDetail eq graph.resultantAppStateDetail'-1016'", text("installStateDetail", "eq", "supersedingAppsNotApplicable")},
		{"installStateDetail eq '0'", text("installStateDetail", "eq", "noAdditionalDetails")},
		{"tolower(deviceName) eq 'pc'", query.Comparison{Property: "deviceName", Case: "tolower", Operator: "eq", Value: query.TextValue("pc")}},
		{"tolower('ÄPC') ne ToUpper(tolower( deviceName ))", query.Comparison{Property: "deviceName", Case: "toupper", Operator: "ne", Value: query.TextValue("Äpc")}},
		{"tolower(id) in ('a')", query.In{Property: "id", Case: "tolower", Values: []query.Value{query.TextValue("a")}}},
		{"EndsWith(tolower(deviceName),tolower('-X'))", query.Match{Function: query.EndsWith, Property: "deviceName", Case: "tolower", Text: "-x"}},
		{"contains(id,'a') eq true", query.Is{Of: query.Match{Function: query.Contains, Property: "id", Text: "a"}, Value: true}},
		{"endswith(id,'a') EQ False or deviceId eq 'a'", query.Or{Left: query.Is{Of: query.Match{Function: query.EndsWith, Property: "id", Text: "a"}}, Right: a}},
		{"not startswith(id,'a') ne true", query.Not{Of: query.Is{Of: query.Not{Of: query.Match{Function: query.StartsWith, Property: "id", Text: "a"}}, Value: true}}},
		{"(deviceId eq 'a') eq true", query.Is{Of: a, Value: true}},
		{"true eq contains(id,'a')", query.Is{Of: query.Match{Function: query.Contains, Property: "id", Text: "a"}, Value: true}},
		{"False ne (deviceId eq 'a') and deviceId eq 'b'", query.And{Left: query.Not{Of: query.Is{Of: a}}, Right: b}},
		{"'a' eq deviceId", a},
		{"9 lt errorCode", query.Comparison{Property: "errorCode", Operator: "gt", Value: query.NumberValue(9)}},
		{"null ne deviceName", query.Comparison{Property: "deviceName", Operator: "ne"}},
		{"lastSyncDateTime ge 2022-08-22", text("lastSyncDateTime", "ge", "2022-08-22T00:00:00.000000000Z")},
		{"lastSyncDateTime ge 2022-08-22T10:30Z", text("lastSyncDateTime", "ge", "2022-08-22T10:30:00.000000000Z")},
		{"2022-08-22T10:30+01:00 gt lastSyncDateTime", text("lastSyncDateTime", "lt", "2022-08-22T09:30:00.000000000Z")},
		{strings.Repeat("(", 49) + "deviceId eq 'a'" + strings.Repeat(")", 49), a},
	} {
		got, err := p.Filter(test.text)
		if err != nil || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", test.want) {
			t.Errorf("%s: %#v, %v", test.text, got, err)
		}
	}
	for text, says := range map[string]string{
		"":                                              "a property, a function, not, or '('",
		"deviceId":                                      "eq, ne, gt, ge, lt, le or in",
		"deviceId eq":                                   "a string in single quotes",
		"deviceId eq a":                                 "a string in single quotes",
		"deviceId eq 'a":                                "a string in single quotes",
		"deviceId eq \"a\"":                             "a string in single quotes",
		"deviceId eq 7560ee45-ee45":                     "a string in single quotes",
		"deviceid eq 'a'":                               "did you mean deviceId?",
		"nothingLikeIt eq 'a'":                          "no such property",
		"deviceId eq 'a' deviceId eq 'b'":               "and, or, or the end",
		"deviceId eq 'a' and":                           "a property, a function",
		"(deviceId eq 'a'":                              "')' is expected",
		"deviceId eq 'a')":                              "and, or, or the end",
		"not deviceId eq 'a'":                           "put the comparison in parentheses",
		"installState gt 'failed'":                      "has no order",
		"installState eq 'broken'":                      "a member of the enumeration",
		"installState eq failed":                        "a member of the enumeration",
		"installState eq 1":                             "is expected: failed, installed, notApplicable, notInstalled, pendingInstall, uninstallFailed, unknown",
		"installState eq 'faild'":                       "did you mean 'failed'?",
		"installStateDetail in ('pendingReboots')":      "did you mean 'pendingReboot'?",
		"errorCode eq 2147483648":                       "an integer from",
		"errorCode eq 9.0":                              "an integer from",
		"errorCode eq '9'":                              "an integer from",
		"lastSyncDateTime gt '2017-01-01T00:00:00Z'":    "a date, or a date and time with a zone",
		"lastSyncDateTime gt 2017-01-01T00:00:00 01:00": "a date, or a date and time with a zone",
		"installState eq microsoft.graph.resultantAppStateDetail'pendingReboot'": "the type of the property is microsoft.graph.resultantAppState,",
		"installState eq resultantAppState'failed'":                              "names another one",
		"installState eq graph.resultantAppState 'failed'":                       "a member of the enumeration",
		"installState eq graph.resultantAppState'3000'":                          "a member of the enumeration",
		"installState eq '6'":                                                    "a member of the enumeration",
		"installState eq '2.0'":                                                  "a member of the enumeration",
		"installState eq 'failed,installed'":                                     "a member of the enumeration",
		"installState eq '18446744073709551618'":                                 "a member of the enumeration",
		"deviceId eq graph.resultantAppState'failed'":                            "a literal without a type name",
		"tolower(installState) eq 'failed'":                                      "installState is not a string, which tolower requires",
		"tolower(graph.resultantAppState'failed') eq id":                         "a string property, or a string in single quotes",
		"tolower(devicename) eq 'a'":                                             "did you mean deviceName?",
		"indexof(deviceId,'a') eq 1":                                             "the function indexof is not supported; only contains, endswith, startswith, tolower and toupper are",
		"not length(deviceId) gt 1":                                              "the function length is not supported",
		"Length(deviceId) gt 1":                                                  "the function length is not supported",
		"deviceId eq trim('a')":                                                  "the function trim is not supported",
		"contains(trim(deviceId),'a')":                                           "the function trim is not supported",
		"date(lastSyncDateTime) eq 2022-08-22":                                   "the function date is not supported",
		"contain(deviceId,'a')":                                                  "there is no such function; only contains, endswith, startswith, tolower and toupper are; did you mean contains?",
		"deviceId('a')":                                                          "deviceId is a property, not a function",
		"deviceId eq deviceName":                                                 "not with another property",
		"deviceId in (deviceName)":                                               "literals only",
		"'a' eq 'a'":                                                             "has no property",
		"null eq null":                                                           "has no property",
		"contains('a',deviceId)":                                                 "a property is expected",
		"contains(deviceId,deviceName)":                                          "a string in single quotes is expected",
		"contains(deviceId,'a') eq 'true'":                                       "true or false is expected",
		"contains(deviceId,'a') eq null":                                         "true or false is expected",
		"contains(deviceId,'a') gt true":                                         "and, or, or the end",
		"true eq contains(deviceId,'a') eq true":                                 "and, or, or the end",
		"true eq true":                                                           "a function that is true or false",
		"true eq deviceId":                                                       "a function that is true or false",
		"false ne indexof(deviceId,'a')":                                         "the function indexof is not supported",
		"true gt contains(deviceId,'a')":                                         "eq or ne is expected",
		"true":                                                                   "eq or ne is expected",
		"errorCode ADD 1 eq 2":                                                   "the operator add is not supported; eq, ne,",
		"errorCode mod 2 eq 0":                                                   "the operator mod is not supported",
		"app/id eq 'a'":                                                          "related entities are not supported",
		"deviceStatuses/any(d:d/id eq 'a')":                                      "related entities are not supported, nor are any and all",
		"tolower(app/id) eq 'a'":                                                 "related entities are not supported",
		"'a' eq contains(deviceId,'a')":                                          "contains is true or false",
		"deviceId eq 'a' eq true":                                                "and, or, or the end",
		"not tolower(deviceId)":                                                  "a function that is true or false",
		"lastSyncDateTime gt 2017-01-32":                                         "a date, or a date and time",
		"lastSyncDateTime gt 2017-01-01T10":                                      "a date, or a date and time",
		"lastSyncDateTime gt 2017-01-01T10:30":                                   "a date, or a date and time",
		"lastSyncDateTime gt 2017-01-01T10:30.5Z":                                "a date, or a date and time",
		strings.Repeat("tolower(", 60) + "deviceId":                              "more than 50 levels deep",
		"contains(errorCode,'1')":                                                "is not a string",
		"contains(deviceId,1)":                                                   "a string in single quotes",
		"contains(deviceId 'a')":                                                 "',' is expected",
		"deviceId in ()":                                                         "a string in single quotes",
		"deviceId in ('a'":                                                       "')' is expected",
		"installState has graph.resultantAppState'failed'":                       "the operator has is not supported; eq, ne, gt, ge, lt, le or in",
		"deviceId eq 'a'; drop":                                                  "and, or, or the end",
		"deviceId eq 'a\x00'":                                                    "U+0000",
		"deviceId eq '\xff'":                                                     "UTF-8",
		strings.Repeat("(", 51) + "deviceId eq 'a'":                              "more than 50 levels deep",
		strings.Repeat("not ", 60) + "(deviceId eq 'a')":                         "more than 50 levels deep",
		"errorCode in (" + strings.Repeat("1,", 200) + "1)":                      "more than 200 values",
	} {
		if got, err := p.Filter(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.80s: %#v, %v", text, got, err)
		}
	}
}

func TestOrderByAndSelect(t *testing.T) {
	p := newParser(t)
	for text, want := range map[string]string{
		"deviceName":                     "[{deviceName false}]",
		"lastSyncDateTime desc , id ASC": "[{lastSyncDateTime true} {id false}]",
		"":                               "",
		"deviceName,":                    "",
		"deviceName up":                  "",
		"deviceName desc desc":           "",
		"deviceName,deviceName desc":     "",
		"devicename":                     "",
	} {
		orders, err := p.OrderBy(text)
		if got := fmt.Sprint(orders); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("$orderby=%s: %s, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{"id": "[id]", "deviceName, installState": "[deviceName installState]", "*": "[]", "id,*": "[]", "": "", "id,": "", "app": ""} {
		selected, err := p.Select(text)
		if got := fmt.Sprint(selected); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("$select=%s: %s, %v", text, got, err)
		}
	}
}

func TestAPropertyOfAnotherTypeIsRefused(t *testing.T) {
	for _, edm := range []string{"Edm.Int64", "Edm.Double", "Edm.Boolean", "microsoft.graph.mobileApp"} {
		if _, err := odata.NewParser([]contract.Property{{Name: "size", Type: edm}}); err == nil || !strings.Contains(err.Error(), "size") {
			t.Errorf("%s: %v", edm, err)
		}
	}
}

// FuzzFilter checks that the parser ends, that errors are short, and that a filter it returns can be evaluated.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"deviceId eq 'a' and not (errorCode in (1,2) or contains(id,'x''y'))", "lastSyncDateTime ge 2017-01-01T00:00:00Z", "((", "not not", "'", "installState ne null",
		"installState in ('2',graph.resultantAppState'-1')", "tolower(toupper(id)) eq tolower('A')", "not endswith(deviceName,'x') eq false", "'a' le id", "true eq not endswith(id,'a')", "errorCode add 1 eq 2", "app/id eq 'a'", "lastSyncDateTime lt 2022-08-22T10:30Z", "indexof(id,'a') eq 1"} {
		f.Add(seed)
	}
	p := newParser(f)
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := p.Filter(text)
		if (err == nil) == (filter == nil) {
			t.Fatalf("%#v, %v", filter, err)
		}
		if err == nil {
			query.Matches(filter, status.New("id"))
		}
		if err != nil && len(err.Error()) > 2000 {
			t.Errorf("a long error: %v", err)
		}
		if _, err := p.OrderBy(text); err != nil && len(err.Error()) > 200 {
			t.Errorf("a long error: %v", err)
		}
	})
}
