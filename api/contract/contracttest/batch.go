package contracttest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Item is a response in the response to a batch.
type Item struct {
	ID      string
	Status  int
	Headers map[string]string
	Body    json.RawMessage
}

// Items returns the responses to the requests in a batch, in their order. sent is the body of the batch, received the body of its
// response with 200. Items fails the test unless each is a response that the contract allows for the request alone, or 424, with
// the contract's spelling of the names of headers.
func Items(t testing.TB, sent, received []byte) []Item {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	var batch struct {
		Requests []struct{ ID, Method, URL string }
	}
	if err := json.Unmarshal(sent, &batch); err != nil {
		t.Fatalf("reading the batch: %v", err)
	}
	var answers struct{ Responses []Item }
	if err := json.Unmarshal(received, &answers); err != nil {
		t.Fatalf("reading the response to the batch: %v", err)
	}
	if len(answers.Responses) != len(batch.Requests) {
		t.Fatalf("%d responses to %d requests", len(answers.Responses), len(batch.Requests))
	}
	for i, request := range batch.Requests {
		item := answers.Responses[i]
		if item.ID != request.ID {
			t.Errorf("request %d: the id of the response is %q, want %q", i, item.ID, request.ID)
		}
		path, _, _ := strings.Cut(strings.TrimPrefix(request.URL, "/"), "?")
		a := Answer{
			Method: strings.ToUpper(request.Method), Target: "/beta/" + path,
			Status: item.Status, Header: make(http.Header), Body: item.Body,
		}
		for name, value := range item.Headers {
			a.Header.Set(name, value)
			if !isContractName(doc, name) {
				t.Errorf("request %d: the contract spells %s differently", i, name)
			}
		}
		if strings.HasPrefix(a.Header.Get("Content-Type"), "text/") && a.Method != http.MethodHead {
			var text string
			if err := json.Unmarshal(item.Body, &text); err != nil {
				t.Errorf("request %d: the text is not in a string: %s", i, item.Body)
			}
			a.Body = []byte(text)
		}
		if item.Status == http.StatusFailedDependency {
			checkError(t, doc, a)
		} else {
			Check(t, a)
		}
	}
	return answers.Responses
}

// isContractName reports whether the contract has a header with the name, in the same case.
func isContractName(doc *openapi3.T, name string) bool {
	names := append(slices.Clone(transportHeaders), "Allow")
	for declared := range doc.Components.Headers {
		names = append(names, declared)
	}
	return slices.Contains(names, name)
}
