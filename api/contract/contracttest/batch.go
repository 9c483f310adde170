package contracttest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"installstatus/gen"
)

// Item is an answer in the answer to a batch.
type Item struct {
	ID      string
	Status  int
	Headers map[string]string
	Body    json.RawMessage
}

// Items are the answers to the requests of a batch, in their order. sent is the body of the batch, received that of its
// answer with 200. It fails the test unless each is one that the contract has for its request when it is sent alone, or
// says that the request was not tried, with the names of its headers spelt as in the contract.
func Items(t testing.TB, sent, received []byte) []Item {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	var batch gen.BatchRequestContent
	if err := json.Unmarshal(sent, &batch); err != nil {
		t.Fatalf("reading the batch: %v", err)
	}
	var answers struct{ Responses []Item }
	if err := json.Unmarshal(received, &answers); err != nil {
		t.Fatalf("reading the answer to the batch: %v", err)
	}
	if len(answers.Responses) != len(batch.Requests) {
		t.Fatalf("%d requests have %d answers", len(batch.Requests), len(answers.Responses))
	}
	for i, request := range batch.Requests {
		item := answers.Responses[i]
		if item.ID != request.ID {
			t.Errorf("request %d: its answer has the id %q instead of %q", i, item.ID, request.ID)
		}
		path, _, _ := strings.Cut(strings.TrimPrefix(request.URL, "/"), "?")
		a := Answer{
			Method: strings.ToUpper(string(request.Method)), Target: "/beta/" + path,
			Status: item.Status, Header: make(http.Header), Body: item.Body,
		}
		for name, value := range item.Headers {
			a.Header.Set(name, value)
			if !isSpelt(doc, name) {
				t.Errorf("request %d: the contract spells %s in another way", i, name)
			}
		}
		if item.Status == http.StatusFailedDependency {
			checkError(t, doc, a)
		} else {
			Check(t, a)
		}
	}
	return answers.Responses
}

// isSpelt reports whether the name of a header is one of the contract, in its letters.
func isSpelt(doc *openapi3.T, name string) bool {
	spelt := append(slices.Clone(ofTransport), "Allow")
	for declared := range doc.Components.Headers {
		spelt = append(spelt, declared)
	}
	return slices.Contains(spelt, name)
}
