// Package fronttest opens connections to a server for tests, and sends bytes that no HTTP client would send.
package fronttest

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// Dial opens a connection until the test ends, and sends the text.
func Dial(t testing.TB, address, text string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	io.WriteString(connection, text)
	return connection
}

// IsOpen reports whether the server keeps a connection open on which it has sent nothing.
func IsOpen(connection net.Conn) bool {
	for _, wait := range []time.Duration{time.Millisecond, 50 * time.Millisecond} { // a busy machine may miss the first deadline
		connection.SetReadDeadline(time.Now().Add(wait))
		if _, err := connection.Read(make([]byte, 1)); !os.IsTimeout(err) {
			return false
		}
	}
	return true
}

// Exchange sends a request as bytes, and returns the status and the body of the answer and the client's own address.
func Exchange(t testing.TB, address, request string) (status int, body, client string) {
	t.Helper()
	connection := Dial(t, address, request)
	defer connection.Close()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text), connection.LocalAddr().String()
}
