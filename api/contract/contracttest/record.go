package contracttest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"
)

// RecordVariable names a file to which the requests of tests are appended, each a line of JSON, so that a tool can send them
// again.
const RecordVariable = "INSTALLSTATUS_TEST_RECORD"

// Recorded is a request of a test.
type Recorded struct {
	Method string
	Target string // percent-encoded, with the query
	Header http.Header
	Body   []byte
}

// Record keeps a request that is about to be sent, if RecordVariable says where. It reads the body, and puts it back.
func Record(t testing.TB, r *http.Request) {
	t.Helper()
	path := os.Getenv(RecordVariable)
	if path == "" {
		return
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return // a test of bodies that cannot be read
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	line, err := json.Marshal(Recorded{Method: r.Method, Target: r.URL.RequestURI(), Header: r.Header, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
}
