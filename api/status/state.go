package status

// InstallState is Graph's resultantAppState. It is not evolvable: there are no other members.
type InstallState string

// The members of resultantAppState.
const (
	InstallStateInstalled       InstallState = "installed"
	InstallStateFailed          InstallState = "failed"
	InstallStateNotInstalled    InstallState = "notInstalled"
	InstallStateUninstallFailed InstallState = "uninstallFailed"
	InstallStatePendingInstall  InstallState = "pendingInstall"
	InstallStateUnknown         InstallState = "unknown"
	InstallStateNotApplicable   InstallState = "notApplicable"
)

// InstallStateDetail is Graph's resultantAppStateDetail; its members stand in the contract. "" is none.
type InstallStateDetail string
