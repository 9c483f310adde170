package errorcodes

// Source is the documentation of a code.
type Source struct {
	Key   string // as codes.tsv names it
	Title string
	URL   string
}

var sources = byKey(
	Source{"appx", "Windows app packages", "https://learn.microsoft.com/windows/win32/appxpkg/troubleshooting"},
	Source{"bits", "Background Intelligent Transfer Service", "https://learn.microsoft.com/windows/win32/bits/bits-return-values"},
	Source{"com", "COM and certificates", "https://learn.microsoft.com/windows/win32/com/com-error-codes"},
	Source{"do", "Delivery Optimization", "https://learn.microsoft.com/windows/win32/delivery_optimization/do-return-values"},
	Source{"ime", "Intune management extension", "https://www.anoopcnair.com/intune-management-extension-deep-dive-level-300/"},
	Source{"intune", "Intune app installation errors", "https://learn.microsoft.com/troubleshoot/mem/intune/app-management/app-install-error-codes"},
	Source{"intune-common", "Intune error and status codes", "https://learn.microsoft.com/troubleshoot/mem/intune/general/troubleshoot-company-resource-access-problems"},
	Source{"msi", "Windows Installer", "https://learn.microsoft.com/windows/win32/msi/error-codes"},
	Source{"win32", "Windows system errors", "https://learn.microsoft.com/windows/win32/debug/system-error-codes"},
	Source{"winget", "WinGet", "https://github.com/microsoft/winget-cli/blob/master/src/AppInstallerSharedLib/Public/AppInstallerErrors.h"},
	Source{"wininet", "Windows internet functions", "https://learn.microsoft.com/windows/win32/wininet/wininet-errors"},
	Source{"wua", "Windows Update agent", "https://learn.microsoft.com/windows/win32/wua_sdk/wua-success-and-error-codes-"},
	Source{"wua-network", "Windows Update agent, network", "https://learn.microsoft.com/windows/win32/wua_sdk/wua-networking-error-codes-"},
)

func byKey(list ...Source) map[string]Source {
	byKey := make(map[string]Source, len(list))
	for _, source := range list {
		byKey[source.Key] = source
	}
	return byKey
}
