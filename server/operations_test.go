package main

import (
	"net/http"
	"testing"

	"installstatus/gen"
)

func TestEveryOperationOfTheContractIsServed(t *testing.T) {
	rows := map[string]struct {
		call
		want int
	}{
		"getService":              {call{method: http.MethodGet, target: "/beta/"}, 200},
		"countDeviceStatuses":     {call{method: http.MethodGet, target: statusesPath("app") + "/$count"}, 200},
		"countUserStatuses":       {call{method: http.MethodGet, target: "/beta/deviceAppManagement/mobileApps/app/userStatuses/$count"}, 200},
		"countUserDeviceStatuses": {call{method: http.MethodGet, target: userStatusesPath("app", "user") + "/$count"}, 200},
		"listMobileApps":          {call{method: http.MethodGet, target: "/beta/deviceAppManagement/mobileApps"}, 200},
		"listDeviceStatuses":      {call{method: http.MethodGet, target: statusesPath("app")}, 200},
		"createDeviceStatus":      {call{method: http.MethodPost, target: statusesPath("app"), body: `{}`}, 201},
		"getDeviceStatus":         {call{method: http.MethodGet, target: statusPath("app", "id")}, 200},
		"updateDeviceStatus":      {call{target: statusPath("app", "id"), body: `{}`}, 200},
		"deleteDeviceStatus":      {call{method: http.MethodDelete, target: statusPath("app", "none")}, 404},
		"listUserStatuses":        {call{method: http.MethodGet, target: "/beta/deviceAppManagement/mobileApps/app/userStatuses"}, 200},
		"getUserStatus":           {call{method: http.MethodGet, target: "/beta/deviceAppManagement/mobileApps/app/userStatuses/user"}, 200},
		"listUserDeviceStatuses":  {call{method: http.MethodGet, target: userStatusesPath("app", "user")}, 200},
		"createUserDeviceStatus":  {call{method: http.MethodPost, target: userStatusesPath("app", "user"), body: `{}`}, 201},
		"getUserDeviceStatus":     {call{method: http.MethodGet, target: userStatusPath("app", "user", "id")}, 200},
		"updateUserDeviceStatus":  {call{target: userStatusPath("app", "user", "id"), body: `{}`}, 200},
		"deleteUserDeviceStatus":  {call{method: http.MethodDelete, target: userStatusPath("app", "user", "none")}, 404},
		"getInstallSummary":       {call{method: http.MethodGet, target: "/beta/deviceAppManagement/mobileApps/app/installSummary"}, 200},
		"batch":                   {call{method: http.MethodPost, target: batchPath, body: `{"requests":[{"id":"1","method":"GET","url":"/deviceAppManagement/mobileApps/app/deviceStatuses"}]}`}, 200},
	}
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t)
	s.create(t, userStatusPath("app", "user", "id"), `{}`)
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			row, ok := rows[operation.OperationID]
			if !ok {
				t.Errorf("no case requests %s", operation.OperationID)
				continue
			}
			if a := s.do(t, row.call); a.status != row.want {
				t.Errorf("%s: %d %s", operation.OperationID, a.status, a.body)
			}
		}
	}
}
