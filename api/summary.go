package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"installstatus/gen"
)

// GetInstallSummary implements the operation getInstallSummary.
func (a *API) GetInstallSummary(c echo.Context, app string, params gen.GetInstallSummaryParams) error {
	selected, err := summaryJSON.selectOne(a.summaries, params.Select)
	if err != nil {
		return err
	}
	r := c.Request()
	summary, err := a.store.Summarize(r.Context(), exchangeOf(r).caller.Tenant, app)
	if err != nil {
		return err
	}
	if !notModified(c, params.IfNoneMatch, summary.ETag()) {
		summaryJSON.write(c.Response(), http.StatusOK, &summary, selected)
	}
	return nil
}
