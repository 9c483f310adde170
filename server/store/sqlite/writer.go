package sqlite

import (
	"context"
	"fmt"

	"installstatus/api/status"
)

// update is one transaction, with the outcome that status.Decide gives.
func (c *connection) update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (s status.Status, created bool, err error) {
	err = c.transact(ctx, func(ctx context.Context) (err error) {
		s, created, err = c.apply(ctx, tenant, key, patch, cond)
		return err
	})
	if err != nil {
		return status.Status{}, false, err
	}
	return s, created, nil
}

// delete is one transaction, with the outcome that status.Check gives.
func (c *connection) delete(ctx context.Context, tenant string, key status.Key, cond status.Cond) error {
	return c.transact(ctx, func(ctx context.Context) error {
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
	})
}

// transact holds all rows still while do works. Its context counts until the transaction has begun.
func (c *connection) transact(ctx context.Context, do func(context.Context) error) error {
	if _, err := c.begin.ExecContext(ctx); err != nil {
		c.undo() // the context may have ended just after it began
		return failure("waiting to write", err)
	}
	ctx = context.WithoutCancel(ctx)
	if err := do(ctx); err != nil {
		c.undo()
		return err
	}
	if _, err := c.commit.ExecContext(ctx); err != nil {
		c.undo()
		return fmt.Errorf("committing: %w: %w", status.ErrUnavailable, err)
	}
	return nil
}

// undo ends a transaction if there is one. Where it can't, the next begin fails, and calls it again.
func (c *connection) undo() { _, _ = c.rollback.ExecContext(context.Background()) }

// apply does the work of an update within a transaction.
func (c *connection) apply(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (s status.Status, created bool, err error) {
	found, err := c.row(ctx, tenant, key)
	if err != nil {
		return status.Status{}, false, err
	}
	next, created, err := status.Decide(found, key, patch, cond)
	switch {
	case err != nil:
		return status.Status{}, false, err
	case created:
		err = c.add(ctx, tenant, key.App, rowOf(next))
	default:
		err = c.change(ctx, tenant, key, rowOf(*found), rowOf(next))
	}
	return next.Status, created, err
}

func (c *connection) add(ctx context.Context, tenant, app string, r *row) error {
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

func (c *connection) addRow(ctx context.Context, tenant, app string, r *row) error {
	if _, err := c.insert.ExecContext(ctx, append(allColumns.fields(r), tenant, app)...); err != nil {
		return failure("adding a status", err)
	}
	return nil
}

// change writes the columns in which the rows differ, and nothing if there is none.
func (c *connection) change(ctx context.Context, tenant string, key status.Key, from, to *row) error {
	set := changed(from, to)
	if set == 0 {
		return nil
	}
	update, err := c.statement(ctx, updateRow(set))
	if err != nil {
		return err
	}
	if _, err := update.ExecContext(ctx, append(set.fields(to), tenant, key.App, key.ID)...); err != nil {
		return failure("changing a status", err)
	}
	return nil
}
