package sqlite

import (
	"context"
	"slices"

	"installstatus/api/status"
	"installstatus/server/store/columns"
)

// What stands here runs within a transaction of the writer, which holds all rows still.

// update does what status.Decide says.
func (c *connection) update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (s status.Status, created bool, err error) {
	found, err := c.row(ctx, tenant, key)
	if err != nil {
		return status.Status{}, false, err
	}
	next, created, err := status.Decide(found, key, patch, cond)
	switch {
	case err != nil:
		return status.Status{}, false, err
	case created:
		err = c.add(ctx, tenant, key.App, columns.RowOf(next))
	default:
		err = c.change(ctx, tenant, key, columns.RowOf(*found), columns.RowOf(next))
	}
	return next.Status, created, err
}

// delete does what status.Check says.
func (c *connection) delete(ctx context.Context, tenant string, key status.Key, cond status.Cond) error {
	found, err := c.row(ctx, tenant, key)
	if err != nil {
		return err
	}
	if err := status.Check(found, key, cond); err != nil {
		return err
	}
	if _, err := c.remove.ExecContext(ctx, tenant, key.App, key.ID); err != nil {
		return failure("deleting a status", err)
	}
	return nil
}

func (c *connection) add(ctx context.Context, tenant, app string, r *columns.Row) error {
	if err := c.knowApp(ctx, tenant, app); err != nil {
		return err
	}
	return c.addRow(ctx, tenant, app, r)
}

// knowApp gives an app its number, unless it has one.
func (c *connection) knowApp(ctx context.Context, tenant, app string) error {
	if _, err := c.addApp.ExecContext(ctx, tenant, app); err != nil {
		return failure("adding an app", err)
	}
	return nil
}

func (c *connection) addRow(ctx context.Context, tenant, app string, r *columns.Row) error {
	if _, err := c.insert.ExecContext(ctx, slices.Concat([]any{r.ID}, columns.All.Fields(r), []any{tenant, app})...); err != nil {
		return failure("adding a status", err)
	}
	return nil
}

// change writes the columns in which the rows differ, and nothing if there is none.
func (c *connection) change(ctx context.Context, tenant string, key status.Key, from, to *columns.Row) error {
	set := columns.Changed(from, to)
	if set == 0 {
		return nil
	}
	update, err := c.statement(ctx, updateRow(set))
	if err != nil {
		return err
	}
	if _, err := update.ExecContext(ctx, append(set.Fields(to), tenant, key.App, key.ID)...); err != nil {
		return failure("changing a status", err)
	}
	return nil
}
