package sqlite

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"

	"installstatus/server/store/writes"
)

// pool lends its connections, each to one borrower at a time, in the order of the requests.
type pool struct {
	idle    chan *connection
	size    int
	closing <-chan struct{} // no connection is lent after it is closed
	waits   atomic.Uint64   // how often a borrower had to wait
	waited  atomic.Int64    // in total, in nanoseconds
}

// newPool returns a pool of size connections. It opens all of them.
func newPool(ctx context.Context, db *sql.DB, size int, closing <-chan struct{}) (*pool, error) {
	p := &pool{idle: make(chan *connection, size), closing: closing}
	for range size {
		c, err := newConnection(ctx, db)
		if err != nil {
			p.drain()
			return nil, err
		}
		p.size++
		p.giveBack(c)
	}
	return p, nil
}

func (p *pool) borrow(ctx context.Context) (*connection, error) {
	select {
	case <-p.closing:
		return nil, writes.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	default:
	}
	select {
	case c := <-p.idle:
		return c, nil
	default:
	}
	defer func(began time.Time) {
		p.waits.Add(1)
		p.waited.Add(int64(time.Since(began)))
	}(time.Now())
	select {
	case c := <-p.idle:
		return c, nil
	case <-p.closing:
		return nil, writes.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pool) giveBack(c *connection) { p.idle <- c }

// drain closes every connection after it has been given back.
func (p *pool) drain() {
	for range p.size {
		c := <-p.idle
		c.close()
	}
}
