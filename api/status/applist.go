package status

import (
	"cmp"
	"slices"
	"strings"

	"installstatus/api/query"
)

// App is an app that has rows, computed from them. Nothing else is stored of it. Each field has a row in AppProperties.
type App struct {
	ID                string
	DeviceStatusCount int32
	LastSyncDateTime  query.DateTime // the latest of its rows, as it was sent; of texts of the same instant, the greatest by its bytes
}

// AppProperties are the properties of an App in the order of the API.
var AppProperties = [...]Property[App]{
	of(query.ID, "", key, func(a *App) *string { return &a.ID }),
	of("deviceStatusCount", "", number, func(a *App) *int32 { return &a.DeviceStatusCount }),
	of("lastSyncDateTime", "", instant, func(a *App) *query.DateTime { return &a.LastSyncDateTime }),
}

// Value implements query.Row.
func (a App) Value(property string) query.Value { return valueOf(AppProperties[:], &a, property) }

// Size implements query.Row.
func (a App) Size() int { return sizeOf(AppProperties[:], &a) }

// AppQuery asks for a page of a tenant's apps in the byte order of their ids.
type AppQuery struct {
	After string // lists the apps after this one
	Limit int
	Sizes bool // sets all properties; otherwise only the id is set, which is cheap
	Count bool // counts all apps
}

// AppPage is a page of apps.
type AppPage = query.Page[App]

// PageOf returns the page that the query asks for, out of all of a tenant's rows by app.
func (q AppQuery) PageOf(rows map[string][]Row) AppPage {
	apps := make([]App, 0, len(rows))
	for id, of := range rows {
		app := App{ID: id}
		if q.Sizes {
			app.DeviceStatusCount, app.LastSyncDateTime = int32(len(of)), lastSync(of)
		}
		apps = append(apps, app)
	}
	page := query.Query{Limit: q.Limit, Count: q.Count}
	if q.After != "" {
		page.After = &query.Cursor{ID: q.After}
	}
	return query.PageOf(page, apps)
}

func lastSync(rows []Row) query.DateTime {
	return slices.MaxFunc(rows, func(a, b Row) int {
		return cmp.Or(strings.Compare(a.LastSyncDateTime.Instant(), b.LastSyncDateTime.Instant()),
			strings.Compare(a.LastSyncDateTime.String(), b.LastSyncDateTime.String()))
	}).LastSyncDateTime
}
