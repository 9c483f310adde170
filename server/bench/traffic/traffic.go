// Package traffic defines the request that every server gets: the documented PATCH with all of its properties, on a row of one
// app. The properties of the device are always the same, the others change. All requests have one length.
package traffic

import (
	"fmt"
	"strings"
)

// Tenant and App are those of all rows.
const (
	Tenant = "5a3d2f10-6c1b-4e0f-9d4a-2b7c8e9f0a11"
	App    = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60"
)

// Variants is the number of bodies for a row. Two consecutive ones are equal once in so many.
const Variants = 1000

// Row is the number of a row, which is in its id and in its properties.
func Row(number int) string { return fmt.Sprintf("%012d", number) }

// ID returns the id of a row.
func ID(row string) string { return "7560ee45-ee45-7560-45ee-" + row }

// Path returns the path of a row.
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

// Of returns the properties of a row in one of the variants.
func Of(row string, variant int) Properties {
	// The two states of each pair have the same total length as those of every other pair.
	states := [][2]string{
		{"failed", "uninstallFailed"}, {"installed", "notInstalled"}, {"pendingInstall", "unknown"},
		{"uninstallFailed", "failed"}, {"notInstalled", "installed"}, {"unknown", "pendingInstall"},
	}[variant%6]
	return Properties{
		DeviceName: "Device Name " + row,
		DeviceID:   "Device Id " + row,
		// Seven digits with a last one that is not zero, so that a server that drops digits is noticed.
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

// DisplayVersion is the beginning of every displayVersion. Three digits follow, which identify the variant.
const DisplayVersion = "Display Version value "

// Body returns the body of a PATCH: the properties of a row in one of the variants.
func Body(row string, variant int) string {
	p := Of(row, variant)
	return fmt.Sprintf(`{"deviceName":%q,"deviceId":%q,"lastSyncDateTime":%q,"mobileAppInstallStatusValue":%q,"installState":%q,`+
		`"errorCode":%d,"osVersion":%q,"osDescription":%q,"userName":%q,"userPrincipalName":%q,"displayVersion":%q}`,
		p.DeviceName, p.DeviceID, p.LastSyncDateTime, p.MobileAppInstallStatusValue, p.InstallState,
		p.ErrorCode, p.OSVersion, p.OSDescription, p.UserName, p.UserPrincipalName, p.DisplayVersion)
}

// Request returns the whole request as it is sent. Every server gets the same one, with a token even if it ignores it.
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
