package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Schemes are the URL schemes of databases of this engine.
var Schemes = []string{"postgres://", "postgresql://"}

// defaultConnections is how many connections a Store opens at most, unless the URL has pool_max_conns.
const defaultConnections = 16

// defaultStatements is how many prepared statements a connection keeps, unless the URL has statement_cache_capacity.
const defaultStatements = 128

// minVersion is the oldest PostgreSQL that supports all statements.
const minVersion = 13

// ErrURL means that a text is not the URL of a database.
var ErrURL = errors.New("--db is not a PostgreSQL URL")

// Open opens the database at a libpq URL, which may also have pgxpool's parameters, and brings its schema up to date. As with
// libpq, what the URL leaves out comes from the environment and ~/.pgpass. An error is one line that says what to do and
// contains no password; it wraps ErrURL if the URL is wrong. Open logs when the database stops answering and when it answers
// again.
func Open(ctx context.Context, address string, log *slog.Logger) (*Store, error) {
	config, err := configOf(address)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, config, usualLimits(), log)
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %s%s", nameOf(config.ConnConfig), reason(err), advice(err))
	}
	return s, nil
}

func open(ctx context.Context, config *pgxpool.Config, limits limits, log *slog.Logger) (*Store, error) {
	if err := migrate(ctx, config.ConnConfig); err != nil {
		return nil, err
	}
	pool, err := newPool(ctx, config, limits, log)
	if err != nil {
		return nil, err
	}
	if err := pool.read(ctx, check); err != nil {
		pool.Close()
		return nil, err
	}
	return &Store{pool: pool, writer: newWriter(pool)}, nil
}

// configOf parses a URL. Its error does not repeat the URL, which may contain a password anywhere.
func configOf(address string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil || strings.Contains(config.ConnConfig.Database, "@") {
		const form = "write postgres://USER:PASSWORD@HOST:PORT/DATABASE, and what is no letter or digit in the password percent-encoded"
		if _, reason, told := strings.Cut(fmt.Sprint(err), "`: "); told && !strings.Contains(reason, "port") { // behind the URL
			return nil, fmt.Errorf("%w: %s", ErrURL, inOneLine(reason))
		}
		return nil, fmt.Errorf("%w: %s", ErrURL, form)
	}
	if !strings.Contains(address, "pool_max_conns=") {
		config.MaxConns = defaultConnections
	}
	if !strings.Contains(address, "statement_cache_capacity=") {
		config.ConnConfig.StatementCacheCapacity = defaultStatements
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = usualLimits().connect
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "installstatus"
	}
	return config, nil
}

// check returns an error if the statements would not work in the database.
func check(ctx context.Context, c *pgx.Conn) error {
	var version, encoding, commits string
	err := c.QueryRow(ctx, `
SELECT current_setting('server_version_num'), current_setting('server_encoding'),
	(SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit')`).Scan(&version, &encoding, &commits)
	if err != nil {
		return failure("asking the database what it is", err)
	}
	if number, err := strconv.Atoi(version); err != nil || number < minVersion*10_000 {
		return fmt.Errorf("PostgreSQL %d or later is needed", minVersion)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("its encoding is %s; make one by CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0", encoding)
	}
	if pooled(c.Config()) && (commits == "off" || commits == "local") {
		return fmt.Errorf("behind a pooler, synchronous_commit must be on for the user, not %s: ALTER ROLE … SET synchronous_commit = on", commits)
	}
	return nil
}

// pooled reports whether the URL asks for the settings that a transaction pooler needs: sessions without state.
func pooled(config *pgx.ConnConfig) bool {
	return config.DefaultQueryExecMode != pgx.QueryExecModeCacheStatement
}

// nameOf returns the name of a database, without its password.
func nameOf(config *pgx.ConnConfig) string {
	host := net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
	if strings.HasPrefix(config.Host, "/") {
		host = config.Host
	}
	return config.Database + " on " + host
}

// reason returns why the server or the network refused to open a database, without what Open adds itself.
func reason(err error) string {
	if failed, ok := errors.AsType[*pgconn.PgError](err); ok {
		return failed.Message
	}
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" {
		return failed.Err.Error()
	}
	if failed, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		err = errors.Unwrap(failed)
	}
	return inOneLine(err.Error())
}

func inOneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
