package sqlite

import (
	"context"

	"installstatus/api/status"
)

// importRows is one transaction, in which each row becomes what status.Imported says.
func (c *connection) importRows(ctx context.Context, tenant, app string, rows []status.Imported) (created, changed int, err error) {
	if len(rows) == 0 {
		return 0, 0, ctx.Err()
	}
	err = c.transact(ctx, func(ctx context.Context) error {
		if err := c.knowApp(ctx, tenant, app); err != nil {
			return err
		}
		for _, imported := range rows {
			key := status.Key{App: app, ID: imported.ID}
			found, err := c.row(ctx, tenant, key)
			if err != nil {
				return err
			}
			next := imported.Row(app, found)
			switch {
			case found == nil:
				created++
				err = c.addRow(ctx, tenant, app, rowOf(next))
			case next != *found:
				changed++
				err = c.change(ctx, tenant, key, rowOf(*found), rowOf(next))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	return created, changed, nil
}
