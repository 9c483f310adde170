package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

func isReady(base string) bool {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
	response, err := client.Get(base + "/readyz")
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// balancer passes connections to the replicas in turn, skipping those that are not ready.
type balancer struct {
	listener net.Listener
	mutex    sync.Mutex
	replicas []string // addresses
	ready    []bool
	next     int
}

func newBalancer(t testing.TB, n int) *balancer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{listener: listener, replicas: make([]string, n), ready: make([]bool, n)}
	done := make(chan struct{})
	t.Cleanup(func() { close(done); listener.Close() })
	for i := range n {
		go func() {
			for tick := time.NewTicker(50 * time.Millisecond); ; {
				select {
				case <-done:
					tick.Stop()
					return
				case <-tick.C:
					b.look(i)
				}
			}
		}()
	}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go b.serve(client)
		}
	}()
	return b
}

func (b *balancer) use(i int, address string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.replicas[i], b.ready[i] = address, true
}

func (b *balancer) look(i int) {
	b.mutex.Lock()
	address := b.replicas[i]
	b.mutex.Unlock()
	ready := address != "" && isReady("http://"+address)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.replicas[i] == address {
		b.ready[i] = ready
	}
}

// connect tries the next replica if one accepts no connection.
func (b *balancer) connect() (net.Conn, error) {
	for range 3 * len(b.replicas) {
		b.mutex.Lock()
		b.next = (b.next + 1) % len(b.replicas)
		address, ready := b.replicas[b.next], b.ready[b.next]
		b.mutex.Unlock()
		if !ready {
			continue
		}
		if server, err := net.Dial("tcp", address); err == nil {
			return server, nil
		}
	}
	return nil, errors.New("no replica is ready")
}

func (b *balancer) serve(client net.Conn) {
	defer client.Close()
	server, err := b.connect()
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		io.Copy(server, client)
		server.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(client, server)
}
