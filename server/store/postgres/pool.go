package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"installstatus/api/status"
)

// limits bound how long things take.
type limits struct {
	connect time.Duration // to connect, or to check a connection
	acquire time.Duration // to wait for a free connection
	lock    time.Duration // to wait for another transaction's lock, so that the others in the group can go on
	write   time.Duration // to write, including all attempts
	read    time.Duration // to read, even a summary of millions of rows
	probe   time.Duration // to wait for an answer before probing whether the database answers at all
	cancel  time.Duration // for the database to end a cancelled statement before its connection is closed
}

func usualLimits() limits {
	return limits{
		connect: 2 * time.Second,
		acquire: 3 * time.Second,
		lock:    time.Second,
		write:   4 * time.Second,
		read:    30 * time.Second,
		probe:   500 * time.Millisecond,
		cancel:  500 * time.Millisecond,
	}
}

// How often a call is retried that has certainly not happened. A call that lost a race on a row that very many write at once is
// retried longer: each lost race means that another call has succeeded.
const (
	maxAttempts = 10
	maxRaces    = 300
)

// pool lends connections, each to one call at a time.
type pool struct {
	*pgxpool.Pool
	limits  limits
	watch   *watch
	lost    atomic.Int64  // when a connection was last lost, in Unix nanoseconds
	writing chan struct{} // has an element for each write that has a connection or waits for one
}

func newPool(ctx context.Context, config *pgxpool.Config, limits limits, log *slog.Logger) (*pool, error) {
	p := &pool{limits: limits}
	config.PingTimeout = limits.connect
	config.ShouldPing = p.shouldPing
	config.AfterConnect = p.prepare
	config.ConnConfig.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: limits.cancel}
	}
	p.writing = make(chan struct{}, max(1, config.MaxConns*3/4)) // the others serve reads, which wait for no row locks
	var err error
	if p.Pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	p.watch = newWatch(askBy(config.ConnConfig), p.Reset, limits.probe, log)
	return p, nil
}

// Close waits until all connections have been given back.
func (p *pool) Close() {
	p.watch.stop()
	p.Pool.Close()
}

// shouldPing reports whether a connection must prove that it works: it has been idle for long, or since before another connection
// was lost.
func (p *pool) shouldPing(_ context.Context, c pgxpool.ShouldPingParams) bool {
	return c.IdleDuration > time.Second || time.Now().Add(-c.IdleDuration).UnixNano() <= p.lost.Load()
}

// prepare sets what every call relies on, whatever the defaults of the role or the database are: an answered write is on disk,
// and a statement whose caller has left ends.
func (p *pool) prepare(ctx context.Context, c *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, p.limits.connect)
	defer cancel()
	_, err := c.Exec(ctx, `
SELECT
	set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN 'on' ELSE current_setting('synchronous_commit') END, FALSE),
	set_config('default_transaction_isolation', 'read committed', FALSE),
	set_config('lock_timeout', $1, FALSE),
	set_config('statement_timeout', $2, FALSE),
	set_config('idle_in_transaction_session_timeout', $2, FALSE),
	set_config('jit', 'off', FALSE) -- it takes longer than it saves`,
		milliseconds(p.limits.lock), milliseconds(p.limits.read+p.limits.connect))
	return err
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// read runs a function that changes nothing. It is cancelled when ctx ends, and retried if its connection is lost.
func (p *pool) read(ctx context.Context, do func(context.Context, *pgx.Conn) error) error {
	within, cancel := context.WithTimeout(ctx, p.limits.read)
	defer cancel()
	never := func() bool { return false } // only when within ends
	err := p.try(within, lost, never, func(c *pgx.Conn) error { return do(within, c) })
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case within.Err() != nil:
		return fmt.Errorf("reading for longer than %s: %w: %w", p.limits.read, status.ErrUnavailable, err)
	}
	return err
}

// write runs a function that changes rows. ctx counts until the function has begun. It is retried if it has certainly not
// happened.
func (p *pool) write(ctx context.Context, do func(context.Context, *pgx.Conn) error) error {
	return p.writeBy(ctx, time.Now().Add(p.limits.acquire+p.limits.write), do)
}

// writeBy is write with a deadline for all waiting and all attempts.
func (p *pool) writeBy(ctx context.Context, ends time.Time, do func(context.Context, *pgx.Conn) error) error {
	if err := p.enterWriting(ctx, ends); err != nil {
		return err
	}
	defer func() { <-p.writing }()
	late := func() bool { return !time.Now().Before(ends) }
	return p.try(ctx, undone, late, func(c *pgx.Conn) error {
		if latest := time.Now().Add(p.limits.write); ends.After(latest) {
			ends = latest
		}
		ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), ends)
		defer cancel()
		err := do(ctx, c)
		if err == nil && ctx.Err() != nil { // a cancelled commit has not waited for the standby
			return fmt.Errorf("a write was answered too late: %w", status.ErrUnavailable)
		}
		return err
	})
}

// enterWriting waits until one more write may run, as long as it would wait for a connection.
func (p *pool) enterWriting(ctx context.Context, ends time.Time) error {
	select {
	case p.writing <- struct{}{}:
		return nil
	default:
	}
	patience := time.NewTimer(min(p.limits.acquire, time.Until(ends)))
	defer patience.Stop()
	select {
	case p.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-patience.C:
		return fmt.Errorf("too many writes in progress: %w", status.ErrUnavailable)
	}
}

// try runs a function with a connection. It retries a few times if again allows it for the error, until late reports true.
func (p *pool) try(ctx context.Context, again func(error) bool, late func() bool, do func(*pgx.Conn) error) error {
	for attempt := 1; ; attempt++ {
		done, err := p.once(ctx, do)
		switch {
		case err == nil || !done || !again(err) || ctx.Err() != nil:
			return err
		case late(), attempt >= maxAttempts && !errors.Is(err, errRaced), attempt == maxRaces:
			return fmt.Errorf("tried %d times: %w: %w", attempt, status.ErrUnavailable, err)
		}
		time.Sleep(rand.N(min(time.Duration(attempt), maxAttempts) * time.Millisecond))
	}
}

// once runs a function with a connection. done is false if there was no connection.
func (p *pool) once(ctx context.Context, do func(*pgx.Conn) error) (done bool, err error) {
	end, err := p.watch.call()
	if err != nil {
		return false, err
	}
	answered := false
	defer func() { end(answered) }()
	c, err := p.acquire(ctx)
	if err != nil {
		if lost(err) {
			go p.watch.probe()
		}
		return false, err
	}
	defer c.Release()
	err = do(c.Conn())
	answered = !lost(err)
	if !answered && ctx.Err() == nil {
		p.lost.Store(time.Now().UnixNano())
	}
	return true, err
}

func (p *pool) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	within, cancel := context.WithTimeout(ctx, p.limits.acquire)
	defer cancel()
	c, err := p.Acquire(within)
	switch {
	case err == nil:
		return c, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("no connection came free within %s: %w", p.limits.acquire, status.ErrUnavailable)
	}
	return nil, fmt.Errorf("connecting: %w: %w", status.ErrUnavailable, err)
}
