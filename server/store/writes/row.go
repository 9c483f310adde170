package writes

import (
	"context"

	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// Place is where a row is or could be, on a connection that lets no other write to it go unnoticed between Find and the write that
// follows.
type Place interface {
	// Find returns the row, nil if there is none.
	Find(context.Context) (*status.Row, error)
	// Insert writes the row where Find found none.
	Insert(context.Context, *status.Row) error
	// Change writes the columns in which next differs from what Find found.
	Change(ctx context.Context, changed sqlgen.Columns, next *status.Row) error
	// Remove deletes the row that Find found.
	Remove(context.Context) error
}

// Update does what status.Decide decides.
func Update(ctx context.Context, at Place, key status.Key, patch status.Patch, cond status.Cond) (s status.Status, created bool, err error) {
	found, err := at.Find(ctx)
	if err != nil {
		return status.Status{}, false, err
	}
	next, created, err := status.Decide(found, key, patch, cond)
	switch {
	case err != nil:
		return status.Status{}, false, err
	case created:
		err = at.Insert(ctx, &next)
	default:
		if changed := sqlgen.Changed(&found.Status, &next.Status); changed != 0 {
			err = at.Change(ctx, changed, &next)
		}
	}
	return next.Status, created, err
}

// Delete does what status.Check allows.
func Delete(ctx context.Context, at Place, key status.Key, cond status.Cond) error {
	found, err := at.Find(ctx)
	if err != nil {
		return err
	}
	if err := status.Check(found, key, cond); err != nil {
		return err
	}
	return at.Remove(ctx)
}
