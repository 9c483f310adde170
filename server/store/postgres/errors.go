package postgres

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"installstatus/api/status"
)

// failure wraps the error of doing something; it returns nil for nil. The result wraps status.ErrUnavailable if a retry may
// succeed. If the database has not answered, it is unknown whether the statement happened.
func failure(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, status.ErrUnavailable):
		return err
	case code(err) == "" && !isOurs(err), unavailable(code(err)):
		return fmt.Errorf("%s: %w: %w", doing, status.ErrUnavailable, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// isOurs reports whether an error comes from this side, such as a column that does not scan, and not from the connection.
func isOurs(err error) bool {
	_, scanning := errors.AsType[pgx.ScanArgError](err)
	return scanning || errors.Is(err, pgx.ErrNoRows) || errors.Is(err, pgx.ErrTxCommitRollback)
}

// code returns the SQLSTATE of err, "" for none.
func code(err error) string {
	if failed, ok := errors.AsType[*pgconn.PgError](err); ok {
		return failed.Code
	}
	return ""
}

// unavailable reports whether a SQLSTATE means that the database cannot do now what it may do later.
func unavailable(code string) bool {
	return len(code) == 5 && slices.Contains([]string{
		"08", // connection exception
		"25", // invalid transaction state: read only, idle for too long
		"40", // transaction rollback
		"53", // insufficient resources
		"55", // object not in prerequisite state: locked
		"57", // operator intervention: cancelled, shutting down, starting
		"58", // system error
	}, code[:2])
}

// The SQLSTATEs that decisions depend on.
const (
	lockNotAvailable     = "55P03"
	uniqueViolation      = "23505"
	invalidAuthorization = "28000"
	invalidPassword      = "28P01"
	noSuchDatabase       = "3D000"
	noPrivilege          = "42501"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	cannotConnectNow     = "57P03"
	tooManyConnections   = "53300"
)

// undone reports whether a failed write has certainly not happened, and may succeed if it is retried.
func undone(err error) bool {
	return errors.Is(err, errRaced) || pgconn.SafeToRetry(err) ||
		slices.Contains([]string{serializationFailure, deadlockDetected, lockNotAvailable, uniqueViolation}, code(err))
}

// refused reports whether the database rolled back a transaction because of its content.
func refused(err error) bool { return code(err) != "" && !strings.HasPrefix(code(err), "57") }

// lost reports whether a call ended without an answer.
func lost(err error) bool {
	return errors.Is(err, status.ErrUnavailable) && !errors.Is(err, errUnconfirmed) && (code(err) == "" || strings.HasPrefix(code(err), "57P") || strings.HasPrefix(code(err), "08"))
}

// advice returns what to do about an error of opening a database, or "".
func advice(err error) string {
	switch code(err) {
	case invalidAuthorization, invalidPassword:
		return "; check the user and the password, which may also be in PGPASSWORD or ~/.pgpass"
	case noSuchDatabase:
		return "; make it first, by createdb or CREATE DATABASE"
	case noPrivilege:
		return "; give the user the right to make tables there: GRANT CREATE ON SCHEMA public TO …"
	case cannotConnectNow, tooManyConnections:
		return "; try again"
	}
	if _, dialling := errors.AsType[*net.OpError](err); dialling {
		return "; start PostgreSQL there, or name another host or port"
	}
	if strings.Contains(err.Error(), "TLS") {
		return "; say by sslmode and sslrootcert in the URL what encryption it is to have"
	}
	return ""
}
