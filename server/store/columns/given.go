package columns

import "installstatus/api/status"

// blank and full are statuses that differ in every property. What a patch sets is the same in both of them when it is applied.
var (
	blank status.Status
	full  = everything().Apply(blank)
	every = Changed(ofStatus(blank), ofStatus(full))
)

// Given are the columns that a patch sets, and a Row that has what it sets them to.
func Given(patch status.Patch) (Set, *Row) {
	to := ofStatus(patch.Apply(blank))
	return every &^ Changed(to, ofStatus(patch.Apply(full))), to
}

func ofStatus(s status.Status) *Row { return RowOf(status.Row{Status: s}) }

// everything sets each property to something else than it is in the zero Status.
func everything() status.Patch {
	patch := status.Patch{
		LastSyncDateTime:            status.Set(status.NeverSynced),
		MobileAppInstallStatusValue: status.Set(status.InstallStateUnknown),
		InstallState:                status.Set(status.InstallStateUnknown),
		InstallStateDetail:          status.Set(status.InstallStateDetail("noAdditionalDetails")),
		ErrorCode:                   status.Set(int32(1)),
	}
	for _, property := range status.Properties() {
		if text := patch.Text(property); text != nil {
			*text = status.Set(status.TextOf(""))
		}
	}
	return patch
}
