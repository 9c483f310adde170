package sqlite

import (
	"context"

	"installstatus/api/status"
	"installstatus/server/store/columns"
)

// What stands here runs within a transaction of the writer, which holds all rows still.

// update does what status.Decide says.
func (c *connection) update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (s status.Status, created bool, err error) {
	app, err := c.appNumber(ctx, tenant, key.App)
	if err != nil {
		return status.Status{}, false, err
	}
	found, err := c.row(ctx, app, key.ID)
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
		err = c.change(ctx, app, columns.RowOf(*found), columns.RowOf(next))
	}
	return next.Status, created, err
}

// delete does what status.Check says.
func (c *connection) delete(ctx context.Context, tenant string, key status.Key, cond status.Cond) error {
	app, err := c.appNumber(ctx, tenant, key.App)
	if err != nil {
		return err
	}
	found, err := c.row(ctx, app, key.ID)
	if err != nil {
		return err
	}
	if err := status.Check(found, key, cond); err != nil {
		return err
	}
	if _, err := c.remove.ExecContext(ctx, app, key.ID); err != nil {
		return failure("deleting a status", err)
	}
	return nil
}

func (c *connection) add(ctx context.Context, tenant, app string, r *columns.Row) error {
	number, err := c.knowApp(ctx, tenant, app)
	if err != nil {
		return err
	}
	return c.addRow(ctx, number, r)
}

// knowApp is the number of an app, which it is given now if it has none.
func (c *connection) knowApp(ctx context.Context, tenant, app string) (int64, error) {
	if number, err := c.appNumber(ctx, tenant, app); number != 0 || err != nil {
		return number, err
	}
	if _, err := c.addApp.ExecContext(ctx, tenant, app); err != nil {
		return 0, failure("adding an app", err)
	}
	return c.appNumber(ctx, tenant, app)
}

func (c *connection) addRow(ctx context.Context, app int64, r *columns.Row) error {
	if _, err := c.insert.ExecContext(ctx, append([]any{app, r.ID}, columns.All.Fields(r)...)...); err != nil {
		return failure("adding a status", err)
	}
	return nil
}

// change writes the columns in which the rows differ, and nothing if there is none.
func (c *connection) change(ctx context.Context, app int64, from, to *columns.Row) error {
	set := columns.Changed(from, to)
	if set == 0 {
		return nil
	}
	update, err := c.statement(ctx, updateRow(set))
	if err != nil {
		return err
	}
	if _, err := update.ExecContext(ctx, append(set.Fields(to), app, to.ID)...); err != nil {
		return failure("changing a status", err)
	}
	return nil
}
