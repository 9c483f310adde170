package contract_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"installstatus/gen"
)

// The rules that the contract numbers in its description, because no schema can say them. rules[n-1] tests number n.
var rules = []struct {
	name  string
	cases []ruleCase
}{
	{"segments match without case, ids with it", []ruleCase{
		{target: "/BETA/deviceappmanagement/MOBILEAPPS/app/DeviceStatuses/id", want: 200},
		{target: "/beta/deviceAppManagement/mobileApps/app/userStatuses/user/DEVICESTATUSES/id", want: 200},
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses/ID", want: 404},
		{target: "/beta/deviceAppManagement/mobileApps/APP/deviceStatuses/id", want: 404},
		{target: "/beta/deviceAppManagement/mobileApps/app/userStatuses/USER/deviceStatuses/id", want: 404},
		{target: "/beta/deviceAppManagement/mobileApps/app/device%C5%BFtatuses/id", want: 400},
	}},
	{"a key may stand in parentheses", []ruleCase{
		{target: "/beta/deviceAppManagement/mobileApps('app')/deviceStatuses('id')", want: 200},
		{target: "/beta/deviceAppManagement/mobileApps(%27app%27)/userStatuses(%27user%27)/deviceStatuses(%27id%27)", want: 200},
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses('it''s')", want: 200},
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses('it's')", want: 400},
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses(id)", want: 400},
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses('id'", want: 400},
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses('')", want: 400},
		{target: "/beta/deviceAppManagement('x')/mobileApps/app/deviceStatuses('id')", want: 400},
	}},
	{"an id is any non-empty string", []ruleCase{
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses/a%2Fb%25%20%2B%3F%F0%9F%92%BE", want: 200},
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses/%2e%2e", want: 404},
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses/%00", want: 400},
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses/%ff", want: 400},
		{target: "/beta/deviceAppManagement/mobileApps//deviceStatuses/id", want: 400},
		{target: "/beta/deviceAppManagement/mobileApps/app/deviceStatuses/", want: 400},
	}},
	{"a query option must be named by the operation", []ruleCase{
		{target: app + "?$expand=app", want: 400, targets: "$expand"},
		{target: app + "?x=1&%24select=id", want: 400, targets: "$select x"},
		{target: app + "?%zz", want: 400, targets: "query"},
		{target: app + "?", want: 200},
		{target: list + "?$TOP=1", want: 200, has: "?$top=1&$skiptoken="},
		{target: list + "?$top=5000", want: 200},
		{target: list + "?$top=0", want: 200, has: `{"value":[]}`},
		{target: list + "?$top=1&$Top=2", want: 400, targets: "$top"},
		{target: list + "?$top=-1", want: 400, targets: "$top"},
		{target: list + "?$top=%2B1", want: 400, targets: "$top"},
		{target: list + "?$top=1.0", want: 400, targets: "$top"},
		{target: list + "?$top=", want: 400, targets: "$top"},
		{target: list + "?$skiptoken=", want: 400, targets: "$skiptoken"},
		{target: list + "?$skiptoken=abc", want: 400, targets: "$skiptoken"},
		{target: list + "?$search=z&$expand=app&$format=json", want: 400, targets: "$expand $format $search"},
		{target: list + "?$COUNT=true", want: 200, has: `"@odata.count":3`},
		{target: list + "?$count=1", want: 400, targets: "$count"},
		{target: list + "?$count=TRUE", want: 400, targets: "$count"},
		{target: list + "?$skip=-1", want: 400, targets: "$skip"},
		{target: list + "?$skip=1e1", want: 400, targets: "$skip"},
		{target: list + "?$skip=99999999999999999999", want: 400, targets: "$skip"},
		{target: list + "?$filter=", want: 400, targets: "$filter"},
		{target: list + "?joe@contoso.example=1", want: 400, targets: "…"},
		{target: list + "?" + strings.Repeat("x", 65) + "=1", want: 400, targets: strings.Repeat("x", 64) + "…"},
		{target: list + "?$top=1&$top=2&$skip=1&$SKIP=2&$count=true&$count=true", want: 400, targets: "$count $skip $top"},
		{target: list + "?$top=2147483648", want: 400, targets: "$top", says: "a whole number from 0 to 2147483647"},
		{target: list + "?$filter=deviceName%20eq%20'a;b'", want: 200},
		{target: users + "?$TOP=1&$count=true&$select=failedDeviceCount", want: 200, has: `{"@odata.count":1,"value":[{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"user","failedDeviceCount":0}]}`},
		{target: users + "?$filter=installState%20eq%20'failed'", want: 400, targets: "$filter"},
		{target: users + "?$orderby=deviceName", want: 400, targets: "$orderby"},
		{target: users + "/user?$select=id", want: 400, targets: "$select"},
		{target: summary + "?$count=true", want: 400, targets: "$count"},
	}},
	{"Content-Type is JSON in UTF-8", []ruleCase{
		{contentType: "application/json", want: 200},
		{contentType: "APPLICATION/JSON; charset=UTF-8", want: 200},
		{contentType: "application/json;odata.metadata=minimal;IEEE754Compatible=false", want: 200},
		{contentType: "application/json;;", want: 200},
		{contentType: "-", want: 400, targets: "Content-Type"},
		{contentType: "text/plain", want: 400, targets: "Content-Type"},
		{contentType: "application/json; charset=utf-16", want: 400, targets: "Content-Type"},
		{contentType: "application/merge-patch+json", want: 400, targets: "Content-Type"},
	}},
	{"the body is one well-formed JSON text", []ruleCase{
		{body: " {\n} ", want: 200},
		{body: "", want: 400, code: "BadRequest"},
		{body: "\ufeff{}", want: 400, code: "BadRequest"},
		{body: "{} {}", want: 400, code: "BadRequest"},
		{body: "{}x", want: 400, code: "BadRequest"},
		{body: `{"deviceName":}`, want: 400, code: "BadRequest"},
		{body: `{"deviceName":"a",}`, want: 400, code: "BadRequest"},
		{body: `{'deviceName':"a"}`, want: 400, code: "BadRequest"},
		{body: `{"deviceName":"a"`, want: 400, code: "BadRequest"},
		{body: `{"deviceName":NaN}`, want: 400, code: "BadRequest"},
		{body: `{"errorCode":09}`, want: 400, code: "BadRequest"},
		{body: "{\"deviceName\":\"\xff\"}", want: 400, code: "BadRequest"},
		{body: `{"deviceName":"\ud800"}`, want: 400, code: "BadRequest"},
		{body: `{"deviceName":"\ud800\u0041"}`, want: 400, code: "BadRequest"},
		{body: `{"deviceName":"\udc00"}`, want: 400, code: "BadRequest"},
		{body: `{"deviceName":"\ud83d\ude00"}`, want: 200},
		{body: strings.Repeat("[", 20_000), want: 400, code: "BadRequest", says: "deeper than 10,000 levels"},
		{body: "[]", want: 400, code: "ModelValidationFailure", targets: "."},
		{body: "null", want: 400, code: "ModelValidationFailure", targets: ".", says: "Cannot convert the value"},
		{body: `"text"`, want: 400, code: "ModelValidationFailure", targets: "."},
	}},
	{"no property stands twice", []ruleCase{
		{body: `{"deviceName":"a","deviceName":"a"}`, want: 400, targets: "/deviceName"},
		{body: `{"errorCode":1,"error\u0043ode":2}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":"a","errorCode":2,"errorCode":3}`, want: 400, targets: "/errorCode /errorCode /errorCode"},
		{body: `{"@odata.context":{"a":1,"a":2}}`, want: 400, targets: "/@odata.context/a"},
		{body: `{"@odata.context":` + strings.Repeat(`{"a":`, 20) + `{"a":1,"a":2}` + strings.Repeat("}", 21), want: 400, targets: "/@odata.context" + strings.Repeat("/a", 15) + "/…"},
	}},
	{"no string holds U+0000", []ruleCase{
		{body: `{"deviceName":"a\u0000b"}`, want: 400, targets: "/deviceName"},
		{body: `{"deviceName":"a\u0001b"}`, want: 200},
		{body: `{"installState":"\u0000"}`, want: 400, targets: "/installState"},
	}},
	{"property names are case-sensitive and known", []ruleCase{
		{body: `{"installstate":"failed"}`, want: 400, targets: "/installstate", says: "Did you mean 'installState'?"},
		{body: `{"DeviceName":"a"}`, want: 400, targets: "/DeviceName", says: "Did you mean 'deviceName'?"},
		{body: `{"devicName":"a"}`, want: 400, targets: "/devicName", says: "Did you mean 'deviceName'?"},
		{body: `{"~a/b":"a"}`, want: 400, targets: "/~0a~1b", says: "does not exist on type 'microsoft.graph.mobileAppInstallStatus'"},
		{body: `{"":1}`, want: 400, targets: "/"},
		{body: `{"joe@contoso.example":1}`, want: 400, targets: "/…", says: "The property '…' does not exist"},
		{body: `{"joe@contoso.example":1,"ann@contoso.example":1}`, want: 400, targets: "/… /…", says: "There are 2 violations"},
		{body: `{"joe@contoso.example@odata.type":1}`, want: 400, targets: "/…"},
		{body: `{"` + strings.Repeat("x", 900_000) + `":1}`, want: 400, targets: "/" + strings.Repeat("x", 64) + "…"},
	}},
	{"annotations are ignored", []ruleCase{
		{body: `{"@odata.context":"x","@odata.etag":null,"@odata.id":{"a":[1]},"deviceName@odata.type":"#String"}`, want: 200},
		{body: `{"nobody@odata.type":"#String"}`, want: 400, targets: "/nobody@odata.type", says: "The property 'nobody' does not exist"},
		{body: `{"app@odata.navigationLink":"x","app@odata.associationLink":"y"}`, want: 200},
		{body: `{"@odata.type":"#microsoft.graph.mobileAppInstallStatus"}`, want: 200},
		{body: `{"@odata.type":"microsoft.graph.mobileAppInstallStatus"}`, want: 200},
		{body: `{"@odata.type":"#microsoft.graph.mobileApp"}`, want: 400, targets: "/@odata.type"},
		{body: `{"@odata.type":null}`, want: 400, targets: "/@odata.type"},
		{body: `{"@odata.type":1}`, want: 400, targets: "/@odata.type"},
	}},
	{"members of enumerations match without case", []ruleCase{
		{body: `{"installState":"FAILED","mobileAppInstallStatusValue":"notinstalled"}`, want: 200, has: `"mobileAppInstallStatusValue":"notInstalled","installState":"failed"`},
		{body: `{"installStateDetail":"PENDINGREBOOT"}`, want: 200, has: `"installStateDetail":"pendingReboot"`},
		{body: `{"installState":"faild"}`, want: 400, targets: "/installState", says: "Did you mean 'failed'?"},
		{body: `{"installState":"in\u017ftalled"}`, want: 400, targets: "/installState"},
		{body: `{"installState":2}`, want: 400, targets: "/installState"},
		{body: `{"installState":"2"}`, want: 400, targets: "/installState"},
		{body: `{"installState":""}`, want: 400, targets: "/installState"},
		{body: `{"installState":null}`, want: 400, targets: "/installState"},
		{body: `{"installStateDetail":null}`, want: 400, targets: "/installStateDetail"},
	}},
	{"integers have neither fraction nor exponent", []ruleCase{
		{body: `{"errorCode":-2147483648}`, want: 200, has: `"errorCode":-2147483648`},
		{body: `{"errorCode":2147483647}`, want: 200, has: `"errorCode":2147483647`},
		{body: `{"errorCode":-0}`, want: 200, has: `"errorCode":0`},
		{body: `{"errorCode":2147483648}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":-2147483649}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":9.0}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":9.5}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":1e1}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":1E400}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":1e-400}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":-2147483648.0000001}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":1.00000000000000000001}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":99999999999999999999999999}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":` + strings.Repeat("9", 400) + `}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":"9"}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":true}`, want: 400, targets: "/errorCode"},
		{body: `{"errorCode":null}`, want: 400, targets: "/errorCode"},
	}},
	{"a date and time is strict, and answered as it was sent", slices.Concat(
		dateTimes(200, "2017-01-01T00:02:49.3205976-08:00", "2017-01-01T00:02:49Z", "0001-01-01T00:00:00Z",
			"9999-12-31T23:59:59.999999999999999999Z", "2016-02-29T23:59:59+23:59", "2017-01-01T00:00:00.5-00:00",
			"2017-01-01T00:00:00."+strings.Repeat("1", 500)+"Z"),
		dateTimes(400, "2017-01-01T00:02:49", "2017-01-01", "2017-01-01T00:02:49z", "2017-01-01t00:02:49Z", "2017-02-29T00:00:00Z",
			"2016-12-31T23:59:60Z", "2017-01-01T24:00:00Z", "2017-01-01T00:60:00Z", "2017-01-01T00:00:00+24:00",
			"2017-01-01T00:00:00+01:60", "2017-01-01T00:00:00+0100", "2017-01-01T00:00:00.Z", "2017-01-01T00:00:00,5Z",
			"2017-01-01T0:00:00Z", "2017-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01",
			"9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z", " 2017-01-01T00:00:00Z", "2017-01-01 00:00:00Z", ""),
	)},
	{"id is the path's", []ruleCase{
		{body: `{"id":"id"}`, want: 200},
		{body: `{"id":"ID"}`, want: 400, targets: "/id"},
		{body: `{"id":null}`, want: 400, targets: "/id"},
		{body: `{"id":7}`, want: 400, targets: "/id"},
		{body: `{"id":""}`, want: 400, targets: "/id"},
		{target: "/beta/deviceAppManagement/mobileApps/app/userStatuses/user/deviceStatuses/id", body: `{"id":"id"}`, want: 200},
		{target: "/beta/deviceAppManagement/mobileApps/app/userStatuses/user/deviceStatuses/id", body: `{"id":"user"}`, want: 400, targets: "/id"},
		{method: http.MethodPost, target: list, body: `{"id":"id"}`, want: 400, targets: "/id", says: "Prefer: create-if-missing"},
		{method: http.MethodPost, target: list, body: `{"id":null}`, want: 400, targets: "/id"},
		{method: http.MethodPost, target: list, body: `{}`, want: 201},
	}},
	{"app is a navigation property", []ruleCase{
		{body: `{"app":{}}`, want: 400, targets: "/app", says: "Cannot apply PATCH to navigation property 'app'"},
		{method: http.MethodPost, target: list, body: `{"app":{}}`, want: 400, targets: "/app", says: "Cannot apply POST to navigation property 'app'"},
		{body: `{"app@odata.bind":"x"}`, want: 400, targets: "/app@odata.bind", says: "Cannot apply PATCH to navigation property 'app'"},
	}},
	{"several lines of a list count as one", []ruleCase{
		{header: http.Header{"If-Match": {`"a"`, `*`}}, want: 400, targets: "If-Match"},
		{header: http.Header{"If-Match": {`"a"`, `"b"`}}, want: 412},
		{header: http.Header{"Prefer": {"x=y", "return=minimal"}}, want: 204},
		{header: http.Header{"If-Match": {`abc`}}, want: 400, targets: "If-Match"},
	}},
	{"a body may be gzip, and is at most 1 MiB", []ruleCase{
		{body: gzipped(`{}`), header: http.Header{"Content-Encoding": {"gzip"}}, want: 200},
		{body: gzipped(`{}`), want: 200},
		{body: `{}`, header: http.Header{"Content-Encoding": {"gzip"}}, want: 200},
		{body: `{}`, header: http.Header{"Content-Encoding": {"Identity"}}, want: 200},
		{body: `{}`, header: http.Header{"Content-Encoding": {"br"}}, want: 415},
		{body: `{}`, header: http.Header{"Content-Encoding": {"gzip, gzip"}}, want: 415},
		{body: gzipped(`{}`)[:12], want: 400, code: "BadRequest"},
		{body: `{}` + strings.Repeat(" ", 1<<20-2), want: 200},
		{body: `{}` + strings.Repeat(" ", 1<<20-1), want: 413},
		{body: gzipped(`{}` + strings.Repeat(" ", 1<<20-2)), want: 200},
		{body: gzipped(`{}` + strings.Repeat(" ", 1<<20-1)), want: 413},
	}},
	{"at most 100 violations are listed", []ruleCase{
		{body: manyUnknown(100), want: 400, says: "There are 100 violations"},
		{body: manyUnknown(5000), want: 400, says: "There are 5000 violations"},
		{body: manyUnknown(60_000), want: 400, says: "There are 60000 violations"},
		{body: `{` + strings.Repeat(`"errorCode":1,`, 70_000) + `"errorCode":1}`, want: 400, says: "There are 70000 violations"},
		{requests: strings.Repeat("1,", 500_000), want: 400, says: "There are 22 violations"},
		{requests: `{"id":"1","method":"GET","url":"x","headers":` + manyUnknown(60_000) + `}`, want: 400, says: "There are 60000 violations"},
	}},
	{"a request of a batch is judged as if it were alone, the batch by its schema", []ruleCase{
		{requests: patchOf(`{"errorCode":7}`), want: 200, has: `"status":200`},
		{requests: patchOf(`{"errorCode":7.0}`), want: 200, has: `"target":"/errorCode"`},
		{requests: patchOf(`{"errorCode":7,"errorCode":7}`), want: 200, has: `"code":"DuplicateProperty","target":"/errorCode"`},
		{requests: patchOf(`{"deviceName":"\u0000"}`), want: 200, has: `"code":"NulCharacter","target":"/deviceName"`},
		{requests: patchOf(`"e30="`), want: 200, has: `"code":"WrongType","target":""`},
		{requests: patchOf(`null`), want: 200, has: `"code":"WrongType","target":""`},
		{requests: patchOf(`{"deviceName":"\ud800"}`), want: 400, code: "BadRequest"},
		{requests: patchOf(`{"deviceName":}`), want: 400, code: "BadRequest"},
		{requests: `{"id":"1","method":"PATCH","url":"` + statusURL + `","body":{}}`, want: 200, has: `"target":"Content-Type"`},
		{requests: `{"id":"1","method":"delete","url":"` + statusURL + `","headers":{"IF-MATCH":"x"}}`, want: 200, has: `"target":"If-Match"`},
		{requests: `{"id":"1","method":"GET","url":"` + statusURL + `","headers":{},"body":null,"dependsOn":[]}`, want: 200, has: `"status":200`},
		{requests: `{"id":"1","method":"GET","url":"` + statusURL + `?$x"}`, want: 200, has: `"target":"$x"`},
		{requests: `{"id":"1","method":"PUT","url":"` + statusURL + `"}`, want: 200, has: `"Allow":"DELETE, GET, HEAD, PATCH"`},
		{requests: `{"id":"1","method":"FETCH","url":"x"}`, want: 400, targets: "/requests/0/method"},
		{requests: `{"id":1,"method":"GET","url":null}`, want: 400, targets: "/requests/0/id /requests/0/url"},
		{requests: `{"id":"","method":"GET","url":"x"},{}`, want: 400, targets: "/requests/0/id /requests/1/id /requests/1/method /requests/1/url"},
		{requests: `{"id":"1","method":"GET","url":"x","headers":{"If-Match":1,"Prefer":"a\r\nb"}}`, want: 400, targets: "/requests/0/headers/If-Match /requests/0/headers/Prefer"},
		{requests: `{"id":"1","method":"GET","url":"x","dependson":[],"body":{},"body":{}}`, want: 400, targets: "/requests/0/body /requests/0/dependson", says: "There are 2"},
		{requests: strings.Repeat(`{},`, 20) + `[]`, want: 400, says: "'requests' has more than 20 elements."},
		{requests: ` `, want: 200, has: `{"responses":[]}`},
		{method: http.MethodPost, target: batch, body: `{}`, want: 400, targets: "/requests"},
		{method: http.MethodPost, target: batch, body: `{"requests":null}`, want: 400, targets: "/requests", says: "[Nullable=False]'. Send one of its values: an array."},
		{requests: `{"id":"1","method":"GET","url":"x","headers":{"a@b.example":1,"c@d.example":2}}`, want: 400, targets: "/requests/0/headers/… /requests/0/headers/…"},
		{requests: `{"id":"1","method":"GET","url":"x","headers":5}`, want: 400, targets: "/requests/0/headers", says: "type 'Edm.Untyped'"},
	}},
	{"ids of a batch are its own and different, and dependencies are no circle", []ruleCase{
		{requests: read("a", "") + read("A", ""), want: 400, targets: "/requests/1/id"},
		{requests: read("ä", "") + read("Ä", ""), want: 200},
		{requests: read("a", "b") + read("B", ""), want: 200},
		{requests: read("a", "x") + read("b", "a"), want: 400, targets: "/requests/0/dependsOn/0"},
		{requests: read("a", "A"), want: 400, targets: "/requests/0/dependsOn"},
		{requests: `{"id":"a","method":"GET","url":"` + statusURL + `","depends_on":["a"]}`, want: 400, targets: "/requests/0/dependsOn"},
		{requests: `{"id":"a","method":"GET","url":"` + statusURL + `","depends_on":[]}`, want: 200},
		{requests: `{"id":"a","method":"GET","url":"` + statusURL + `","depends_on":[],"dependsOn":[]}`, want: 400, targets: "/requests/0/depends_on"},
		{requests: read("a", "c") + read("b", "a") + read("c", "b") + read("d", "a") + read("e", ""), want: 400, targets: "/requests/0/dependsOn /requests/1/dependsOn /requests/2/dependsOn /requests/3/dependsOn"},
	}},
	{"a url in a batch is relative to /beta, Authorization is ignored", []ruleCase{
		{requests: readURL(statusURL), want: 200, has: `"status":200`},
		{requests: readURL(statusURL[1:]), want: 200, has: `"status":200`},
		{requests: readURL(statusURL[1:] + "?"), want: 200, has: `"status":200`},
		{requests: readURL("deviceAppManagement/mobileApps/app/deviceStatuses?$filter=errorCode eq 0&$select=id"), want: 200, has: `"status":200`},
		{requests: readURL("/beta" + statusURL), want: 200, has: "Resource not found for the segment 'beta'."},
		{requests: readURL("/v1.0" + statusURL), want: 200, has: "Resource not found for the segment 'v1.0'."},
		{requests: readURL("https://graph.microsoft.com/beta" + statusURL), want: 200, has: "Resource not found for the segment 'https:'."},
		{requests: readURL("//127.0.0.1/beta" + statusURL), want: 200, has: "Resource not found for the segment ''."},
		{requests: readURL("/../beta" + statusURL), want: 200, has: "Resource not found for the segment '..'."},
		{requests: readURL(""), want: 200, has: "Resource not found for the segment ''."},
		{requests: readURL("/%zz"), want: 200, has: "relative to /beta/"},
		{requests: readURL("/$batch"), want: 200, has: `"Allow":"POST"`},
		{requests: `{"id":"1","method":"POST","url":"%24BATCH","headers":{"content-type":"application/json"},"body":{"requests":[]}}`, want: 200, has: "A batch cannot be a request of a batch."},
		{requests: `{"id":"1","method":"GET","url":"` + statusURL + `","headers":{"Authorization":"Bearer nonsense"}}`, want: 200, has: `"status":200`},
	}},
}

func TestTheContractsNumberedRules(t *testing.T) {
	for i, rule := range rules {
		t.Run(fmt.Sprintf("%d: %s", i+1, rule.name), func(t *testing.T) {
			for _, c := range rule.cases {
				t.Run(c.name(), func(t *testing.T) { c.run(t, newHandler(t)) })
			}
		})
	}
}

func TestEveryNumberedRuleHasItsTest(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	numbered := regexp.MustCompile(`(?m)^(\d+)\. `).FindAllStringSubmatch(doc.Info.Description, -1)
	if len(numbered) != len(rules) {
		t.Fatalf("the contract numbers %d rules, %d are tested", len(numbered), len(rules))
	}
	for i, number := range numbered {
		if number[1] != strconv.Itoa(i+1) {
			t.Errorf("rule %d has the number %s", i+1, number[1])
		}
	}
}
