package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"installstatus/api"
	"installstatus/api/status/memory"
	"installstatus/server/web"
)

const (
	readPermission  = "DeviceManagementApps.Read.All"
	writePermission = "DeviceManagementApps.ReadWrite.All"
)

// server serves the pages, and the API over a store in memory.
type server struct {
	*httptest.Server
	api   http.Handler
	store *memory.Store
}

// serve starts a server on which "Bearer writer" may write and "Bearer reader" may read. In development, /dev/token returns
// the writer's token.
func serve(t *testing.T, options web.Options) server {
	t.Helper()
	callers := map[string]api.Caller{
		"Bearer writer": {Tenant: "tenant", Scopes: []string{writePermission}},
		"Bearer reader": {Tenant: "tenant", Scopes: []string{readPermission}},
	}
	store := new(memory.Store)
	handler, err := api.New(store, api.Options{Authenticate: func(r *http.Request) (api.Caller, error) {
		caller, ok := callers[r.Header.Get("Authorization")]
		if !ok {
			return caller, api.Unauthenticated("The token is not one of this server's.")
		}
		return caller, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.New(handler, options)
	if err != nil {
		t.Fatal(err)
	}
	s := server{api: handler, store: store, Server: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/dev/token" && options.Development {
			fmt.Fprint(w, `{"access_token":"writer","token_type":"Bearer"}`)
			return
		}
		pages.ServeHTTP(w, r)
	}))}
	t.Cleanup(s.Close)
	return s
}

// put creates or changes a device status of the app "app" without the browser.
func (s server) put(t *testing.T, id, body string) {
	t.Helper()
	s.ask(t, http.MethodPatch, "deviceStatuses/"+id, body)
}

// delete deletes a device status of the app "app" without the browser.
func (s server) delete(t *testing.T, id string) {
	t.Helper()
	s.ask(t, http.MethodDelete, "deviceStatuses/"+id, "")
}

// get returns the body of a device status of the app "app".
func (s server) get(t *testing.T, id string) string {
	t.Helper()
	return s.ask(t, http.MethodGet, "deviceStatuses/"+id, "")
}

// ask sends a request to the API. The path is relative to the app "app".
func (s server) ask(t *testing.T, method, path, body string) string {
	t.Helper()
	r := httptest.NewRequest(method, "/beta/deviceAppManagement/mobileApps/app/"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer writer")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Prefer", "create-if-missing")
	w := httptest.NewRecorder()
	if s.api.ServeHTTP(w, r); w.Code >= http.StatusMultipleChoices {
		t.Fatalf("%s of %s: %d %s", method, path, w.Code, w.Body)
	}
	return w.Body.String()
}

// putSample creates statuses in every state.
func (s server) putSample(t *testing.T) {
	t.Helper()
	for id, body := range map[string]string{
		"1": `{"deviceName":"ADELE-LAPTOP","deviceId":"d-1001","userName":"adele","userPrincipalName":"adele@contoso.example","installState":"pendingInstall","mobileAppInstallStatusValue":"pendingInstall","osVersion":"10.0.26100.2314","osDescription":"Windows","displayVersion":"4.2.0","lastSyncDateTime":"2026-11-20T08:12:44.1203341Z"}`,
		"2": `{"deviceName":"ADELE-PHONE","userPrincipalName":"adele@contoso.example","installState":"installed","osVersion":"19.1","lastSyncDateTime":"2026-11-21T17:03:09.5511200Z"}`,
		"3": `{"deviceName":"ALEX-LAPTOP","userPrincipalName":"alex@contoso.example","installState":"failed","errorCode":-2147023293,"osVersion":"10.0.22631.4460","lastSyncDateTime":"2026-11-21T09:40:00Z"}`,
		"4": `{"deviceName":"ALEX-TABLET","userPrincipalName":"alex@contoso.example","installState":"failed","errorCode":-942583886,"osVersion":"16","lastSyncDateTime":"2026-11-22T21:15:31.7300450Z"}`,
		"5": `{"deviceName":"DIEGO-MAC","userPrincipalName":"diego@contoso.example","installState":"notApplicable","osVersion":"26.1","lastSyncDateTime":"2026-11-19T12:00:00Z"}`,
		"6": `{"deviceName":"DIEGO-PHONE","userPrincipalName":"diego@contoso.example","installState":"notInstalled","errorCode":-2016330906,"osVersion":"18.7","lastSyncDateTime":"2026-11-22T06:48:12.004Z"}`,
		"7": `{"deviceName":"KIOSK-01","installState":"installed","osVersion":"10.0.22631.4460","lastSyncDateTime":"2026-11-23T05:00:00Z"}`,
		"8": `{"deviceName":"KIOSK-02","installState":"uninstallFailed","errorCode":-2147009287,"osVersion":"10.0.22631.4460","lastSyncDateTime":"2026-11-23T05:00:02.25Z"}`,
		"9": `{"deviceName":"SPARE-17","osVersion":"10.0.19045.5131"}`,
	} {
		s.put(t, id, body)
	}
}
