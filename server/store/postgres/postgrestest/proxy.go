package postgrestest

import (
	"context"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Proxy stands between a store and its database, and can do to their connections what a network does.
type Proxy struct {
	to    string // the server's address
	mutex sync.Mutex
	mode  mode
	open  map[net.Conn]bool
}

// mode is what becomes of what is sent.
type mode uint8

const (
	passing mode = iota
	swallowing
	unanswering
	refusing
)

// Through starts a proxy to the server of a database, and gives the URL of the database by way of it.
func Through(t testing.TB, database string) (p *Proxy, by string) {
	t.Helper()
	address, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := listen()
	if err != nil {
		t.Fatal(err)
	}
	p = &Proxy{to: address.Host, open: make(map[net.Conn]bool)}
	t.Cleanup(func() {
		listener.Close()
		p.Reset()
	})
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	address.Host = listener.Addr().String()
	return p, address.String()
}

// Pass lets everything through, as at first.
func (p *Proxy) Pass() { p.set(passing) }

// Swallow lets nothing through in either direction, and tells nobody: a cable that is cut.
func (p *Proxy) Swallow() { p.set(swallowing) }

// Unanswer lets what the store sends through, and cuts the connection before the answer.
func (p *Proxy) Unanswer() { p.set(unanswering) }

// Refuse closes new connections, and those that are open.
func (p *Proxy) Refuse() {
	p.set(refusing)
	p.Reset()
}

// Reset breaks the connections that are open.
func (p *Proxy) Reset() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for c := range p.open {
		if c, isTCP := c.(*net.TCPConn); isTCP {
			_ = c.SetLinger(0) // by a reset, not by a farewell
		}
		c.Close()
	}
}

func (p *Proxy) set(m mode) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.mode = m
}

func (p *Proxy) now() mode {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.mode
}

func (p *Proxy) serve(client net.Conn) {
	defer p.hold(client)()
	if p.now() == refusing {
		return
	}
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.to)
	if err != nil {
		return
	}
	defer p.hold(server)()
	go func() {
		p.carry(server, client, false)
		server.Close()
	}()
	p.carry(client, server, true)
}

// hold keeps a connection among those that are open until what it returns is called.
func (p *Proxy) hold(c net.Conn) func() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.open[c] = true
	return func() {
		c.Close()
		p.mutex.Lock()
		defer p.mutex.Unlock()
		delete(p.open, c)
	}
}

// carry hands on what comes from one side; answers come from the server's.
func (p *Proxy) carry(to, from net.Conn, answers bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		switch p.now() {
		case swallowing:
			continue
		case unanswering:
			if answers {
				return
			}
		case passing, refusing:
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
