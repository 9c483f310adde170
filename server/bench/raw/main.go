// Command raw is the practical limit of Go's HTTP server: net/http and encoding/json over a map, without validation and
// authentication.
package main

import (
	"encoding/json"
	"io"
	"net/http"

	"installstatus/server/bench/peer"
)

// status is an install status. Decoding a body into it keeps the properties that the body omits.
type status struct {
	Type                        string  `json:"@odata.type"`
	ID                          string  `json:"id"`
	DeviceName                  *string `json:"deviceName"`
	DeviceID                    *string `json:"deviceId"`
	LastSyncDateTime            string  `json:"lastSyncDateTime"`
	MobileAppInstallStatusValue string  `json:"mobileAppInstallStatusValue"`
	InstallState                string  `json:"installState"`
	ErrorCode                   int32   `json:"errorCode"`
	OSVersion                   *string `json:"osVersion"`
	OSDescription               *string `json:"osDescription"`
	UserName                    *string `json:"userName"`
	UserPrincipalName           *string `json:"userPrincipalName"`
	DisplayVersion              *string `json:"displayVersion"`
}

func main() {
	peer.Run(func(number int) (http.Handler, error) {
		rows, err := peer.NewRows(number, func(id string, body []byte) (s status, err error) {
			s.Type, s.ID = "#microsoft.graph.mobileAppInstallStatus", id
			return s, json.Unmarshal(body, &s)
		})
		if err != nil {
			return nil, err
		}
		mux := http.NewServeMux()
		mux.HandleFunc("PATCH /beta/deviceAppManagement/mobileApps/{app}/deviceStatuses/{id}", update(rows))
		return mux, nil
	})
}

func update(rows *peer.Rows[status]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has left
		}
		var answer []byte
		_, found, err := rows.Update(r.PathValue("app"), r.PathValue("id"), func(s *status) (err error) {
			if err := json.Unmarshal(body, s); err != nil {
				return err
			}
			answer, err = json.Marshal(s) // under the lock, since decoding writes to the row
			return err
		})
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
		case !found:
			http.NotFound(w, r)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(answer)
		}
	}
}
