package api

import (
	"context"

	"github.com/labstack/echo/v4"

	"installstatus/api/status"
	"installstatus/gen"
)

// ListMobileApps implements the operation listMobileApps. It counts nothing if only ids are selected.
func (a *API) ListMobileApps(c echo.Context, params gen.ListMobileAppsParams) error {
	list := a.apps
	if selected, err := appJSON.selectionIn(a.apps.odata, params.Select); err == nil && selected == appJSON.selection([]string{}) {
		list = a.appIDs
	}
	return list.answer(c, status.Query{}, options{Select: params.Select, Top: params.Top, Count: params.Count, Skiptoken: params.Skiptoken})
}

// readApps returns a reader of apps for a list, with their sizes or with their ids alone.
func readApps(store status.Store, sizes bool) reader[status.App] {
	return func(ctx context.Context, tenant string, q status.Query) (status.AppPage, error) {
		asked := status.AppQuery{Limit: q.Limit, Sizes: sizes, Count: q.Count}
		if q.After != nil {
			asked.After = q.After.ID
		}
		return store.Apps(ctx, tenant, asked)
	}
}
