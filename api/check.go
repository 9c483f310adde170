package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"installstatus/api/contract"
)

// Finding is a violation in a body, and where it is.
type Finding struct {
	Operation *contract.Operation // of the body, or of the request in a batch
	contract.Violation
	contract.Position
}

// CheckBody checks the body of a request for an operation, which must take one, except for what depends on the path. It checks
// the requests of a batch as the server does, including their addresses and headers. The findings are in the order of the
// text; total counts those that are not listed, too.
func CheckBody(operation *contract.Operation, body []byte) (findings []Finding, total int, err error) {
	value, err := operation.ValidateBody(body)
	if err == nil && operation.ID == "batch" {
		return checkBatch(operation, body, value)
	}
	return located(operation, body, err)
}

// located lists the violations of an error that is a *contract.Invalid or nil.
func located(operation *contract.Operation, body []byte, err error) (findings []Finding, total int, _ error) {
	var invalid *contract.Invalid
	if !errors.As(err, &invalid) {
		return nil, 0, err
	}
	for i, at := range operation.Locate(body, invalid.Violations) {
		findings = append(findings, Finding{operation, invalid.Violations[i], at})
	}
	return inOrder(findings), invalid.Total, nil
}

// IsBatch reports whether a body has the form of a batch: an object with an array of requests.
func IsBatch(body []byte) bool {
	var batch struct {
		Requests []json.RawMessage `json:"requests"`
	}
	return json.Unmarshal(body, &batch) == nil && batch.Requests != nil
}

var resolver = sync.OnceValues(func() (*node, error) {
	c, err := Contract()
	if err != nil {
		return nil, err
	}
	return newTree(c), nil
})

// batchCheck is the check of a batch that the contract has accepted.
type batchCheck struct {
	operation  *contract.Operation
	body       []byte
	violations []contract.Violation // of the batch itself
	inner      []Finding            // of the bodies of its requests
	total      int                  // of inner
}

func checkBatch(operation *contract.Operation, body []byte, value any) ([]Finding, int, error) {
	tree, err := resolver()
	if err != nil {
		return nil, 0, err
	}
	c, err := Contract()
	if err != nil {
		return nil, 0, err
	}
	check := &batchCheck{operation: operation, body: body}
	batch, err := batchOf(value)
	var invalid *contract.Invalid
	if errors.As(err, &invalid) {
		check.violations = invalid.Violations
	}
	for i, s := range batch {
		check.step(tree, c.BasePath+"/", s, fmt.Sprintf("/requests/%d", i))
	}
	own, total, err := located(operation, body, contract.NewInvalid(contract.ModelValidationFailure, check.violations))
	return inOrder(append(own, check.inner...)), total + check.total, err
}

// step checks a request in the batch as the server does before it runs it.
func (b *batchCheck) step(tree *node, base string, s *step, pointer string) {
	target, err := s.target(base)
	if err != nil {
		b.refuse(pointer+"/url", err)
		return
	}
	r := &http.Request{Method: s.method, URL: target, Header: s.header}
	to, err := tree.resolve(r)
	var refused *Error
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusMethodNotAllowed:
		b.refuse(pointer+"/method", err)
	case err != nil:
		b.refuse(pointer+"/url", err)
	case to.operation.ID == b.operation.ID:
		b.refuse(pointer+"/url", errBatchInBatch)
	default:
		b.request(r, to, s.body, pointer)
	}
}

func (b *batchCheck) refuse(pointer string, err error) {
	b.violations = append(b.violations, contract.Violation{Code: answerTo(err).Code, Target: pointer, Message: err.Error()})
}

// request checks the parameters and the body of a request whose operation is known.
func (b *batchCheck) request(r *http.Request, to *address, body []byte, pointer string) {
	_, err := to.operation.Validate(r, to.params, body)
	var invalid *contract.Invalid
	if !errors.As(err, &invalid) {
		return
	}
	var inBody []contract.Violation
	for _, v := range invalid.Violations {
		if place := placeOf(v); place != "" {
			v.Target = pointer + place
			b.violations = append(b.violations, v)
		} else if len(body) == 0 { // the request needs one
			v.Target = pointer + "/body"
			b.violations = append(b.violations, v)
		} else {
			inBody = append(inBody, v)
		}
	}
	b.total += invalid.Total - len(invalid.Violations) + len(inBody)
	start := b.operation.Locate(b.body, []contract.Violation{{Target: pointer + "/body"}})[0]
	for i, at := range to.operation.Locate(body, inBody) {
		if at.Line == 1 {
			at.Column += start.Column - 1
		}
		at.Line += start.Line - 1
		v := inBody[i]
		v.Target = pointer + "/body" + v.Target
		b.inner = append(b.inner, Finding{to.operation, v, at})
	}
}

// placeOf returns where in a request of a batch the parameter of a violation is, "" for a violation of the body.
func placeOf(v contract.Violation) string {
	switch v.Code {
	case "InvalidContentType":
		return "/headers"
	case "MalformedQuery", "UnknownQueryOption", "DuplicateQueryOption":
		return "/url"
	case "InvalidParameter":
		if strings.Contains(v.Message, "in the header") {
			return "/headers"
		}
		return "/url"
	}
	return ""
}

// inOrder sorts findings by their places.
func inOrder(findings []Finding) []Finding {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return findings
}
