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

// connections limits how many connections are open. At the limit, a new connection evicts the one that has waited longest
// without a whole request, so neither idle clients nor clients that send a header byte by byte keep others out. If every
// connection has a request, the new one is closed.
type connections struct {
	max int
	log *slog.Logger

	mutex   sync.Mutex
	open    map[net.Conn]*list.Element // its element in waiting, nil during a request
	waiting *list.List                 // of net.Conn, the longest waiting first
	warned  time.Time
}

func newConnections(limit int, log *slog.Logger) *connections {
	return &connections{max: limit, log: log, open: make(map[net.Conn]*list.Element), waiting: list.New()}
}

// observe is an http.Server.ConnState. The server calls it for a new connection before it accepts the next.
func (c *connections) observe(conn net.Conn, state http.ConnState) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	element, known := c.open[conn]
	if known && element != nil {
		c.waiting.Remove(element)
	}
	switch {
	case state == http.StateNew:
		if len(c.open) >= c.max && !c.evict() {
			hangUp(conn)
			return
		}
		c.open[conn] = c.waiting.PushBack(conn)
	case !known: // evicted
	case state == http.StateIdle:
		c.open[conn] = c.waiting.PushBack(conn)
	case state == http.StateActive:
		c.open[conn] = nil
	default:
		delete(c.open, conn)
	}
}

// evict closes the connection that has waited longest. It returns false if every connection has a request.
func (c *connections) evict() bool {
	if now := time.Now(); now.Sub(c.warned) > time.Minute {
		c.warned = now
		c.log.Warn("connection limit reached", "max_connections", c.max, "waiting", c.waiting.Len())
	}
	first := c.waiting.Front()
	if first == nil {
		return false
	}
	conn, _ := c.waiting.Remove(first).(net.Conn)
	delete(c.open, conn)
	hangUp(conn)
	return true
}

// hangUp closes a connection without TLS's closing alert: a client could make the server wait for it.
func hangUp(conn net.Conn) {
	if encrypted, ok := conn.(*tls.Conn); ok {
		conn = encrypted.NetConn()
	}
	conn.Close()
}
