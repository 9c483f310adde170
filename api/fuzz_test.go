package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"installstatus/api"
	"installstatus/api/contract/contracttest"
	"installstatus/gen"
)

// FuzzPath checks that any path is answered by an operation or refused, as the contract says, and that an accepted key is the key
// that was sent.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{
		exampleTarget, "/BETA/deviceappmanagement/mobileapps('a''b')/devicestatuses(%27x%27)", "/beta/deviceAppManagement/mobileApps/a%2Fb/deviceStatuses/%25",
		"/", "//", "/beta/../beta", "/beta/deviceAppManagement/mobileApps/%00/deviceStatuses/%ff", "/beta/deviceAppManagement/mobileApps/a/userStatuses('u')/deviceStatuses/b",
		exampleList + "/$count", exampleList + "/%24count/", exampleList + "('$x')", exampleList + "/$ref", exampleTarget + "//", exampleApp + "/userStatuses/$x/deviceStatuses/y", "/beta/",
		"/beta/deviceAppManagement/mobileApps(/deviceStatuses)", "*", "/beta?x", "/beta/deviceAppManagement/mobileApps/:x/deviceStatuses/*",
	} {
		f.Add(seed)
	}
	handler, err := api.New(newExampleStore(f), api.Options{Authenticate: allowAll})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, target string) {
		address, err := url.ParseRequestURI(target)
		if err != nil || address.Host != "" || address.Opaque != "" {
			t.Skip()
		}
		r := httptest.NewRequest(http.MethodPatch, "/", strings.NewReader(`{}`))
		r.URL = address
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Prefer", "create-if-missing")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		contracttest.Check(t, contracttest.Answer{Method: r.Method, Target: address.EscapedPath(), Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()})
		if w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w.Code != http.StatusCreated && w.Code != http.StatusOK {
			return
		}
		var entity gen.MobileAppInstallStatus
		if err := json.Unmarshal(w.Body.Bytes(), &entity); err != nil {
			t.Fatal(err)
		}
		segments := strings.Split(strings.TrimSuffix(address.EscapedPath(), "/"), "/")
		last, _ := url.PathUnescape(segments[len(segments)-1])
		if name, key, quoted := strings.Cut(last, "('"); quoted && strings.EqualFold(name, "deviceStatuses") {
			last = strings.ReplaceAll(strings.TrimSuffix(key, "')"), "''", "'")
		}
		if entity.ID != last || strings.HasPrefix(last, "$") {
			t.Errorf("%s: id %q, want %q", target, entity.ID, last)
		}
		if location := w.Header().Get("Location"); location != "" {
			again := httptest.NewRequest(http.MethodGet, location, nil)
			second := httptest.NewRecorder()
			handler.ServeHTTP(second, again)
			if second.Code != http.StatusOK || second.Body.String() != w.Body.String() {
				t.Errorf("GET %s, the Location of %s: %d", location, target, second.Code)
			}
		}
	})
}

// FuzzBody checks that any body is accepted or refused as the contract says, and that the response to an accepted body has the
// values that encoding/json finds in it.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"deviceName":null,"errorCode":-2147483648,"installState":"FAILED","lastSyncDateTime":"2017-01-01T00:02:49.3205976-08:00"}`,
		`{"errorCode":1e1}`, `{"errorCode":-0}`, `{"a":1,"a":2}`, `{"osVersion":"\ud83d\ude00\u0000"}`, `[`, `{"@odata.type":"#microsoft.graph.mobileAppInstallStatus","@odata.x":[{}]}`,
		`{"@microsoft.graph.tips":"x","@type":"#microsoft.graph.mobileAppInstallStatus","deviceName@vendor.note":{"a":[null]},"os_description":null}`,
		`{"id":"` + exampleID + `","app":{}}`, "\ufeff{}", `{"installStateDetail":"pendingReboot"} `, `{"osVersion":"\xff"}`,
	} {
		f.Add([]byte(seed))
	}
	handler, err := api.New(newExampleStore(f), api.Options{Authenticate: allowAll})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPatch, exampleTarget, strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		contracttest.Check(t, contracttest.Answer{Method: r.Method, Target: exampleTarget, Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()})
		if w.Code == http.StatusBadRequest || w.Code == http.StatusRequestEntityTooLarge {
			return
		}
		if w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		var sent, got map[string]any
		if err := json.Unmarshal(body, &sent); err != nil {
			if body[0] == 0x1f { // gzip
				return
			}
			t.Fatalf("the API accepts %q, encoding/json does not: %v", body, err)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		for name, value := range sent {
			if strings.Contains(name, "@") {
				continue
			}
			text, isText := value.(string)
			answered, _ := got[name].(string)
			folds := strings.HasPrefix(name, "installState") || name == "mobileAppInstallStatusValue"
			if same := reflect.DeepEqual(got[name], value) || folds && isText && strings.EqualFold(text, answered); !same {
				t.Errorf("%s is %v, want %v", name, got[name], value)
			}
		}
	})
}

// FuzzBatch checks that the responses to any batch, and to each of its requests, are as the contract says.
func FuzzBatch(f *testing.F) {
	step := `{"id":"1","method":"PATCH","url":"` + strings.TrimPrefix(exampleTarget, "/beta") + `","headers":{"content-type":"application/json"},"body":{"errorCode":1}}`
	for _, seed := range []string{
		`{"requests":[]}`, `{"requests":[` + step + `]}`, `{"requests":[` + step + `,` + step + `]}`, `{"requests":[` + step + `,{"id":"2","method":"get","url":"?","dependsOn":["1"]}]}`,
		`{"@odata.context":"x","requests@odata.count":1,"requests":[{"@type":1,"id":"1","method":"GET","url":"x","headers":{"@vendor.note":[],"Prefer":"a","Prefer@odata.type":1},"depends_on":[]}]}`,
		`{"requests":[{"id":"a","method":"POST","url":"$batch","headers":{"Content-Type":"application/json"},"body":{"requests":[` + step + `]}}]}`,
		`{"requests":[{"id":"a","method":"HEAD","url":"/../beta//x?%zz#y","headers":{"":"","If-Match":"*"},"body":[{"a":1,"a":2},"\u0000"],"dependsOn":["A"]}]}`,
		`{"requests":[{"id":"a","method":"GET","url":"` + strings.TrimPrefix(exampleList, "/beta") + `/$count?$filter=errorCode eq 9","headers":null,"body":null,"dependsOn":null,"depends_on":["a"]}]}`,
		`{"requests":[{"id":"a","method":"DELETE","url":"https://joe@contoso.example/","headers":{"Content-Type":"x","content-type":"y"},"body":null}]}`,
	} {
		f.Add([]byte(seed))
	}
	handler, err := api.New(newExampleStore(f), api.Options{Authenticate: allowAll})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/beta/$batch", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		contracttest.Check(t, contracttest.Answer{Method: r.Method, Target: "/beta/$batch", Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()})
		if w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w.Code != http.StatusOK || bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
			return
		}
		for _, item := range contracttest.Items(t, body, w.Body.Bytes()) {
			if item.Status >= 500 {
				t.Errorf("%d %s", item.Status, item.Body)
			}
		}
	})
}
