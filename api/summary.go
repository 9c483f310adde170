package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"installstatus/api/status"
	"installstatus/gen"
)

// GetInstallSummary implements the operation getInstallSummary.
func (a *API) GetInstallSummary(c echo.Context, app string, params gen.GetInstallSummaryParams) error {
	r := c.Request()
	summary, err := a.store.Summarize(r.Context(), exchangeOf(r).caller.Tenant, app)
	if err != nil {
		return err
	}
	if !notModified(c, params.IfNoneMatch, summary.ETag()) {
		writeJSON(c.Response(), http.StatusOK, contentType, summaryEntityOf(summary))
	}
	return nil
}

// summaryEntityOf returns a summary as the contract answers it.
func summaryEntityOf(s status.Summary) gen.MobileAppInstallSummary {
	return gen.MobileAppInstallSummary{
		OdataType:                 gen.MobileAppInstallSummaryOdataTypeHashMicrosoftGraphMobileAppInstallSummary,
		ID:                        s.App,
		InstalledDeviceCount:      s.Devices.Installed,
		FailedDeviceCount:         s.Devices.Failed,
		NotApplicableDeviceCount:  s.Devices.NotApplicable,
		NotInstalledDeviceCount:   s.Devices.NotInstalled,
		PendingInstallDeviceCount: s.Devices.PendingInstall,
		InstalledUserCount:        s.Users.Installed,
		FailedUserCount:           s.Users.Failed,
		NotApplicableUserCount:    s.Users.NotApplicable,
		NotInstalledUserCount:     s.Users.NotInstalled,
		PendingInstallUserCount:   s.Users.PendingInstall,
	}
}
