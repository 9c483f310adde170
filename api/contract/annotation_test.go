package contract_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api"
	"installstatus/api/contract"
)

// annotationCases are the cases of rule 10.
var annotationCases = []ruleCase{
	patch(`{"@odata.context":"x","@odata.etag":null,"@odata.id":{"a":[1]},"deviceName@odata.type":"#String"}`).returns(200),
	patch(`{"@microsoft.graph.tips":"Use $select","@Core.Description":"d","@vendor.note":{"deviceName":1},"errorCode":7}`).returns(200, `"errorCode":7`),
	patch(`{"@context":"x","@etag":1,"@id":false,"@removed":{"reason":"changed"},"@odata.x":[],"@x":null}`).returns(200),
	patch(`{"deviceName@vendor.note":"\u0000","deviceName":"a","errorCode@Core.Description#short":[1e400]}`).returns(200, `"deviceName":"a"`),
	patch(`{"@vendor.note@odata.type":"#Int64","deviceName@vendor.note@odata.type":1,"@vendor.note#ä":1}`).returns(200),
	patch(`{"@vendor.note":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`).returns(200),
	patch(`{"@vendor.note":{"a":1,"a":2}}`).isInvalid("/@vendor.note/a"),
	patch(`{"@vendor.note":1,"@vendor.note":2}`).isInvalid("/@vendor.note"),
	patch(`{"@vendor.note":"\ud800"}`).isBadRequest(""),
	patch(`{"@vendor.note":}`).isBadRequest(""),
	post(list, `{"@odata.context":"x","@microsoft.graph.tips":"y","deviceName@Core.Description":"z"}`).returns(201),
	patch(`{"nobody@odata.type":"#String"}`).isInvalid("/nobody@odata.type").withMessage("The property 'nobody' does not exist"),
	patch(`{"nobody@type":"#String"}`).isInvalid("/nobody@type").withMessage("The property 'nobody' does not exist"),
	patch(`{"nobody@Core.Description":1}`).isInvalid("/nobody@Core.Description").withMessage("The property 'nobody' does not exist"),
	patch(`{"nobody@microsoft.graph.tips":1}`).isInvalid("/nobody@microsoft.graph.tips").withMessage("The property 'nobody' does not exist"),
	patch(`{"APP@ODATA.BIND":1}`).isInvalid("/APP@ODATA.BIND").withMessage("The property 'APP' does not exist"),
	patch(`{"nobody@vendor.note":1}`).isInvalid("/…").withMessage("The property '…' does not exist"),
	patch(`{"devicename@vendor.note":1}`).isInvalid("/…").withMessage("Did you mean 'deviceName'?"),
	patch(`{"@":1}`).isInvalid("/@").withMessage("The property '@' does not exist"),
	patch(`{"deviceName@":1}`).isInvalid("/deviceName@").withMessage("The property 'deviceName@' does not exist"),
	patch(`{"a@":1}`).isInvalid("/a@").withMessage("The property 'a@' does not exist"),
	patch(`{"app@odata.navigationLink":"x","app@odata.associationLink":"y","app@vendor.note":"z"}`).returns(200),
	patch(`{"@odata.type":"#microsoft.graph.mobileAppInstallStatus"}`).returns(200),
	patch(`{"@odata.type":"microsoft.graph.mobileAppInstallStatus"}`).returns(200),
	patch(`{"@odata.type":"#microsoft.graph.mobileApp"}`).isInvalid("/@odata.type"),
	patch(`{"@odata.type":null}`).isInvalid("/@odata.type"),
	patch(`{"@odata.type":1}`).isInvalid("/@odata.type"),
	patch(`{"@type":"#microsoft.graph.mobileAppInstallStatus"}`).returns(200),
	patch(`{"@type":"microsoft.graph.mobileAppInstallStatus"}`).returns(200),
	patch(`{"@type":"#microsoft.graph.mobileApp"}`).isInvalid("/@odata.type").withMessage("not assignable"),
	patch(`{"@type":null}`).isInvalid("/@odata.type"),
	patch(`{"@type":[1]}`).isInvalid("/@odata.type"),
	patch(`{"@type":"#microsoft.graph.mobileAppInstallStatus","@odata.type":"#microsoft.graph.mobileAppInstallStatus"}`).isInvalid("/@type").withMessage("here as '@type'"),
	post(batch, `{"@odata.context":"x","@type":"y","requests@odata.count":1,"requests":[]}`).returns(200, `{"responses":[]}`),
	post(batch, `{"responses@odata.count":1,"requests":[]}`).isInvalid("/responses@odata.count"),
	batchOf(`{"@odata.type":"#x","@vendor.note":{},"url@vendor.note":1,"id":"1","method":"GET","url":"`+statusURL+`"}`).returns(200, `"status":200`),
	batchOf(`{"id":"1","method":"GET","url":"`+statusURL+`","headers":{"@odata.type":5,"@vendor.note":"a\nb","Prefer":"x","Prefer@odata.type":5}}`).returns(200, `"status":200`),
	batchOf(`{"id":"1","method":"GET","url":"` + statusURL + `","headers":{"Prefer@odata.type":5}}`).isInvalid("/requests/0/headers/Prefer@odata.type"),
	batchOf(patchStep(`{"@microsoft.graph.tips":1,"deviceName@vendor.note":2,"deviceName":"a"}`)).returns(200, `"deviceName":"a"`),
	batchOf(patchStep(`{"nobody@odata.type":1}`)).returns(200, `"target":"/nobody@odata.type"`),
	batchOf(patchStep(`{"@type":"x"}`)).returns(200, `"code":"WrongEntityType"`),
}

// TestAnyAnnotationIsIgnored adds random annotations with random values to a request, and wants the answer that it gets without
// them.
func TestAnyAnnotationIsIgnored(t *testing.T) {
	store := new(freshStore)
	handler := newHandler(t, store)
	text := rapid.StringMatching(`[A-Za-z_.#ä /~]{1,12}`)
	rapid.Check(t, func(rt *rapid.T) {
		annotated := map[string]any{"errorCode": 7, "osVersion": nil, "installState": "FAILED"}
		plain, _ := json.Marshal(annotated)
		for range rapid.IntRange(1, 6).Draw(rt, "annotations") {
			property := rapid.SampledFrom([]string{"", "", "errorCode", "deviceName", "osVersion", "id", "@vendor.note"}).Draw(rt, "property")
			name := property + "@" + text.Draw(rt, "term")
			if name == "@type" || name == "@odata.type" {
				continue
			}
			annotated[name] = drawValue(rt, nil, schema{"type": rapid.SampledFrom([]string{"null", "string", "integer", "array", "object"}).Draw(rt, "type")}, 0)
		}
		body, err := json.Marshal(annotated)
		if err != nil {
			rt.Fatal(err)
		}
		answers := make(map[string]bool)
		for _, body := range []string{string(plain), string(body)} {
			store.fill(t)
			r := httptest.NewRequest(http.MethodPatch, app, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			answers[fmt.Sprint(w.Code, w.Header().Get("ETag"), w.Body)] = true
		}
		if len(answers) != 1 {
			rt.Errorf("%s and %s are answered differently: %v", plain, body, answers)
		}
		operation := operationNamed(t, "updateDeviceStatus")
		if found, _, err := api.CheckBody(operation, body); len(found) > 0 || err != nil {
			rt.Errorf("%s: %v, %v", body, found, err)
		}
	})
}

func operationNamed(t *testing.T, id string) *contract.Operation {
	t.Helper()
	built, err := api.Contract()
	if err != nil {
		t.Fatal(err)
	}
	return built.Operation(id)
}

func TestValuesOfAnnotationsNeedNoMemory(t *testing.T) {
	operation := operationNamed(t, "updateDeviceStatus")
	for _, value := range []string{
		"[" + strings.Repeat("1,", 500_000) + "1]",
		strings.Repeat(`[{"a":`, 4000) + `"` + strings.Repeat("x", 900_000) + `"` + strings.Repeat("}]", 4000),
	} {
		for _, name := range []string{"@vendor.note", "deviceName@vendor.note", "nobody@vendor.note", "app@odata.bind"} {
			body := []byte(`{"` + name + `":` + value + `}`)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			operation.ValidateBody(body)
			runtime.ReadMemStats(&after)
			if allocated := int(after.TotalAlloc - before.TotalAlloc); allocated > 5*len(body) {
				t.Errorf("%s with %.20s…: %d bytes were allocated for a body of %d", name, value, allocated, len(body))
			}
		}
	}
}

func TestANameIsShownUnlessItLooksPersonal(t *testing.T) {
	for name, want := range map[string]string{
		"":                                  "",
		"deviceNme":                         "deviceNme",
		"@microsoft.graph.tips":             "@microsoft.graph.tips",
		"@Core.Description":                 "@Core.Description",
		"@":                                 "@",
		"@@":                                "@@",
		"a@":                                "a@",
		"nobody@odata.type":                 "nobody@odata.type",
		"nobody@count":                      "nobody@count",
		"NOBODY@OData.Bind":                 "NOBODY@OData.Bind",
		"nobody@microsoft.graph.tips":       "nobody@microsoft.graph.tips",
		"nobody@Core.Description#short":     "nobody@Core.Description#short",
		"nobody@Org.OData.Core.V1.Computed": "nobody@Org.OData.Core.V1.Computed",
		"joe@core.ac.example":               "…",
		"joe@core.example":                  "…",
		"joe@Core.Contoso.example":          "…",
		"joe@microsoft.graph.contoso.test":  "…",
		"joe@graph.contoso":                 "…",
		"joe@contoso.microsoft.graph.tips":  "…",
		"nobody@vendor.note":                "…",
		"@vendor.note@odata.type":           "@vendor.note@odata.type",
		"joe@contoso.example":               "…",
		"Joe Smith <joe@contoso.example>":   "…",
		"joe@contoso":                       "…",
		"joe@odata.org":                     "…",
		"@joe@contoso.example":              "…",
		"joe@contoso.example@odata.type":    "…",
		"nobody@odata.type@contoso":         "…",
		"joe@@odata.type@contoso.example":   "…",
		strings.Repeat("x", 65):             strings.Repeat("x", 64) + "…",
		"@" + strings.Repeat("ä", 64):       "@" + strings.Repeat("ä", 63) + "…",
		strings.Repeat("x", 70) + "@a.test": "…",
		strings.Repeat("@", 1<<20):          strings.Repeat("@", 64) + "…",
	} {
		if got := contract.Shown(name); got != want {
			t.Errorf("%.40q is shown as %q, want %q", name, got, want)
		}
	}
}

// TestNoAddressIsShown puts a random e-mail address at a random place of a name.
func TestNoAddressIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		address := rapid.StringMatching(`[A-Za-z0-9._+ä-]{1,12}@([A-Za-z0-9-]{1,9}\.)+[a-z]{2,7}`).Draw(t, "address")
		before := rapid.SampledFrom([]string{"", "deviceName@", "@", "@odata.type@", "app@odata.bind@", "mailto:", "<"}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", "@odata.type", "@Core.Description", "@microsoft.graph.tips", "#x", ">", "@"}).Draw(t, "after")
		if name := before + address + after; contract.Shown(name) != "…" {
			t.Errorf("%s is shown as %s", name, contract.Shown(name))
		}
	})
}
