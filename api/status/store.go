package status

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Store keeps the rows of all tenants. It is safe for concurrent use. Package storetest checks that an engine does what is
// documented here.
//
// No tenant can read, change or detect a row of another; to it, such a row is missing. A call whose context ends before the engine
// has begun to work on it returns the context's error and has no effect. Besides the errors documented for each method, a method
// may return an error that wraps ErrUnavailable.
type Store interface {
	// Get reads one row. It returns ErrNotFound if there is no such row, or if the key names another user status than the row's.
	Get(ctx context.Context, tenant string, key Key) (Status, error)

	// Update changes one row as Decide specifies, atomically: of two updates of a row, one sees all of the other. After a
	// nil error the change survives a crash of the process or of the machine, and every later read sees it. After any other
	// error than ErrUnavailable, nothing has changed.
	Update(ctx context.Context, tenant string, key Key, patch Patch, cond Cond) (s Status, created bool, err error)

	// Delete removes one row if Check allows it, atomically. After a nil error the row is durably gone.
	Delete(ctx context.Context, tenant string, key Key, cond Cond) error

	// List reads a page of rows, sorted by Query.Sort. Rows that are added or removed between two pages, or that begin or
	// cease to match the filter, move no other row onto two pages or onto none. A row whose value changes in a property of
	// the order may be on two pages, or on none.
	List(ctx context.Context, tenant string, query Query) (Page, error)

	// ListUsers reads a page of an app's user statuses as Query.UserPageOf specifies, from a snapshot of the rows. A query
	// that names a user status finds that one, or none.
	ListUsers(ctx context.Context, tenant string, query Query) (UserPage, error)

	// Summarize counts the rows of an app as SummaryOf specifies, from a snapshot of them.
	Summarize(ctx context.Context, tenant, app string) (Summary, error)

	// Apps reads a page of the apps of a tenant that have rows, as AppQuery.PageOf specifies, from a snapshot of the rows.
	Apps(ctx context.Context, tenant string, query AppQuery) (AppPage, error)

	// Import imports rows into an app in order, as Importing specifies and as durably as Update. It counts each row. Other writes
	// may happen in between. After an error, the rows that it counted are written.
	Import(ctx context.Context, tenant, app string, rows []Imported) (Written, error)

	// Ready reports whether the engine can serve now.
	Ready(ctx context.Context) error

	// Close waits for calls in progress and releases the engine's resources.
	Close() error
}

var (
	// ErrNotFound means that there is no such row.
	ErrNotFound = errors.New("there is no such status")
	// ErrConditionNotMet means that the row does not satisfy If-Match or If-None-Match.
	ErrConditionNotMet = errors.New("the entity tag of the status does not meet the condition")
	// ErrUnavailable means that the engine cannot answer now but may later. Whether a write happened is unknown.
	ErrUnavailable = errors.New("the store is unavailable")
	// ErrWritesWait wraps ErrUnavailable and means that the engine reads, but that its writes wait to become durable, such as for
	// a standby of the database.
	ErrWritesWait = fmt.Errorf("writes wait to become durable: %w", ErrUnavailable)
	// ErrRefused wraps ErrUnavailable and means that the call was not tried, and that whatever refused it has logged so,
	// once for many calls.
	ErrRefused = fmt.Errorf("the call was not tried: %w", ErrUnavailable)
)

// Cond holds the conditions of a write.
type Cond struct {
	IfMatch         []string // the row must have one of these entity tags, or exist for "*"; nil for no condition; no row meets an empty list
	IfNoneMatch     []string // the row must have none of these entity tags, or not exist for "*"
	CreateIfMissing bool     // creates the row if there is none, unless IfMatch is set
}

// Row is a Status as an engine keeps it, with the user status that it belongs to. That never changes.
type Row struct {
	Status
	User string // "" for none
}

// Decide defines an update, the same for every engine. It returns what the row under the key's app and id becomes; found is
// that row, nil if there is none. Decide is pure: the engine must keep others from changing the row between reading found
// and writing the result.
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

// Check defines the access to an existing row. It returns ErrNotFound if there is no row (found is nil) or if the key names another
// user status, and ErrConditionNotMet if the row does not meet cond.
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

// Find defines a read. It returns the row under the key's app and id, if the key may see it.
func Find(found *Row, key Key) (Status, error) {
	if err := Check(found, key, Cond{}); err != nil {
		return Status{}, err
	}
	return found.Status, nil
}
