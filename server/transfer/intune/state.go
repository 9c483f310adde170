package intune

import (
	"strconv"
	"strings"

	"installstatus/api/status"
)

// stateCodes maps the codes of resultantAppState to members.
var stateCodes = map[int]status.InstallState{
	-1: status.InstallStateNotApplicable,
	1:  status.InstallStateInstalled,
	2:  status.InstallStateFailed,
	3:  status.InstallStateNotInstalled,
	4:  status.InstallStateUninstallFailed,
	5:  status.InstallStatePendingInstall,
	99: status.InstallStateUnknown,
}

const (
	// translated is the reason to refuse a text that may be a translation.
	translated = "unknown text, perhaps a translation; export with localizationType LocalizedValuesAsAdditionalColumn to have codes in this column"
	// notEnglish is the reason to refuse the text of a column that is read only because the one with codes is missing.
	notEnglish = "not an English state such as Installed or Install Pending; export the report with the column of codes, AppInstallState"
)

// reportState reads the state of a row of a report, and reports whether it says one.
func (r *reader) reportState(to *status.Status, noBlank bool, translation *string) bool {
	if !r.translation(to, translation) {
		if noBlank && !r.hasText(InstallState) && !r.hasText(AppInstallState) {
			return false
		}
		if !r.state(&to.InstallState, "installState", InstallState, AppInstallState) {
			return false
		}
	}
	r.giveBoth(to)
	return true
}

// entityStates reads the states of an entity. What only reports have fills what the entity leaves out.
func (r *reader) entityStates(to *status.Status, translation *string) {
	if !r.hasText(MobileAppInstallStatusValue) && r.translation(to, translation) {
		r.giveBoth(to)
		return
	}
	r.state(&to.InstallState, "installState", InstallState, AppInstallState)
	if !r.hasText(MobileAppInstallStatusValue) && r.hasText(AppInstallState) {
		r.giveBoth(to)
		return
	}
	r.state(&to.MobileAppInstallStatusValue, mobileAppInstallStatusValue, MobileAppInstallStatusValue)
}

// translation reads the state from a column with texts, if no other has it, and reports whether it did.
func (r *reader) translation(to *status.Status, translation *string) bool {
	if r.hasText(InstallState) || r.hasText(AppInstallState) {
		return false
	}
	for _, column := range [...]Column{AppInstallStateLoc, InstallStateLoc} {
		if r.hasText(column) {
			*translation = r.cells[column].Name
			return read(r, &to.InstallState, "installState", parseEnglishState, same[status.InstallState], AppInstallStateLoc, InstallStateLoc)
		}
	}
	return false
}

func (r *reader) state(to *status.InstallState, property string, columns ...Column) bool {
	return read(r, to, property, parseState, same[status.InstallState], columns...)
}

const mobileAppInstallStatusValue = "mobileAppInstallStatusValue"

func (r *reader) giveBoth(to *status.Status) {
	to.MobileAppInstallStatusValue = to.InstallState
	r.given = append(r.given, mobileAppInstallStatusValue)
}

func (r *reader) hasText(column Column) bool { return strings.TrimSpace(r.cells[column].Text) != "" }

// parseState parses a code or a member's name, in any case and with or without blanks, as in the English texts. An empty cell
// means unknown.
func parseState(text string) (state status.InstallState, reason string) {
	if text == "" {
		return status.InstallStateUnknown, ""
	}
	if code, err := strconv.Atoi(text); err == nil {
		if state, known := stateCodes[code]; known {
			return state, ""
		}
		return "", "not a code of resultantAppState (-1, 1, 2, 3, 4, 5 or 99)"
	}
	name := fold(text)
	if name == "installpending" { // the English text of pendingInstall
		return status.InstallStatePendingInstall, ""
	}
	for _, state := range stateCodes {
		if strings.EqualFold(name, string(state)) {
			return state, ""
		}
	}
	return "", translated
}

// parseEnglishState is parseState for a column whose name ends in _loc.
func parseEnglishState(text string) (status.InstallState, string) {
	state, reason := parseState(text)
	if reason != "" {
		reason = notEnglish
	}
	return state, reason
}
