package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/auth"
)

// The ids of the sample app, of one of its user statuses, and of the device status in the documentation's example.
const (
	sampleApp    = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60"
	sampleUser   = "c0b9d1a4-52f7-4f6e-8a33-0e6d9c7b1f25"
	sampleStatus = "7560ee45-ee45-7560-45ee-607545ee6075"
)

// sampleRow is a device with the sample app.
type sampleRow struct {
	id, device, deviceID, os, osVersion, user string
	state                                     status.InstallState
	errorCode                                 int32
	synced                                    string
}

var sampleRows = []sampleRow{
	{sampleStatus, "ADELE-LAPTOP", "d-1001", "Windows", "10.0.26100.2314", "adele", status.InstallStatePendingInstall, 0, "2026-11-20T08:12:44.1203341Z"},
	{"1f0e7c3a-8d52-4b6b-9c10-5e2a7f4d3b01", "ADELE-PHONE", "d-1002", "iOS", "19.1", "adele", status.InstallStateInstalled, 0, "2026-11-21T17:03:09.5511200Z"},
	{"1f0e7c3a-8d52-4b6b-9c10-5e2a7f4d3b02", "ALEX-LAPTOP", "d-1003", "Windows", "10.0.22631.4460", "alex", status.InstallStateFailed, -2147023293, "2026-11-21T09:40:00.0000000Z"},
	{"1f0e7c3a-8d52-4b6b-9c10-5e2a7f4d3b03", "ALEX-TABLET", "d-1004", "Android", "16", "alex", status.InstallStateFailed, -942583886, "2026-11-22T21:15:31.7300450Z"},
	{"1f0e7c3a-8d52-4b6b-9c10-5e2a7f4d3b04", "DIEGO-MAC", "d-1005", "macOS", "26.1", "diego", status.InstallStateNotApplicable, 0, "2026-11-19T12:00:00.0000000Z"},
	{"1f0e7c3a-8d52-4b6b-9c10-5e2a7f4d3b05", "DIEGO-PHONE", "d-1006", "iOS", "18.7", "diego", status.InstallStateNotInstalled, -2016330906, "2026-11-22T06:48:12.0040000Z"},
	{"1f0e7c3a-8d52-4b6b-9c10-5e2a7f4d3b06", "KIOSK-01", "d-1007", "Windows", "10.0.22631.4460", "", status.InstallStateInstalled, 0, "2026-11-23T05:00:00.0000000Z"},
	{"1f0e7c3a-8d52-4b6b-9c10-5e2a7f4d3b07", "KIOSK-02", "d-1008", "Windows", "10.0.22631.4460", "", status.InstallStateUninstallFailed, -2147009287, "2026-11-23T05:00:02.2500000Z"},
	{"1f0e7c3a-8d52-4b6b-9c10-5e2a7f4d3b08", "SPARE-17", "d-1009", "Windows", "10.0.19045.5131", "", status.InstallStateUnknown, 0, "0001-01-01T00:00:00Z"},
}

// addSample adds the sample rows. It does not change rows that exist.
func addSample(ctx context.Context, store status.Store) error {
	for _, row := range sampleRows {
		key := status.Key{App: sampleApp, ID: row.id}
		_, err := store.Get(ctx, auth.DevelopmentTenant, key)
		if errors.Is(err, status.ErrNotFound) {
			if row.id == sampleStatus {
				key.User = sampleUser
			}
			_, _, err = store.Update(ctx, auth.DevelopmentTenant, key, row.patch(), status.Cond{CreateIfMissing: true})
		}
		if err != nil {
			return fmt.Errorf("adding the sample data: %w", err)
		}
	}
	return nil
}

func (row sampleRow) patch() status.Patch {
	synced, err := query.ParseDateTime(row.synced)
	if err != nil {
		panic(err) // a typo in sampleRows
	}
	p := status.PatchOf(status.Status{
		DeviceName:                  status.TextOf(row.device),
		DeviceID:                    status.TextOf(row.deviceID),
		LastSyncDateTime:            synced,
		MobileAppInstallStatusValue: row.state,
		InstallState:                row.state,
		ErrorCode:                   row.errorCode,
		OSVersion:                   status.TextOf(row.osVersion),
		OSDescription:               status.TextOf(row.os),
		DisplayVersion:              status.TextOf("4.2.0"),
	}, "deviceName", "deviceId", "lastSyncDateTime", "mobileAppInstallStatusValue", "installState", "errorCode", "osVersion", "osDescription", "displayVersion")
	if row.user != "" {
		p = p.And(status.PatchOf(status.Status{UserName: status.TextOf(row.user), UserPrincipalName: status.TextOf(row.user + "@contoso.example")}, "userName", "userPrincipalName"))
	}
	return p
}

// printSample prints the documentation's example as a command to paste into a shell.
func printSample(to io.Writer, base string, flags tlsFlags, issuer *auth.Development) error {
	trust := ""
	if flags.TLSSelfSigned {
		public, err := flags.publicPath()
		if err != nil {
			return err
		}
		trust = " --cacert " + quoted(public)
	}
	token, err := issuer.Issue(auth.Grant{Tenant: auth.DevelopmentTenant, Scope: auth.WritePermission, Lifetime: 24 * time.Hour}, time.Now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(to, `
The documentation's example with the sample data. Paste it into another terminal:

curl -i%[6]s -X PATCH '%[1]s/beta/deviceAppManagement/mobileApps/%[2]s/deviceStatuses/%[4]s' \
  -H 'Authorization: Bearer %[5]s' \
  -H 'Content-Type: application/json' \
  -d '{
  "deviceName": "Device Name value",
  "deviceId": "Device Id value",
  "lastSyncDateTime": "2017-01-01T00:02:49.3205976-08:00",
  "mobileAppInstallStatusValue": "failed",
  "installState": "failed",
  "errorCode": 9,
  "osVersion": "Os Version value",
  "osDescription": "Os Description value",
  "userName": "User Name value",
  "userPrincipalName": "User Principal Name value",
  "displayVersion": "Display Version value"
}'

The same status on its user path: '%[1]s/beta/deviceAppManagement/mobileApps/%[2]s/userStatuses/%[3]s/deviceStatuses/%[4]s'

`, base, sampleApp, sampleUser, sampleStatus, token, trust)
	return err
}
