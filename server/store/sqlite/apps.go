package sqlite

import (
	"context"

	"installstatus/api/query"
	"installstatus/api/status"
)

// An app keeps its number even when it has no rows left.
const hasRows = "EXISTS (SELECT 1 FROM statuses WHERE statuses.app = apps.number)"

// apps reads a page of the apps that have rows, all in one snapshot.
func (c *connection) apps(ctx context.Context, tenant string, q status.AppQuery) (page status.AppPage, err error) {
	if q.Sizes || q.Count {
		defer c.undo() // even if ctx ended just after BEGIN
		if _, err := c.ExecContext(ctx, "BEGIN"); err != nil {
			return page, failure("listing apps", err)
		}
	}
	if q.Count {
		counted := c.QueryRowContext(ctx, "SELECT COUNT(*) FROM apps WHERE tenant = ? AND "+hasRows, tenant)
		if err := counted.Scan(&page.Count); err != nil {
			return page, failure("counting apps", err)
		}
	}
	ids, err := c.texts(ctx, "SELECT app FROM apps WHERE tenant = ? AND app > ? AND "+hasRows+" ORDER BY app LIMIT ?", tenant, q.After, q.Limit+1)
	if err != nil {
		return page, failure("listing apps", err)
	}
	for _, id := range ids {
		app := status.App{ID: id}
		if q.Sizes && len(page.Rows) < q.Limit {
			if err := c.sizes(ctx, tenant, &app); err != nil {
				return page, failure("counting statuses", err)
			}
		}
		if !page.Add(app, query.Query{Limit: q.Limit}) {
			break
		}
	}
	return page, nil
}

// sizes computes the properties of an app. It reads all of its rows.
func (c *connection) sizes(ctx context.Context, tenant string, app *status.App) error {
	statement, err := c.statement(ctx, "SELECT COUNT(*), MAX(last_sync_instant || last_sync_date_time) FROM statuses WHERE app = "+numberOfApp)
	if err != nil {
		return err
	}
	var last string
	if err := statement.QueryRowContext(ctx, tenant, app.ID).Scan(&app.DeviceStatusCount, &last); err != nil {
		return err
	}
	app.LastSyncDateTime = query.Stored(last[query.InstantLength:], last[:query.InstantLength])
	return nil
}

// tenants reads the tenants that have rows.
func (c *connection) tenants(ctx context.Context, after string, limit int) ([]string, error) {
	tenants, err := c.texts(ctx, "SELECT DISTINCT tenant FROM apps WHERE tenant > ? AND "+hasRows+" ORDER BY tenant LIMIT ?", after, limit)
	if err != nil {
		return nil, failure("listing tenants", err)
	}
	return tenants, nil
}

// texts reads a column of text.
func (c *connection) texts(ctx context.Context, text string, arguments ...any) (texts []string, err error) {
	rows, err := c.query(ctx, text, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		texts = append(texts, one)
	}
	return texts, rows.Err()
}
