package status

// InstallState is Graph's resultantAppState. The enumeration is not evolvable: it has no other members.
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

// InstallStateDetail is Graph's resultantAppStateDetail; its members are in the contract. "" means none.
type InstallStateDetail string
