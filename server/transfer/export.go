package transfer

import (
	"context"
	"maps"
	"slices"

	"installstatus/api/query"
	"installstatus/api/status"
)

// Exported counts what an export has written.
type Exported struct{ Apps, Rows int }

// UnknownAppError means that the tenant has no rows of an app.
type UnknownAppError struct{ App string }

func (e *UnknownAppError) Error() string { return "there is no app " + OneLine(e.App) }

// Export writes all rows of some apps, or of all apps of the tenant if apps is empty, in the order of apps and then of ids. It calls
// progress with the number of rows so far. The counts are valid even with an error. If one of the apps has no rows, the error is an
// *UnknownAppError, and nothing is written.
func Export(ctx context.Context, store status.Store, tenant string, apps []string, to *Writer, progress func(rows int64)) (Exported, error) {
	e := exporter{store: store, tenant: tenant, to: to, progress: progress}
	if len(apps) == 0 {
		err := e.allApps(ctx)
		return e.exported, err
	}
	known := make(map[string]bool)
	for _, app := range apps {
		app = status.CanonicalApp(app)
		if err := e.mustHave(ctx, app); err != nil {
			return e.exported, err
		}
		known[app] = true
	}
	for _, app := range slices.Sorted(maps.Keys(known)) {
		if err := e.app(ctx, app); err != nil {
			return e.exported, err
		}
	}
	return e.exported, nil
}

type exporter struct {
	store    status.Store
	tenant   string
	to       *Writer
	progress func(rows int64)
	exported Exported
}

func (e *exporter) mustHave(ctx context.Context, app string) error {
	page, err := e.store.List(ctx, e.tenant, status.Query{App: app, Query: query.Query{Limit: 1}})
	if err == nil && len(page.Rows) == 0 {
		err = &UnknownAppError{App: app}
	}
	return err
}

func (e *exporter) allApps(ctx context.Context) error {
	for q := (status.AppQuery{Limit: 100}); ; {
		page, err := e.store.Apps(ctx, e.tenant, q)
		if err != nil {
			return err
		}
		for _, app := range page.Rows {
			if err := e.app(ctx, app.ID); err != nil {
				return err
			}
			q.After = app.ID
		}
		if !page.More {
			return nil
		}
	}
}

func (e *exporter) app(ctx context.Context, app string) error {
	e.exported.Apps++
	for q := (status.Query{App: app, Query: query.Query{Limit: 1000}}); ; {
		page, err := e.store.List(ctx, e.tenant, q)
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if err := e.to.Write(app, row); err != nil {
				return err
			}
			q.After = q.CursorOf(row.Status)
		}
		e.exported.Rows += len(page.Rows)
		e.progress(int64(e.exported.Rows))
		if !page.More {
			return nil
		}
	}
}
