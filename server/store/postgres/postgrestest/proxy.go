package postgrestest

import (
	"context"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Proxy is between a store and its database, and can do to their connections what a network does.
type Proxy struct {
	to    string // the server's address
	mutex sync.Mutex
	mode  mode
	open  map[net.Conn]bool
}

// mode is what happens to the data that is sent.
type mode uint8

const (
	passing mode = iota
	swallowing
	unanswering
	refusing
)

// Through starts a proxy to the server of a database, and returns the URL of the database through the proxy.
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

// Pass lets everything through. This is the initial mode.
func (p *Proxy) Pass() { p.set(passing) }

// Swallow lets nothing through in either direction and closes nothing, like a cut cable.
func (p *Proxy) Swallow() { p.set(swallowing) }

// Unanswer lets what the store sends through, and cuts the connection before the answer.
func (p *Proxy) Unanswer() { p.set(unanswering) }

// Refuse closes open and new connections.
func (p *Proxy) Refuse() {
	p.set(refusing)
	p.Reset()
}

// Reset breaks the open connections.
func (p *Proxy) Reset() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for c := range p.open {
		if c, isTCP := c.(*net.TCPConn); isTCP {
			_ = c.SetLinger(0) // close with a reset
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

// hold registers an open connection. The returned func removes it.
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

// carry forwards the data of one side; answers come from the side of the server.
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
