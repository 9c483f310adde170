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
	address := listening(t, DefaultLimits(2, 0).Server(handler, slog.New(slog.DiscardHandler)))
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

func TestAnAnsweredRequestWhoseBodyIsMissingGivesWayFirst(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	const most, half = 3, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"
	address := listening(t, DefaultLimits(most, 0).Server(handler, slog.New(slog.DiscardHandler)))
	idle := fronttest.Dial(t, address, getRequest)
	readAnswer(t, idle)
	var bodies []net.Conn
	for range 100 { // each drives out one before it
		bodies = append(bodies, fronttest.Dial(t, address, half))
	}
	for began, served := time.Now(), 0; served < 20; {
		if time.Since(began) > 5*time.Second { // the bodies may arrive for 10 s
			t.Fatalf("%d new clients were served", served)
		}
		if isAnswered(fronttest.Dial(t, address, getRequest)) {
			served++
		}
	}
	for i, connection := range bodies[:len(bodies)-most] {
		if fronttest.IsOpen(connection) {
			t.Errorf("connection %d of half a body is open", i)
		}
	}
}

func TestAConnectionIsIdleSinceItsLastRequest(t *testing.T) {
	server := DefaultLimits(2, 0).Server(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
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

func isAnswered(connection net.Conn) bool {
	connection.SetReadDeadline(time.Now().Add(time.Second))
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	return err == nil && response.StatusCode == http.StatusOK
}

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
	free := DefaultLimits(0, 0).Connections
	if free < 1 || free > 10_000 || uint(free) > OpenFiles() {
		t.Errorf("%d connections with %d open files", free, OpenFiles())
	}
	if given := DefaultLimits(7, 1000).Connections; given != 7 {
		t.Errorf("%d connections, not the 7 that were asked for", given)
	}
	if none := DefaultLimits(0, OpenFiles()).Connections; none != 1 {
		t.Errorf("%d connections where all files are reserved", none)
	}
}
