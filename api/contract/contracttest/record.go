package contracttest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"
)

// RecordVariable is an environment variable with the name of a file. Tests append their requests to it as lines of JSON, so that a
// tool can send them again.
const RecordVariable = "INSTALLSTATUS_TEST_RECORD"

// Recorded is a request that a test sent.
type Recorded struct {
	Method string
	Target string // percent-encoded, with the query
	Header http.Header
	Body   []byte
}

// Record appends a request that is about to be sent to the file in RecordVariable, if there is one. It reads the body and restores
// it.
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
			return // the test sends a body that cannot be read
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
