package contract_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"installstatus/gen"
)

// rules are the numbered rules in the contract's description, which no schema can express. Each case is a request and what the
// server must answer; rulecase_test.go has the words.
var rules = []struct {
	number int
	name   string
	cases  []ruleCase
}{
	{1, "segments match in any case, ids only in their own", []ruleCase{
		get("/BETA/deviceappmanagement/MOBILEAPPS/app/DeviceStatuses/id").returns(200),
		get("/beta/deviceAppManagement/mobileApps/app/userStatuses/user/DEVICESTATUSES/id").returns(200),
		get("/beta/deviceAppManagement/mobileApps/app/deviceStatuses/ID").isRefused(404, "ResourceNotFound"),
		get("/beta/deviceAppManagement/mobileApps/APP/deviceStatuses/id").isRefused(404, "ResourceNotFound"),
		get("/beta/deviceAppManagement/mobileApps/app/userStatuses/USER/deviceStatuses/id").isRefused(404, "ResourceNotFound"),
		get("/beta/deviceAppManagement/mobileApps/app/device%C5%BFtatuses/id").isBadRequest(),
		get(list+"/$COUNT").returns(200, "3"),
		get(app + "/").returns(200),
		get(list+"/").returns(200, `"value":[{`),
		get(list+"/?$top=1").returns(200, "deviceStatuses?$top=1&$skiptoken="),
		get(list + "('id')/").returns(200),
		get(list+"/$count/").returns(200, "3"),
		get(users+"/").returns(200, `"value":[{`),
		get(users+"/user/").returns(200, `"id":"user"`),
		get(users+"/user/deviceStatuses/").returns(200, `"value":[{`),
		get(users+"/user/deviceStatuses/id/").returns(200, `"id":"id"`),
		get(summary+"/").returns(200, `"id":"app"`),
		patchAt(app+"/", `{}`).returns(200),
		post(list+"/", `{}`).returns(201),
		post(batch+"/", `{"requests":[]}`).returns(200),
		get("/beta").returns(200, `"title":"Update mobileAppInstallStatus"`),
		get("/beta/").returns(200, `"title":"Update mobileAppInstallStatus"`),
		get("/beta//").isBadRequest(),
		get(app + "//").isBadRequest(),
		get(list + "//").isBadRequest(),
		get(list+"/%2F").isRefused(404, "ResourceNotFound"),
		post(batch+"//", `{"requests":[]}`).isBadRequest(),
	}},
	{2, "a key may be in parentheses", []ruleCase{
		get("/beta/deviceAppManagement/mobileApps('app')/deviceStatuses('id')").returns(200),
		get("/beta/deviceAppManagement/mobileApps(%27app%27)/userStatuses(%27user%27)/deviceStatuses(%27id%27)").returns(200),
		get("/beta/deviceAppManagement/mobileApps/app/deviceStatuses('it''s')").returns(200),
		get("/beta/deviceAppManagement/mobileApps/app/deviceStatuses('it's')").isBadRequest(),
		get("/beta/deviceAppManagement/mobileApps/app/deviceStatuses(id)").isBadRequest(),
		get("/beta/deviceAppManagement/mobileApps/app/deviceStatuses('id'").isBadRequest(),
		get("/beta/deviceAppManagement/mobileApps/app/deviceStatuses('')").isBadRequest(),
		get("/beta/deviceAppManagement('x')/mobileApps/app/deviceStatuses('id')").isBadRequest(),
	}},
	{3, "an id is any non-empty string that does not begin with $", []ruleCase{
		get("/beta/deviceAppManagement/mobileApps/app/deviceStatuses/a%2Fb%25%20%2B%3F%F0%9F%92%BE").returns(200),
		get("/beta/deviceAppManagement/mobileApps/app/deviceStatuses/%2e%2e").isRefused(404, "ResourceNotFound"),
		get("/beta/deviceAppManagement/mobileApps/app/deviceStatuses/%00").isBadRequest(),
		get("/beta/deviceAppManagement/mobileApps/app/deviceStatuses/%ff").isBadRequest(),
		get("/beta/deviceAppManagement/mobileApps//deviceStatuses/id").isBadRequest(),
		get(list+"/x$").isRefused(404, "ResourceNotFound"),
		get(list+"/%2524").isRefused(404, "ResourceNotFound"),
		get(list+"/$count").returns(200, "3"),
		get(list+"/%24count").returns(200, "3"),
		get(users+"/$count").returns(200, "1"),
		get(users+"/user/deviceStatuses/$count").returns(200, "3"),
		get(users+"/nobody/deviceStatuses/$count").returns(200, "0"),
		get(list + "/$ref").isBadRequest().withMessage("the segment '$ref'"),
		get(list + "/%24ref").isBadRequest().withMessage("the segment '$ref'"),
		get(list + "/$").isBadRequest().withMessage("the segment '$'"),
		get(list + "/$counts").isBadRequest().withMessage("the segment '$counts'"),
		get(list + "/$count/x").isBadRequest().withMessage("the segment 'x'"),
		get(list + "/$count('x')").isBadRequest(),
		get(list + "('$count')").isBadRequest().withMessage("begins with $"),
		get(app + "/$count").isBadRequest().withMessage("the segment '$count'"),
		get(app + "/$value").isBadRequest().withMessage("the segment '$value'"),
		get(users + "/user/$count").isBadRequest().withMessage("the segment '$count'"),
		get(users + "/$ref/deviceStatuses").isBadRequest().withMessage("the segment '$ref'"),
		get(summary + "/$count").isBadRequest().withMessage("the segment '$count'"),
		get("/beta/deviceAppManagement/mobileApps/$count").isBadRequest().withMessage("the segment '$count'"),
		get("/beta/deviceAppManagement/mobileApps/$count/deviceStatuses").isBadRequest().withMessage("the segment '$count'"),
		get("/beta/$count").isBadRequest().withMessage("the segment '$count'"),
		get("/beta/$metadata").isBadRequest().withMessage("the segment '$metadata'"),
		patchAt(list+"/$ref", `{}`).with("Prefer", "create-if-missing").isBadRequest(),
		patchAt(list+"/%24x", `{}`).with("Prefer", "create-if-missing").isBadRequest(),
		patchAt(list+"('$x')", `{}`).with("Prefer", "create-if-missing").isBadRequest(),
		patchAt(list+"(%27%24x%27)", `{}`).with("Prefer", "create-if-missing").isBadRequest(),
		patchAt(users+"/$x/deviceStatuses/y", `{}`).with("Prefer", "create-if-missing").isBadRequest(),
		patchAt(list+"/$count", `{}`).with("Prefer", "create-if-missing").isRefused(405, "No method match route template"),
		post(users+"/$x/deviceStatuses", `{}`).isBadRequest(),
	}},
	{4, "an operation takes only the query options it names, each once", []ruleCase{
		get(app + "?$expand=app").isBadRequest("$expand"),
		get(app+"?x=1&%24select=id").isBadRequest("$select", "x"),
		get(app + "?%zz").isBadRequest("query"),
		get(app + "?").returns(200),
		get(list+"?$TOP=1").returns(200, "?$top=1&$skiptoken="),
		get(list+"?$top=1&$filter=id+ne%20'a%2B%20b'&$orderby=id%20desc").returns(200, "?$filter=id%20ne%20%27a%2B%20b%27&$orderby=id%20desc&$top=1&$skiptoken="),
		get(list + "?$top=5000").returns(200),
		get(list+"?$top=0").returns(200, `{"value":[]}`),
		get(list + "?$top=1&$Top=2").isBadRequest("$top"),
		get(list + "?$top=-1").isBadRequest("$top"),
		get(list + "?$top=%2B1").isBadRequest("$top"),
		get(list + "?$top=1.0").isBadRequest("$top"),
		get(list + "?$top=").isBadRequest("$top"),
		get(list + "?$skiptoken=").isBadRequest("$skiptoken"),
		get(list + "?$skiptoken=abc").isBadRequest("$skiptoken"),
		get(list+"?$search=z&$expand=app&$format=json").isBadRequest("$expand", "$format", "$search"),
		get(list+"?$COUNT=true").returns(200, `"@odata.count":3`),
		get(list + "?$count=1").isBadRequest("$count"),
		get(list + "?$count=TRUE").isBadRequest("$count"),
		get(list + "?$skip=-1").isBadRequest("$skip"),
		get(list + "?$skip=1e1").isBadRequest("$skip"),
		get(list + "?$skip=99999999999999999999").isBadRequest("$skip"),
		get(list + "?$filter=").isBadRequest("$filter"),
		get(list + "?joe@contoso.example=1").isBadRequest("…"),
		get(list + "?" + strings.Repeat("x", 65) + "=1").isBadRequest(strings.Repeat("x", 64) + "…"),
		get(list+"?$top=1&$top=2&$skip=1&$SKIP=2&$count=true&$count=true").isBadRequest("$count", "$skip", "$top"),
		get(list + "?$top=2147483648").isBadRequest("$top").withMessage("a whole number from 0 to 2147483647"),
		get(list + "?$filter=deviceName%20eq%20'a;b'").returns(200),
		get(users+"?$TOP=1&$count=true&$select=failedDeviceCount").returns(200, `{"@odata.count":1,"value":[{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"user","failedDeviceCount":0}]}`),
		get(users + "?$filter=installState%20eq%20'failed'").isBadRequest("$filter"),
		get(users + "?$orderby=deviceName").isBadRequest("$orderby"),
		get(users + "/user?$select=id").isBadRequest("$select"),
		get(summary + "?$count=true").isBadRequest("$count"),
		get("/beta?$top=1").isBadRequest("$top"),
		get(list+"/$count?$FILTER=id%20eq%20'id'").returns(200, "1"),
		get(list+"/$count?$search=x&$top=1&$skip=1&$orderby=id&$select=id&$count=true&$expand=app").isBadRequest("$count", "$expand", "$orderby", "$search", "$select", "$skip", "$top"),
		get(list + "/$count?$filter=nothing%20eq%201").isBadRequest("$filter"),
		get(list + "/$count?$filter=").isBadRequest("$filter"),
		get(users+"/$count?$filter=failedDeviceCount%20eq%200").returns(200, "1"),
		get(users + "/$count?$filter=installState%20eq%20'failed'").isBadRequest("$filter"),
	}},
	{5, "Content-Type is JSON in UTF-8", []ruleCase{
		patch(`{}`).with("Content-Type", "application/json").returns(200),
		patch(`{}`).with("Content-Type", "APPLICATION/JSON; charset=UTF-8").returns(200),
		patch(`{}`).with("Content-Type", "application/json;odata.metadata=minimal;IEEE754Compatible=false").returns(200),
		patch(`{}`).with("Content-Type", "application/json;;").returns(200),
		patch(`{}`).without("Content-Type").isBadRequest("Content-Type"),
		patch(`{}`).with("Content-Type", "text/plain").isBadRequest("Content-Type"),
		patch(`{}`).with("Content-Type", "application/json; charset=utf-16").isBadRequest("Content-Type"),
		patch(`{}`).with("Content-Type", "application/merge-patch+json").isBadRequest("Content-Type"),
	}},
	{6, "the body is one well-formed JSON text", []ruleCase{
		patch(" {\n} ").returns(200),
		patch("").isBadRequest(""),
		patch("\ufeff{}").isBadRequest(""),
		patch("{} {}").isBadRequest(""),
		patch("{}x").isBadRequest(""),
		patch(`{"deviceName":}`).isBadRequest(""),
		patch(`{"deviceName":"a",}`).isBadRequest(""),
		patch(`{'deviceName':"a"}`).isBadRequest(""),
		patch(`{"deviceName":"a"`).isBadRequest(""),
		patch(`{"deviceName":NaN}`).isBadRequest(""),
		patch(`{"errorCode":09}`).isBadRequest(""),
		patch("{\"deviceName\":\"\xff\"}").isBadRequest(""),
		patch(`{"deviceName":"\ud800"}`).isBadRequest(""),
		patch(`{"deviceName":"\ud800\u0041"}`).isBadRequest(""),
		patch(`{"deviceName":"\udc00"}`).isBadRequest(""),
		patch(`{"deviceName":"\ud83d\ude00"}`).returns(200),
		patch(strings.Repeat("[", 20_000)).isBadRequest("").withMessage("deeper than 10,000 levels"),
		patch("[]").isInvalid(""),
		patch("null").isInvalid("").withMessage("Cannot convert the value"),
		patch(`"text"`).isInvalid(""),
	}},
	{7, "no property occurs twice", []ruleCase{
		patch(`{"deviceName":"a","deviceName":"a"}`).isInvalid("/deviceName"),
		patch(`{"errorCode":1,"error\u0043ode":2}`).isInvalid("/errorCode"),
		patch(`{"errorCode":"a","errorCode":2,"errorCode":3}`).isInvalid("/errorCode", "/errorCode", "/errorCode"),
		patch(`{"@odata.context":{"a":1,"a":2}}`).isInvalid("/@odata.context/a"),
		patch(`{"@odata.context":` + strings.Repeat(`{"a":`, 20) + `{"a":1,"a":2}` + strings.Repeat("}", 21)).isInvalid("/@odata.context" + strings.Repeat("/a", 15) + "/…"),
	}},
	{8, "no string contains U+0000", []ruleCase{
		patch(`{"deviceName":"a\u0000b"}`).isInvalid("/deviceName"),
		patch(`{"deviceName":"a\u0001b"}`).returns(200),
		patch(`{"installState":"\u0000"}`).isInvalid("/installState"),
	}},
	{9, "property names are case-sensitive and known", []ruleCase{
		patch(`{"installstate":"failed"}`).isInvalid("/installstate").withMessage("Did you mean 'installState'?"),
		patch(`{"DeviceName":"a"}`).isInvalid("/DeviceName").withMessage("Did you mean 'deviceName'?"),
		patch(`{"devicName":"a"}`).isInvalid("/devicName").withMessage("Did you mean 'deviceName'?"),
		patch(`{"~a/b":"a"}`).isInvalid("/~0a~1b").withMessage("does not exist on type 'microsoft.graph.mobileAppInstallStatus'"),
		patch(`{"":1}`).isInvalid("/"),
		patch(`{"joe@contoso.example":1}`).isInvalid("/…").withMessage("The property '…' does not exist"),
		patch(`{"joe@contoso.example":1,"ann@contoso.example":1}`).isInvalid("/…", "/…").withMessage("There are 2 violations"),
		patch(`{"joe@contoso.example@odata.type":1}`).isInvalid("/…"),
		patch(`{"os_description":null,"device_id":null}`).returns(200, `"osDescription":null`),
		patch(`{"os_description":"a"}`).isInvalid("/os_description").withMessage("Did you mean 'osDescription'?"),
		patch(`{"os_description":null,"osDescription":"a"}`).isInvalid("/os_description").withMessage("The property 'osDescription' occurs more than once in its object, here as 'os_description'."),
		patch(`{"error_code":null}`).isInvalid("/error_code").withMessage("Did you mean 'errorCode'?"),
		patch(`{"OS_DESCRIPTION":null}`).isInvalid("/OS_DESCRIPTION"),
		patch(`{"osdescription":null}`).isInvalid("/osdescription"),
		post(list, `{"user_principal_name":null}`).returns(201, `"userPrincipalName":null`),
		batchOf(patchStep(`{"display_version":null}`)).returns(200, `"displayVersion":null`),
		patch(`{"` + strings.Repeat("x", 900_000) + `":1}`).isInvalid("/" + strings.Repeat("x", 64) + "…"),
	}},
	{10, "annotations are ignored", annotationCases},
	{11, "enumeration members match in any case", []ruleCase{
		patch(`{"installState":"FAILED","mobileAppInstallStatusValue":"notinstalled"}`).returns(200, `"mobileAppInstallStatusValue":"notInstalled","installState":"failed"`),
		patch(`{"installStateDetail":"PENDINGREBOOT"}`).returns(200, `"installStateDetail":"pendingReboot"`),
		patch(`{"installState":"faild"}`).isInvalid("/installState").withMessage("Did you mean 'failed'?"),
		patch(`{"installState":"in\u017ftalled"}`).isInvalid("/installState"),
		patch(`{"installState":2}`).isInvalid("/installState"),
		patch(`{"installState":"2"}`).isInvalid("/installState"),
		patch(`{"installState":""}`).isInvalid("/installState"),
		patch(`{"installState":null}`).isInvalid("/installState"),
		patch(`{"installStateDetail":null}`).isInvalid("/installStateDetail"),
	}},
	{12, "integers have no fraction and no exponent", []ruleCase{
		patch(`{"errorCode":-2147483648}`).returns(200, `"errorCode":-2147483648`),
		patch(`{"errorCode":2147483647}`).returns(200, `"errorCode":2147483647`),
		patch(`{"errorCode":-0}`).returns(200, `"errorCode":0`),
		patch(`{"errorCode":2147483648}`).isInvalid("/errorCode"),
		patch(`{"errorCode":-2147483649}`).isInvalid("/errorCode"),
		patch(`{"errorCode":9.0}`).isInvalid("/errorCode"),
		patch(`{"errorCode":9.5}`).isInvalid("/errorCode"),
		patch(`{"errorCode":1e1}`).isInvalid("/errorCode"),
		patch(`{"errorCode":1E400}`).isInvalid("/errorCode"),
		patch(`{"errorCode":1e-400}`).isInvalid("/errorCode"),
		patch(`{"errorCode":-2147483648.0000001}`).isInvalid("/errorCode"),
		patch(`{"errorCode":1.00000000000000000001}`).isInvalid("/errorCode"),
		patch(`{"errorCode":99999999999999999999999999}`).isInvalid("/errorCode"),
		patch(`{"errorCode":` + strings.Repeat("9", 400) + `}`).isInvalid("/errorCode"),
		patch(`{"errorCode":"9"}`).isInvalid("/errorCode"),
		patch(`{"errorCode":true}`).isInvalid("/errorCode"),
		patch(`{"errorCode":null}`).isInvalid("/errorCode"),
	}},
	{13, "a date and time is strict, and returned as it was sent", slices.Concat(
		acceptedDateTimes("2017-01-01T00:02:49.3205976-08:00", "2017-01-01T00:02:49Z", "0001-01-01T00:00:00Z",
			"9999-12-31T23:59:59.999999999999999999Z", "2016-02-29T23:59:59+23:59", "2017-01-01T00:00:00.5-00:00",
			"2017-01-01T00:00:00."+strings.Repeat("1", 500)+"Z"),
		refusedDateTimes("2017-01-01T00:02:49", "2017-01-01", "2017-01-01T00:02:49z", "2017-01-01t00:02:49Z", "2017-02-29T00:00:00Z",
			"2016-12-31T23:59:60Z", "2017-01-01T24:00:00Z", "2017-01-01T00:60:00Z", "2017-01-01T00:00:00+24:00",
			"2017-01-01T00:00:00+01:60", "2017-01-01T00:00:00+0100", "2017-01-01T00:00:00.Z", "2017-01-01T00:00:00,5Z",
			"2017-01-01T0:00:00Z", "2017-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01",
			"9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z", " 2017-01-01T00:00:00Z", "2017-01-01 00:00:00Z", ""),
	)},
	{14, "the id in a body is the id in the path", []ruleCase{
		patch(`{"id":"id"}`).returns(200),
		patch(`{"id":"ID"}`).isInvalid("/id"),
		patch(`{"id":null}`).isInvalid("/id"),
		patch(`{"id":7}`).isInvalid("/id"),
		patch(`{"id":""}`).isInvalid("/id"),
		patchAt("/beta/deviceAppManagement/mobileApps/app/userStatuses/user/deviceStatuses/id", `{"id":"id"}`).returns(200),
		patchAt("/beta/deviceAppManagement/mobileApps/app/userStatuses/user/deviceStatuses/id", `{"id":"user"}`).isInvalid("/id"),
		post(list, `{"id":"id"}`).isInvalid("/id").withMessage("Prefer: create-if-missing"),
		post(list, `{"id":null}`).isInvalid("/id"),
		post(list, `{}`).returns(201),
	}},
	{15, "app is a navigation property", []ruleCase{
		patch(`{"app":{}}`).isInvalid("/app").withMessage("Cannot apply PATCH to navigation property 'app'"),
		post(list, `{"app":{}}`).isInvalid("/app").withMessage("Cannot apply POST to navigation property 'app'"),
		patch(`{"app@odata.bind":"x"}`).isInvalid("/app@odata.bind").withMessage("Cannot apply PATCH to navigation property 'app'"),
		patch(`{"app@bind":"x","app@odata.BIND":"x","app@odata.bind#a":"x","app@odata.delta":[],"app@delta":[]}`).isInvalid("/app@bind", "/app@delta", "/app@odata.bind#a", "/app@odata.delta", "/…"),
		batchOf(patchStep(`{"app@odata.bind":"x"}`)).returns(200, `"target":"/app@odata.bind"`),
	}},
	{16, "several header lines count as one list", []ruleCase{
		patch(`{}`).with("If-Match", `"a"`, `*`).isBadRequest("If-Match"),
		patch(`{}`).with("If-Match", `"a"`, `"b"`).isRefused(412, "ConditionNotMet"),
		patch(`{}`).with("Prefer", "x=y", "return=minimal").returns(204),
		patch(`{}`).with("If-Match", `abc`).isBadRequest("If-Match"),
	}},
	{17, "a body may be gzip, and is at most 1 MiB", []ruleCase{
		patch(gzipped(`{}`)).with("Content-Encoding", "gzip").returns(200),
		patch(gzipped(`{}`)).returns(200),
		patch(`{}`).with("Content-Encoding", "gzip").returns(200),
		patch(`{}`).with("Content-Encoding", "Identity").returns(200),
		patch(`{}`).with("Content-Encoding", "br").isRefused(415, "UnsupportedMediaType"),
		patch(`{}`).with("Content-Encoding", "gzip, gzip").isRefused(415, "UnsupportedMediaType"),
		patch(gzipped(`{}`)[:12]).isBadRequest(),
		patch(`{}` + strings.Repeat(" ", 1<<20-2)).returns(200),
		patch(`{}`+strings.Repeat(" ", 1<<20-1)).isRefused(413, "RequestEntityTooLarge"),
		patch(gzipped(`{}` + strings.Repeat(" ", 1<<20-2))).returns(200),
		patch(gzipped(`{}`+strings.Repeat(" ", 1<<20-1))).isRefused(413, "RequestEntityTooLarge"),
	}},
	{18, "at most 100 violations are listed", []ruleCase{
		patch(manyUnknown(100)).isRefused(400, "ModelValidationFailure").withMessage("There are 100 violations"),
		patch(manyUnknown(5000)).isRefused(400, "ModelValidationFailure").withMessage("There are 5000 violations"),
		patch(manyUnknown(60_000)).isRefused(400, "ModelValidationFailure").withMessage("There are 60000 violations"),
		patch(`{`+strings.Repeat(`"errorCode":1,`, 70_000)+`"errorCode":1}`).isRefused(400, "ModelValidationFailure").withMessage("There are 70000 violations"),
		batchOf(strings.Repeat("1,", 499_999)+"1").isRefused(400, "ModelValidationFailure").withMessage("There are 22 violations"),
		batchOf(`{"id":"1","method":"GET","url":"x","headers":`+manyUnknown(60_000)+`}`).isRefused(400, "ModelValidationFailure").withMessage("There are 60000 violations"),
	}},
	{19, "a request in a batch is checked as if sent alone, the batch by its schema", []ruleCase{
		batchOf(patchStep(`{"errorCode":7}`)).returns(200, `"status":200`),
		batchOf(patchStep(`{"errorCode":7.0}`)).returns(200, `"target":"/errorCode"`),
		batchOf(patchStep(`{"errorCode":7,"errorCode":7}`)).returns(200, `"code":"DuplicateProperty","target":"/errorCode"`),
		batchOf(patchStep(`{"deviceName":"\u0000"}`)).returns(200, `"code":"NulCharacter","target":"/deviceName"`),
		batchOf(patchStep(`"e30="`)).returns(200, `"code":"WrongType","target":""`),
		batchOf(patchStep(`null`)).returns(200, `"code":"InvalidJson","target":""`),
		batchOf(`{"id":"1","method":"GET","url":"`+statusURL+`","headers":null,"body":null,"dependsOn":null}`).returns(200, `"status":200`),
		batchOf(`{"id":"1","method":"PATCH","url":"`+statusURL+`","headers":null,"body":{}}`).returns(200, `"target":"Content-Type"`),
		batchOf(`{"id":"1","method":"GET","url":"` + statusURL + `","headers":{"If-Match":null}}`).isInvalid("/requests/0/headers/If-Match"),
		batchOf(`{"id":"1","method":"GET","url":"` + statusURL + `","dependsOn":[null]}`).isInvalid("/requests/0/dependsOn/0"),
		batchOf(`{"id":null,"method":null,"url":null}`).isInvalid("/requests/0/id", "/requests/0/method", "/requests/0/url"),
		batchOf(getURL("/deviceAppManagement/mobileApps/app/deviceStatuses/$count")).returns(200, `"body":"3"`),
		batchOf(`{"id":"1","method":"HEAD","url":"/deviceAppManagement/mobileApps/app/deviceStatuses/$count"}`).returns(200, `"status":200`),
		batchOf(`{"id":"1","method":"PATCH","url":"/deviceAppManagement/mobileApps/app/deviceStatuses/new","headers":{"Content-Type":"application/json","Prefer":"create-if-missing, return=minimal"},"body":{}}`).returns(200, `"OData-EntityId":"http://example.com/beta/deviceAppManagement/mobileApps/app/deviceStatuses/new"`),
		batchOf(patchStep(`{"deviceName":"\ud800"}`)).isBadRequest(""),
		batchOf(patchStep(`{"deviceName":}`)).isBadRequest(""),
		batchOf(`{"id":"1","method":"PATCH","url":"`+statusURL+`","body":{}}`).returns(200, `"target":"Content-Type"`),
		batchOf(`{"id":"1","method":"delete","url":"`+statusURL+`","headers":{"IF-MATCH":"x"}}`).returns(200, `"target":"If-Match"`),
		batchOf(`{"id":"1","method":"GET","url":"`+statusURL+`","headers":{},"body":null,"dependsOn":[]}`).returns(200, `"status":200`),
		batchOf(`{"id":"1","method":"GET","url":"`+statusURL+`?$x"}`).returns(200, `"target":"$x"`),
		batchOf(`{"id":"1","method":"PUT","url":"`+statusURL+`"}`).returns(200, `"Allow":"DELETE, GET, HEAD, PATCH"`),
		batchOf(`{"id":"1","method":"FETCH","url":"x"}`).isInvalid("/requests/0/method"),
		batchOf(`{"id":1,"method":"GET","url":null}`).isInvalid("/requests/0/id", "/requests/0/url"),
		batchOf(`{"id":"","method":"GET","url":"x"},{}`).isInvalid("/requests/0/id", "/requests/1/id", "/requests/1/method", "/requests/1/url"),
		batchOf(`{"id":"1","method":"GET","url":"x","headers":{"If-Match":1,"Prefer":"a\r\nb"}}`).isInvalid("/requests/0/headers/If-Match", "/requests/0/headers/Prefer"),
		batchOf(`{"id":"1","method":"GET","url":"x","dependson":[],"body":{},"body":{}}`).isInvalid("/requests/0/body", "/requests/0/dependson").withMessage("There are 2"),
		batchOf(strings.Repeat(`{},`, 20)+`[]`).isRefused(400, "ModelValidationFailure").withMessage("'requests' has more than 20 elements."),
		batchOf().returns(200, `{"responses":[]}`),
		post(batch, `{}`).isInvalid("/requests"),
		post(batch, `{"requests":null}`).isInvalid("/requests").withMessage("[Nullable=False]'. Send one of its values: an array."),
		batchOf(`{"id":"1","method":"GET","url":"x","headers":{"a@b.example":1,"c@d.example":2}}`).isInvalid("/requests/0/headers/…", "/requests/0/headers/…"),
		batchOf(`{"id":"1","method":"GET","url":"x","headers":5}`).isInvalid("/requests/0/headers").withMessage("type 'Edm.Untyped'"),
	}},
	{20, "ids in a batch are unique, and dependencies form no cycle", []ruleCase{
		batchOf(getStep("a"), getStep("A")).isInvalid("/requests/1/id"),
		batchOf(getStep("ä"), getStep("Ä")).returns(200),
		batchOf(getStep("a", "b"), getStep("B")).returns(200),
		batchOf(getStep("a", "x"), getStep("b", "a")).isInvalid("/requests/0/dependsOn/0"),
		batchOf(getStep("a", "A")).isInvalid("/requests/0/dependsOn"),
		batchOf(`{"id":"a","method":"GET","url":"` + statusURL + `","depends_on":["a"]}`).isInvalid("/requests/0/dependsOn"),
		batchOf(`{"id":"a","method":"GET","url":"` + statusURL + `","depends_on":[]}`).returns(200),
		batchOf(`{"id":"a","method":"GET","url":"` + statusURL + `","depends_on":[],"dependsOn":[]}`).isInvalid("/requests/0/depends_on"),
		batchOf(`{"id":"a","method":"GET","url":"` + statusURL + `","depends_on":["a"],"dependsOn":null}`).isInvalid("/requests/0/dependsOn"),
		batchOf(`{"id":"a","method":"GET","url":"`+statusURL+`","depends_on":null}`).returns(200, `"status":200`),
		batchOf(getStep("a", "c"), getStep("b", "a"), getStep("c", "b"), getStep("d", "a"), getStep("e")).isInvalid("/requests/0/dependsOn", "/requests/1/dependsOn", "/requests/2/dependsOn", "/requests/3/dependsOn"),
	}},
	{21, "a url in a batch is relative to /beta, and Authorization is ignored", []ruleCase{
		batchOf(getURL(statusURL)).returns(200, `"status":200`),
		batchOf(getURL(statusURL[1:])).returns(200, `"status":200`),
		batchOf(getURL(statusURL[1:]+"?")).returns(200, `"status":200`),
		batchOf(getURL("deviceAppManagement/mobileApps/app/deviceStatuses?$filter=errorCode eq 0&$select=id")).returns(200, `"status":200`),
		batchOf(getURL("/beta"+statusURL)).returns(200, "Resource not found for the segment 'beta'."),
		batchOf(getURL("/v1.0"+statusURL)).returns(200, "Resource not found for the segment 'v1.0'."),
		batchOf(getURL("https://graph.microsoft.com/beta"+statusURL)).returns(200, "Resource not found for the segment 'https:'."),
		batchOf(getURL("//127.0.0.1/beta"+statusURL)).returns(200, "Resource not found for the segment ''."),
		batchOf(getURL("/../beta"+statusURL)).returns(200, "Resource not found for the segment '..'."),
		batchOf(getURL("")).returns(200, `"title":"Update mobileAppInstallStatus"`),
		batchOf(getURL(statusURL+"/")).returns(200, `"status":200`),
		batchOf(getURL(statusURL+"//")).returns(200, "Resource not found for the segment ''."),
		batchOf(getURL("/%zz")).returns(200, "relative to /beta/"),
		batchOf(getURL("/$batch")).returns(200, `"Allow":"POST"`),
		batchOf(`{"id":"1","method":"POST","url":"%24BATCH","headers":{"content-type":"application/json"},"body":{"requests":[]}}`).returns(200, "A batch cannot contain a batch."),
		batchOf(`{"id":"1","method":"GET","url":"`+statusURL+`","headers":{"Authorization":"Bearer nonsense"}}`).returns(200, `"status":200`),
	}},
}

func TestTheContractsNumberedRules(t *testing.T) {
	store := new(freshStore)
	handler := newHandler(t, store)
	for _, rule := range rules {
		t.Run(fmt.Sprintf("%d: %s", rule.number, rule.name), func(t *testing.T) {
			for _, c := range rule.cases {
				t.Run(c.name(), func(t *testing.T) {
					store.fill(t)
					c.run(t, handler)
				})
			}
		})
	}
}

// TestEveryNumberedRuleIsTestedAndMarked checks that each rule has cases above, that a comment such as "Rule 12." marks the code
// that enforces it, and that no comment names a rule that does not exist.
func TestEveryNumberedRuleIsTestedAndMarked(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	var numbered, tested []string
	for _, match := range regexp.MustCompile(`(?m)^(\d+)\. `).FindAllStringSubmatch(doc.Info.Description, -1) {
		numbered = append(numbered, match[1])
	}
	for _, rule := range rules {
		tested = append(tested, strconv.Itoa(rule.number))
	}
	if len(numbered) == 0 || !slices.Equal(numbered, tested) {
		t.Errorf("the contract numbers the rules %v, these are tested: %v", numbered, tested)
	}
	marked := markedRules(t)
	for _, number := range numbered {
		if marked[number] == "" {
			t.Errorf("no comment in api/ says \"Rule %s.\"", number)
		}
		delete(marked, number)
	}
	for number, file := range marked {
		t.Errorf("%s: a comment names rule %s, which the contract does not have", file, number)
	}
}

// markedRules returns the rules that comments in api/ name, each with a file that does.
func markedRules(t *testing.T) map[string]string {
	marked := make(map[string]string)
	mark := regexp.MustCompile(`//.*\bRules? (\d+)`)
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, match := range mark.FindAllStringSubmatch(string(source), -1) {
			marked[match[1]] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return marked
}
