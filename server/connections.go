package main

import (
	"container/list"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// connections bounds how many connections are open. One too many takes the place of that which has waited longest without
// a whole request, so that neither idle clients nor those that send a header byte by byte keep others out. Where all
// are in a request, the new one is closed.
type connections struct {
	max int
	log *slog.Logger

	mutex   sync.Mutex
	open    map[net.Conn]*list.Element // its place in waiting, nil while it has a request
	waiting *list.List                 // of net.Conn, first the one that has waited longest
	warned  time.Time
}

func newConnections(limit int, log *slog.Logger) *connections {
	return &connections{max: limit, log: log, open: make(map[net.Conn]*list.Element), waiting: list.New()}
}

// observe is for http.Server.ConnState. The server calls it for a new connection before it accepts the next.
func (c *connections) observe(conn net.Conn, state http.ConnState) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	place, known := c.open[conn]
	if known && place != nil {
		c.waiting.Remove(place)
	}
	switch {
	case state == http.StateNew:
		if len(c.open) >= c.max && !c.makeRoom() {
			hangUp(conn)
			return
		}
		c.open[conn] = c.waiting.PushBack(conn)
	case !known: // it had to give way
	case state == http.StateIdle:
		c.open[conn] = c.waiting.PushBack(conn)
	case state == http.StateActive:
		c.open[conn] = nil
	default:
		delete(c.open, conn)
	}
}

func (c *connections) makeRoom() bool {
	if now := time.Now(); now.Sub(c.warned) > time.Minute {
		c.warned = now
		c.log.Warn("as many connections are open as may be", "max_connections", c.max, "waiting", c.waiting.Len())
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

// hangUp closes a connection without the farewell of TLS, for which a client could let the server wait.
func hangUp(conn net.Conn) {
	if encrypted, ok := conn.(*tls.Conn); ok {
		conn = encrypted.NetConn()
	}
	conn.Close()
}
