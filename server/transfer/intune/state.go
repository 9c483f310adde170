package intune

import (
	"strconv"
	"strings"

	"installstatus/api/status"
)

// states maps the codes of resultantAppState to members.
var states = map[int]status.InstallState{
	-1: status.InstallStateNotApplicable,
	1:  status.InstallStateInstalled,
	2:  status.InstallStateFailed,
	3:  status.InstallStateNotInstalled,
	4:  status.InstallStateUninstallFailed,
	5:  status.InstallStatePendingInstall,
	99: status.InstallStateUnknown,
}

// localized is the reason to refuse a text that may be a translation.
const localized = "unknown text, perhaps a translation; export with localizationType LocalizedValuesAsAdditionalColumn to have codes in this column"

// parseState parses a code or a member's name, in any case and with or without spaces, as in the English texts. An empty cell
// means unknown.
func parseState(text string) (state status.InstallState, reason string) {
	if text == "" {
		return status.InstallStateUnknown, ""
	}
	if code, err := strconv.Atoi(text); err == nil {
		if state, known := states[code]; known {
			return state, ""
		}
		return "", "not a code of resultantAppState (-1, 1, 2, 3, 4, 5 or 99)"
	}
	name := strings.ReplaceAll(text, " ", "")
	if strings.EqualFold(name, "InstallPending") { // the English text of pendingInstall
		return status.InstallStatePendingInstall, ""
	}
	for _, state := range states {
		if strings.EqualFold(name, string(state)) {
			return state, ""
		}
	}
	return "", localized
}
