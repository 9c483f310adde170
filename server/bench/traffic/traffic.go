// Package traffic is what every server is asked: the documented PATCH with all of its properties, on a row of one app.
// What a device is stays the same from request to request, what happens on it changes. All requests have one length.
package traffic

import (
	"fmt"
	"strings"
)

// Tenant and App are the one tenant and the one app that all rows are of.
const (
	Tenant = "5a3d2f10-6c1b-4e0f-9d4a-2b7c8e9f0a11"
	App    = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60"
)

// Variants is how many bodies there are for a row. Two in a row that are the same are one in so many.
const Variants = 1000

// Row is a row's number as it stands in its id and in its properties.
func Row(number int) string { return fmt.Sprintf("%012d", number) }

// ID is the id of a row.
func ID(row string) string { return "7560ee45-ee45-7560-45ee-" + row }

// Path is the path of a row.
func Path(row string) string {
	return "/beta/deviceAppManagement/mobileApps/" + App + "/deviceStatuses/" + ID(row)
}

// Properties are the properties that a variant sets, in the order of the documentation.
type Properties struct {
	DeviceName, DeviceID                                  string
	LastSyncDateTime                                      string
	MobileAppInstallStatusValue, InstallState             string
	ErrorCode                                             int32
	OSVersion, OSDescription, UserName, UserPrincipalName string
	DisplayVersion                                        string
}

// Of are the properties of a row in one of the variants.
func Of(row string, variant int) Properties {
	// Two states of a pair have the same length together as those of every other pair.
	states := [][2]string{
		{"failed", "uninstallFailed"}, {"installed", "notInstalled"}, {"pendingInstall", "unknown"},
		{"uninstallFailed", "failed"}, {"notInstalled", "installed"}, {"unknown", "pendingInstall"},
	}[variant%6]
	return Properties{
		DeviceName: "Device Name " + row,
		DeviceID:   "Device Id " + row,
		// Seven digits of which the last is no zero: who keeps them all answers them all.
		LastSyncDateTime:            fmt.Sprintf("2017-01-%02dT00:%02d:49.320%03d6-08:00", 1+variant%28, variant%60, variant),
		MobileAppInstallStatusValue: states[0],
		InstallState:                states[1],
		ErrorCode:                   int32(-2016345060 - variant),
		OSVersion:                   fmt.Sprintf("Os Version value %03d", variant),
		OSDescription:               "Os Description value",
		UserName:                    "User Name value",
		UserPrincipalName:           "user-" + row + "@contoso.example",
		DisplayVersion:              fmt.Sprintf("%s%03d", DisplayVersion, variant),
	}
}

// DisplayVersion is how every displayVersion begins; three digits follow, which name the variant.
const DisplayVersion = "Display Version value "

// Body is the body of a PATCH: the properties of a row in one of the variants.
func Body(row string, variant int) string {
	p := Of(row, variant)
	return fmt.Sprintf(`{"deviceName":%q,"deviceId":%q,"lastSyncDateTime":%q,"mobileAppInstallStatusValue":%q,"installState":%q,`+
		`"errorCode":%d,"osVersion":%q,"osDescription":%q,"userName":%q,"userPrincipalName":%q,"displayVersion":%q}`,
		p.DeviceName, p.DeviceID, p.LastSyncDateTime, p.MobileAppInstallStatusValue, p.InstallState,
		p.ErrorCode, p.OSVersion, p.OSDescription, p.UserName, p.UserPrincipalName, p.DisplayVersion)
}

// Request is the whole request as it goes over the wire. Every server gets the same, with a token, whether it looks at
// it or not.
func Request(host, token, row string, variant int) string {
	body := Body(row, variant)
	return strings.Join([]string{
		"PATCH " + Path(row) + " HTTP/1.1",
		"Host: " + host,
		"Authorization: Bearer " + token,
		"Content-Type: application/json",
		fmt.Sprintf("Content-Length: %d", len(body)),
		"",
		body,
	}, "\r\n")
}
