package columns

import "installstatus/api/status"

// Given are the columns that a patch sets, and a Row that has what it sets them to.
func Given(patch status.Patch) (Set, *Row) {
	of := func(s status.Status) *Row { return RowOf(status.Row{Status: s}) }
	blank := status.Status{}
	other := everything().Apply(blank)
	to := of(patch.Apply(blank))
	return Changed(of(blank), of(other)) &^ Changed(to, of(patch.Apply(other))), to
}

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
