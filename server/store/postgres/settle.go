package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
)

// A commit whose wait for a synchronous standby was cancelled, or cut short by a restart, is visible, but a failover loses it.
// An answer that rests on such a row must wait, even if it changes nothing itself.

// errUnconfirmed is no sign of a lost connection.
var errUnconfirmed = fmt.Errorf("no synchronous standby has confirmed what was written: %w", status.ErrWritesWait)

// settled runs a write of a row. If that decides without a change, because the row is missing, does not meet a condition or is
// already as it should be, settled waits until all changes that it can have seen are durable.
func settled(ctx context.Context, row *versioned, write func(*versioned) error) error {
	err := write(row)
	decided := err == nil || errors.Is(err, status.ErrNotFound) || errors.Is(err, status.ErrConditionNotMet)
	if row.wrote || !decided {
		return err
	}
	if late := settle(ctx, row.conn); late != nil {
		return late
	}
	return err
}

// settle waits until every change that is visible is as durable as the database makes a commit. It commits a message that nothing
// reads, since only a transaction that writes waits for standbys. Without synchronous standbys it writes nothing: a change is
// visible only once it is on the server's own disk.
func settle(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `
SELECT pg_logical_emit_message(TRUE, 'installstatus', '') WHERE current_setting('synchronous_standby_names') <> ''`)
	if err == nil && ctx.Err() != nil { // the wait was cancelled
		return errUnconfirmed
	}
	return failure("waiting for a synchronous standby", err)
}
