package sqlite

import (
	"context"

	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
	"installstatus/server/store/writes"
)

// place is a writes.Place. A transaction of the writer keeps all other writers away.
type place struct {
	*connection
	tenant, app, id string
	number          int64 // of the app; 0 if it has none yet
}

var _ writes.Place = (*place)(nil)

func (c *connection) at(tenant string, key status.Key) *place {
	return &place{connection: c, tenant: tenant, app: key.App, id: key.ID}
}

// Find implements writes.Place.
func (p *place) Find(ctx context.Context) (found *status.Row, err error) {
	if p.number, err = p.appNumber(ctx, p.tenant, p.app); err != nil {
		return nil, err
	}
	return p.row(ctx, p.number, p.id)
}

// Insert implements writes.Place.
func (p *place) Insert(ctx context.Context, r *status.Row) (err error) {
	if p.number == 0 {
		if p.number, err = p.addNumber(ctx, p.tenant, p.app); err != nil {
			return err
		}
	}
	return p.addRow(ctx, p.number, r)
}

// Change implements writes.Place.
func (p *place) Change(ctx context.Context, changed sqlgen.Columns, next *status.Row) error {
	return p.changeRow(ctx, p.number, changed, next)
}

// Remove implements writes.Place.
func (p *place) Remove(ctx context.Context) error {
	if _, err := p.remove.ExecContext(ctx, p.number, p.id); err != nil {
		return failure("deleting a status", err)
	}
	return nil
}

// addNumber gives an app the number that it keeps forever.
func (c *connection) addNumber(ctx context.Context, tenant, app string) (int64, error) {
	if _, err := c.addApp.ExecContext(ctx, tenant, app); err != nil {
		return 0, failure("adding an app", err)
	}
	return c.appNumber(ctx, tenant, app)
}

func (c *connection) addRow(ctx context.Context, app int64, r *status.Row) error {
	fields := append(make([]any, 0, sqlgen.RowWidth+2), app, r.ID)
	if _, err := c.insert.ExecContext(ctx, sqlgen.AppendRowFields(fields, r)...); err != nil {
		return failure("adding a status", err)
	}
	return nil
}

// changeRow writes some columns of a row.
func (c *connection) changeRow(ctx context.Context, app int64, changed sqlgen.Columns, r *status.Row) error {
	update, err := c.statement(ctx, updateRow(changed))
	if err != nil {
		return err
	}
	fields := changed.AppendFields(make([]any, 0, sqlgen.RowWidth+2), &r.Status)
	if _, err := update.ExecContext(ctx, append(fields, app, r.ID)...); err != nil {
		return failure("changing a status", err)
	}
	return nil
}
