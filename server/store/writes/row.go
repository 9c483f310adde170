package writes

import (
	"context"

	"installstatus/api/status"
)

// Place is where a row is or could be, on a connection that lets no other write to it go unnoticed between Find and the write that
// follows.
type Place interface {
	// Find returns the row, nil if there is none.
	Find(context.Context) (*status.Row, error)
	// Insert writes the row where Find found none.
	Insert(context.Context, *status.Row) error
	// Change writes what differs between what Find found and next, and nothing if nothing does.
	Change(ctx context.Context, found, next *status.Row) error
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
		err = at.Change(ctx, found, &next)
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
