package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/gen"
)

// ListUserStatuses implements the operation listUserStatuses.
func (a *API) ListUserStatuses(c echo.Context, app string, params gen.ListUserStatusesParams) error {
	return a.userStatuses.answer(c, status.Query{App: app}, options(params))
}

// CountUserStatuses implements the operation countUserStatuses.
func (a *API) CountUserStatuses(c echo.Context, app string, params gen.CountUserStatusesParams) error {
	return a.userStatuses.count(c, status.Query{App: app}, params.Filter)
}

// GetUserStatus implements the operation getUserStatus.
func (a *API) GetUserStatus(c echo.Context, app, user string, params gen.GetUserStatusParams) error {
	selected, err := userStatusJSON.selectOne(a.userStatuses.odata, params.Select)
	if err != nil {
		return err
	}
	r := c.Request()
	found, err := a.store.ListUsers(r.Context(), exchangeOf(r).caller.Tenant, status.Query{App: app, User: user, Query: query.Query{Limit: 1}})
	if err != nil {
		return err
	}
	if len(found.Rows) == 0 {
		return errNoUserStatus
	}
	one := &found.Rows[0]
	if !notModified(c, params.IfNoneMatch, one.ETag()) {
		userStatusJSON.write(c.Response(), http.StatusOK, one, selected)
	}
	return nil
}
