package intune

import (
	"strconv"
	"strings"

	"installstatus/api/status"
)

// details maps the documented codes of resultantAppStateDetail to members.
var details = map[int]status.InstallStateDetail{
	0:     "noAdditionalDetails",
	1:     "dependencyFailedToInstall",
	2:     "dependencyWithRequirementsNotMet",
	3:     "dependencyPendingReboot",
	4:     "dependencyWithAutoInstallDisabled",
	5:     "supersededAppUninstallFailed",
	6:     "supersededAppUninstallPendingReboot",
	7:     "removingSupersededApps",
	1000:  "iosAppStoreUpdateFailedToInstall",
	1001:  "vppAppHasUpdateAvailable",
	1002:  "userRejectedUpdate",
	1003:  "uninstallPendingReboot",
	1004:  "supersedingAppsDetected",
	1005:  "supersededAppsDetected",
	2000:  "seeInstallErrorCode",
	3000:  "autoInstallDisabled",
	3001:  "managedAppNoLongerPresent",
	3002:  "userRejectedInstall",
	3003:  "userIsNotLoggedIntoAppStore",
	3004:  "untargetedSupersedingAppsDetected",
	3005:  "appRemovedBySupersedence",
	4000:  "seeUninstallErrorCode",
	5000:  "pendingReboot",
	5001:  "installingDependencies",
	5002:  "contentDownloaded",
	-1000: "processorArchitectureNotApplicable",
	-1001: "minimumDiskSpaceNotMet",
	-1002: "minimumOsVersionNotMet",
	-1003: "minimumPhysicalMemoryNotMet",
	-1004: "minimumLogicalProcessorCountNotMet",
	-1005: "minimumCpuSpeedNotMet",
	-1006: "platformNotApplicable",
	-1011: "fileSystemRequirementNotMet",
	-1012: "registryRequirementNotMet",
	-1013: "powerShellScriptRequirementNotMet",
	-1016: "supersedingAppsNotApplicable",
}

// detail is a member of resultantAppStateDetail or an undocumented code.
type detail struct {
	member  status.InstallStateDetail
	unknown string
}

// parseDetail parses a code, or a member's name in any case. An empty cell means no detail.
func parseDetail(text string) (d detail, reason string) {
	if text == "" {
		return detail{}, ""
	}
	if code, err := strconv.Atoi(text); err == nil {
		if member, known := details[code]; known {
			return detail{member: member}, ""
		}
		return detail{unknown: strconv.Itoa(code)}, ""
	}
	for _, member := range details {
		if strings.EqualFold(text, string(member)) {
			return detail{member: member}, ""
		}
	}
	return detail{}, translated
}
