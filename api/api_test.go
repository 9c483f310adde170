package api_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"installstatus/api"
	"installstatus/api/status/memory"
	"installstatus/gen"
)

// anonymous are the operations that need no token.
var anonymous = []string{"getService"}

func TestEveryOperationRequiresAPermission(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			target := "/beta" + strings.NewReplacer("{", "", "}", "").Replace(path)
			refuse := func(*http.Request) (api.Caller, error) { return api.Caller{}, api.Unauthenticated("no") }
			if slices.Contains(anonymous, operation.OperationID) {
				if w, _ := (request{method: method, target: target, authenticate: refuse}).send(t); w.Code != http.StatusOK {
					t.Errorf("%s without a token: status %d, want 200", operation.OperationID, w.Code)
				}
				continue
			}
			if w, _ := (request{method: method, target: target, authenticate: refuse}).send(t); w.Code != http.StatusUnauthorized {
				t.Errorf("%s without a token: status %d, want 401", operation.OperationID, w.Code)
			}
			nobody := func(*http.Request) (api.Caller, error) { return api.Caller{Tenant: "tenant"}, nil }
			if w, _ := (request{method: method, target: target, authenticate: nobody}).send(t); w.Code != http.StatusForbidden {
				t.Errorf("%s without a permission: status %d, want 403", operation.OperationID, w.Code)
			}
		}
	}
}

func TestTheReadPermissionAllowsEveryGET(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		if item.Get == nil {
			continue
		}
		reader := func(*http.Request) (api.Caller, error) {
			return api.Caller{Tenant: "tenant", Scopes: []string{"DeviceManagementApps.Read.All"}}, nil
		}
		target := "/beta" + strings.NewReplacer("{", "", "}", "").Replace(path)
		if w, _ := (request{method: http.MethodGet, target: target, authenticate: reader}).send(t); w.Code == http.StatusForbidden {
			t.Errorf("%s refuses a caller with the read permission", item.Get.OperationID)
		}
	}
}

func TestEveryPropertyOfTheContractCanBePatched(t *testing.T) {
	values := map[string]string{
		"@odata.type": `"#microsoft.graph.mobileAppInstallStatus"`, "id": `"` + exampleID + `"`, "lastSyncDateTime": `"2026-01-01T00:00:00Z"`,
		"installState": `"installed"`, "mobileAppInstallStatusValue": `"installed"`, "installStateDetail": `"pendingReboot"`, "errorCode": `7`,
	}
	for name, property := range propertiesOf(t, "MobileAppInstallStatus") {
		patches := []string{fmt.Sprintf(`"%s":%s`, name, cmp.Or(values[name], `"a value"`))}
		if property.Value.Nullable {
			patches = append(patches, fmt.Sprintf(`"%s":null`, name))
		}
		for _, patch := range patches {
			if w, body := (request{body: "{" + patch + "}"}).send(t); w.Code != http.StatusOK || !strings.Contains(string(body), patch) {
				t.Errorf("{%s}: %d %s", patch, w.Code, body)
			}
		}
	}
}

func TestASelectionIsOfTheEntitysProperties(t *testing.T) {
	const schema = "MobileAppInstallStatus"
	of, selected := propertiesOf(t, schema), propertiesOf(t, "Selected"+schema)
	for name := range of {
		if selected[name] == nil || selected[name].Ref != of[name].Ref {
			t.Errorf("%s.%s is not in Selected%s, or differs there", schema, name, schema)
		}
	}
	if len(selected) != len(of) {
		t.Errorf("Selected%s has %d properties, %s has %d", schema, len(selected), schema, len(of))
	}
}

func propertiesOf(t *testing.T, schema string) openapi3.Schemas {
	t.Helper()
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	return doc.Components.Schemas[schema].Value.Properties
}

func TestAPanicIsA500(t *testing.T) {
	var seen []api.Exchange
	handler, err := api.New(new(memory.Store), api.Options{
		Authenticate: func(*http.Request) (api.Caller, error) { panic("a mistake") },
		Observe:      func(x api.Exchange) { seen = append(seen, x) },
	})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, exampleTarget, nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "InternalServerError") || strings.Contains(w.Body.String(), "a mistake") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if len(seen) != 1 || seen[0].Status != 500 || !strings.Contains(fmt.Sprint(seen[0].Fault), "a mistake") {
		t.Errorf("observed %+v", seen)
	}
}

func TestNothingIsServedWithoutAuthentication(t *testing.T) {
	if _, err := api.New(new(memory.Store), api.Options{}); err == nil {
		t.Error("New accepts Options without Authenticate")
	}
}

func TestObserveIsCalledForEveryRequest(t *testing.T) {
	var seen []string
	handler, err := api.New(newExampleStore(t), api.Options{Authenticate: allowAll, Observe: func(x api.Exchange) {
		seen = append(seen, fmt.Sprintf("%s %s %d %s", x.Method, x.Operation, x.Status, x.Tenant))
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodHead, exampleTarget, nil),
		httptest.NewRequest(http.MethodPut, exampleTarget, nil),
		httptest.NewRequest(http.MethodGet, "/beta/x", nil),
	} {
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	if want := []string{"HEAD getDeviceStatus 200 tenant", "PUT  405 tenant", "GET  400 tenant"}; !slices.Equal(seen, want) {
		t.Errorf("observed %q", seen)
	}
}

func TestOnlyA404OfAPatchMentionsCreateIfMissing(t *testing.T) {
	for _, c := range []struct {
		method, prefer string
		mentioned      bool
	}{
		{http.MethodPatch, "", true},
		{http.MethodPatch, "create-if-missing", false}, // the id belongs to another user
		{http.MethodGet, "", false},
		{http.MethodDelete, "", false},
	} {
		target := exampleApp + "/userStatuses/another/deviceStatuses/" + exampleID
		w, body := (request{method: c.method, target: target, header: map[string]string{"Prefer": c.prefer}}).send(t)
		if mentioned := strings.Contains(string(body), "create-if-missing"); w.Code != http.StatusNotFound || mentioned != c.mentioned {
			t.Errorf("%s, Prefer: %s: %d %s", c.method, c.prefer, w.Code, body)
		}
	}
}

func TestOperationsAreFoundByTheirIDs(t *testing.T) {
	c, err := api.Contract()
	if err != nil || len(c.Operations) == 0 {
		t.Fatal(err)
	}
	for _, o := range c.Operations {
		if found := c.Operation(o.ID); found != o {
			t.Errorf("Operation(%q) = %+v", o.ID, found)
		}
	}
	for _, id := range []string{"", "UpdateDeviceStatus", "nothing"} {
		if found := c.Operation(id); found != nil {
			t.Errorf("Operation(%q) = %+v, want nil", id, found)
		}
	}
}
