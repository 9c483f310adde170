package front

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"installstatus/server/front/fronttest"
)

func TestAConnectionWithARequestIsNotEvicted(t *testing.T) {
	active, release := make(chan struct{}, 3), make(chan struct{})
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		active <- struct{}{}
		<-release
	})
	address := listening(t, DefaultLimits(2).Server(handler, slog.New(slog.DiscardHandler)))
	first, second := fronttest.Dial(t, address, getRequest), fronttest.Dial(t, address, getRequest)
	<-active
	<-active
	third := fronttest.Dial(t, address, getRequest)
	third.SetReadDeadline(time.Now().Add(10 * time.Second))
	if io.Copy(io.Discard, third); !fronttest.IsOpen(first) || !fronttest.IsOpen(second) {
		t.Error("a connection with a request was closed")
	}
	if fronttest.IsOpen(third) {
		t.Error("the third connection is open")
	}
	close(release)
	for _, connection := range []net.Conn{first, second} {
		readAnswer(t, connection)
	}
}

func TestAConnectionIsIdleSinceItsLastRequest(t *testing.T) {
	server := DefaultLimits(2).Server(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	idle, observe := make(chan struct{}, 4), server.ConnState
	server.ConnState = func(connection net.Conn, state http.ConnState) {
		observe(connection, state)
		if state == http.StateIdle {
			idle <- struct{}{}
		}
	}
	address := listening(t, server)
	answered := func(connection net.Conn) {
		t.Helper()
		readAnswer(t, connection)
		<-idle // after the answer
	}
	first, second := fronttest.Dial(t, address, getRequest), fronttest.Dial(t, address, "")
	answered(first)
	io.WriteString(second, getRequest)
	answered(second)
	io.WriteString(first, getRequest)
	answered(first)
	readAnswer(t, fronttest.Dial(t, address, getRequest))
	if !fronttest.IsOpen(first) || fronttest.IsOpen(second) {
		t.Error("the second connection was not the one evicted")
	}
}

const getRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

func readAnswer(t testing.TB, connection net.Conn) {
	t.Helper()
	connection.SetReadDeadline(time.Now().Add(5 * time.Second))
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
}

func TestTheDefaultOfConnectionsFollowsFromOpenFiles(t *testing.T) {
	if l := DefaultLimits(0); l.Connections < 1 || l.Connections > 10_000 || uint(l.Connections) > OpenFiles() {
		t.Errorf("%d connections with %d open files", l.Connections, OpenFiles())
	}
	if l := DefaultLimits(7); l.Connections != 7 {
		t.Error(l.Connections)
	}
}
