package transfer

import (
	"context"

	"installstatus/api/query"
	"installstatus/api/status"
)

// Exported counts what an export has written.
type Exported struct{ Apps, Rows int }

// Export writes all rows of an app, or of all apps of the tenant if app is "", in the order of apps and then of ids. It calls
// progress with the number of rows so far. The counts are valid even with an error.
func Export(ctx context.Context, store status.Store, tenant, app string, to *Writer, progress func(rows int64)) (Exported, error) {
	e := exporter{store: store, tenant: tenant, to: to, progress: progress}
	if app != "" {
		err := e.app(ctx, status.CanonicalApp(app))
		return e.exported, err
	}
	err := e.allApps(ctx)
	return e.exported, err
}

type exporter struct {
	store    status.Store
	tenant   string
	to       *Writer
	progress func(rows int64)
	exported Exported
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
