package status

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Store keeps the rows of all tenants. It is safe for concurrent use. Package storetest holds every engine to what is
// said here.
//
// Nothing of one tenant can be read, changed or told apart from a missing row by another. A call whose context ends
// before the engine has begun to work on it returns the context's error and has no effect. Besides the errors that a
// method names, each may return one that wraps ErrUnavailable.
type Store interface {
	// Get reads one row: ErrNotFound where there is none, and where the key names another user status than the row's.
	Get(ctx context.Context, tenant string, key Key) (Status, error)

	// Update changes one row as Decide says, in one atomic step: of two updates of a row, one sees all of the other.
	// A nil error means that the row will be there after a crash of the process or of the machine; with any other error
	// than ErrUnavailable, nothing was changed. Whoever reads afterwards sees it.
	Update(ctx context.Context, tenant string, key Key, patch Patch, cond Cond) (s Status, created bool, err error)

	// Delete removes one row if Check allows it, in one atomic step. A nil error means that it is gone for good.
	Delete(ctx context.Context, tenant string, key Key, cond Cond) error

	// List reads a page of rows in the order of Query.Order, and of ids within it. Rows that others add or remove between
	// pages, or that begin or cease to pass the filter, move no other row into two pages, nor past them. A row whose
	// value in a property of the order changes may be in two, or in none.
	List(ctx context.Context, tenant string, query Query) (Page, error)

	// ListUsers reads a page of an app's user statuses as Query.UserPageOf says, out of rows as they are at one moment.
	// A query that names a user finds that one, or none.
	ListUsers(ctx context.Context, tenant string, query Query) (UserPage, error)

	// Summarize counts the rows of an app as SummaryOf says, as they are at one moment.
	Summarize(ctx context.Context, tenant, app string) (Summary, error)

	// Apps reads the apps of a tenant that have rows, in the byte order of their ids: at most limit of those that come after
	// the given one.
	Apps(ctx context.Context, tenant, after string, limit int) ([]string, error)

	// Import makes and changes rows of an app as Imported.Row says, one after the other, each as lasting as by Update, and
	// counts those that it made and those that it changed; a row that was as it should be is neither. It lets others
	// write in between. Where it ends with an error, the rows that it has counted are written.
	Import(ctx context.Context, tenant, app string, rows []Imported) (created, changed int, err error)

	// Ready reports whether the engine can serve now.
	Ready(ctx context.Context) error

	// Close waits for what has begun and frees what the engine holds.
	Close() error
}

var (
	// ErrNotFound says that there is no such row.
	ErrNotFound = errors.New("there is no such status")
	// ErrConditionNotMet says that a row is not as the caller's If-Match or If-None-Match wants it.
	ErrConditionNotMet = errors.New("the status does not have the entity tag that the condition asks for")
	// ErrUnavailable says that the engine cannot answer now and may later; whether a write happened is not known.
	ErrUnavailable = errors.New("the store is unavailable")
	// ErrRefused wraps ErrUnavailable, and says that the call was not tried, like others beside it. Whoever refuses them
	// says so in the log itself, once for all.
	ErrRefused = fmt.Errorf("the call was not tried: %w", ErrUnavailable)
)

// Cond holds the conditions of a write.
type Cond struct {
	IfMatch         []string // entity tags of which the row must have one, or "*" for any; nil for no condition, empty for one that no row meets
	IfNoneMatch     []string // entity tags of which the row must have none, or "*" for any
	CreateIfMissing bool     // make the row where there is none, unless IfMatch asks for one
}

// Row is a Status as an engine keeps it: with the user status it belongs to, which never changes.
type Row struct {
	Status
	User string // "" for none
}

// Decide is the rule of an update, the same on every engine: what becomes of the row that stands under the key's app
// and id (nil for none). It is pure; the engine must hold the row still from reading found to writing what comes back.
func Decide(found *Row, key Key, patch Patch, cond Cond) (next Row, created bool, err error) {
	if found == nil && cond.CreateIfMissing && cond.IfMatch == nil {
		next := Row{Status: patch.Apply(New(key.ID)), User: key.User}
		if next.User == "" {
			next.User = UserStatusID(key.App, next.UserPrincipalName.Value)
		}
		return next, true, nil
	}
	if err := Check(found, key, cond); err != nil {
		return Row{}, false, err
	}
	return Row{Status: patch.Apply(found.Status), User: found.User}, false, nil
}

// Check is the rule for a row that must be there: ErrNotFound where there is none (nil) or the key may not see it,
// ErrConditionNotMet where it is not as cond wants it.
func Check(found *Row, key Key, cond Cond) error {
	switch {
	case found == nil, key.User != "" && key.User != found.User:
		return ErrNotFound
	case cond.IfMatch != nil && !found.hasOneOf(cond.IfMatch), found.hasOneOf(cond.IfNoneMatch):
		return ErrConditionNotMet
	}
	return nil
}

func (r *Row) hasOneOf(tags []string) bool {
	return slices.Contains(tags, "*") || len(tags) > 0 && slices.Contains(tags, r.ETag())
}

// Find is the rule of a read: the row that stands under the key's app and id, if the key may see it.
func Find(found *Row, key Key) (Status, error) {
	if err := Check(found, key, Cond{}); err != nil {
		return Status{}, err
	}
	return found.Status, nil
}
