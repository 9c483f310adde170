package front

import (
	"container/list"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// connections limits how many connections are open. At the limit, a new connection evicts another: one whose request is answered
// but whose body is still being read, or else the one that has waited longest without a whole request. So neither idle clients nor
// clients that send a header or a body byte by byte keep others out. If every connection has a request, the new one is closed.
type connections struct {
	max int
	log *slog.Logger

	mutex    sync.Mutex
	open     map[net.Conn]place
	draining *list.List // of net.Conn whose request is answered before its body has arrived, the longest draining first
	waiting  *list.List // of net.Conn without a whole request, the longest waiting first
	warned   time.Time
}

// place is where a connection is in a list. It is empty during a request.
type place struct {
	in      *list.List
	element *list.Element
}

func (p place) leave() {
	if p.in != nil {
		p.in.Remove(p.element)
	}
}

func newConnections(limit int, log *slog.Logger) *connections {
	return &connections{max: limit, log: log, open: make(map[net.Conn]place), draining: list.New(), waiting: list.New()}
}

// observe is an http.Server.ConnState. The server calls it for a new connection before it accepts the next.
func (c *connections) observe(conn net.Conn, state http.ConnState) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	at, known := c.open[conn]
	at.leave()
	switch {
	case state == http.StateNew:
		if len(c.open) >= c.max && !c.evict() {
			hangUp(conn)
			return
		}
		c.put(conn, c.waiting)
	case !known: // evicted
	case state == http.StateIdle:
		c.put(conn, c.waiting)
	case state == http.StateActive:
		c.open[conn] = place{}
	default:
		delete(c.open, conn)
	}
}

func (c *connections) put(conn net.Conn, in *list.List) {
	c.open[conn] = place{in: in, element: in.PushBack(conn)}
}

// drain registers that the request of a connection is answered, and that the rest of its body is read before the answer is sent.
func (c *connections) drain(conn net.Conn) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if at, known := c.open[conn]; known && at.in == nil {
		c.put(conn, c.draining)
	}
}

// evict closes a connection. It returns false if every connection has a request.
func (c *connections) evict() bool {
	if now := time.Now(); now.Sub(c.warned) > time.Minute {
		c.warned = now
		c.log.Warn("connection limit reached", "max_connections", c.max, "waiting", c.waiting.Len()+c.draining.Len())
	}
	for _, in := range []*list.List{c.draining, c.waiting} {
		if first := in.Front(); first != nil {
			conn, _ := in.Remove(first).(net.Conn)
			delete(c.open, conn)
			hangUp(conn)
			return true
		}
	}
	return false
}

// hangUp closes a connection without TLS's closing alert: a client could make the server wait for it.
func hangUp(conn net.Conn) {
	if encrypted, ok := conn.(*tls.Conn); ok {
		conn = encrypted.NetConn()
	}
	conn.Close()
}
