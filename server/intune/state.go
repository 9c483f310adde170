package intune

import (
	"strconv"
	"strings"

	"installstatus/api/status"
)

// states are the codes of resultantAppState.
var states = map[int]status.InstallState{
	-1: status.InstallStateNotApplicable,
	1:  status.InstallStateInstalled,
	2:  status.InstallStateFailed,
	3:  status.InstallStateNotInstalled,
	4:  status.InstallStateUninstallFailed,
	5:  status.InstallStatePendingInstall,
	99: status.InstallStateUnknown,
}

// localized is why a text is refused that may be right in some language.
const localized = "a text, perhaps in the language of whoever exported; export with localizationType LocalizedValuesAsAdditionalColumn, so that the column has the code"

// parseState reads a code, or a member's name in any case, with spaces too, as the English texts have it. An empty cell is
// unknown.
func parseState(text string) (state status.InstallState, reason string) {
	if text == "" {
		return status.InstallStateUnknown, ""
	}
	if code, err := strconv.Atoi(text); err == nil {
		if state, known := states[code]; known {
			return state, ""
		}
		return "", "not a code of resultantAppState, which are -1, 1, 2, 3, 4, 5 and 99"
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
