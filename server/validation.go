package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"installstatus/api"
	"installstatus/api/contract"
	"installstatus/server/bodies"
	"installstatus/server/transfer"
)

// validation checks the bodies of files and prints their violations.
type validation struct {
	operation *contract.Operation // of bodies that are not a batch
	batch     *contract.Operation // of bodies that have the form of one; nil means operation
	out       *bufio.Writer
	notes     io.Writer
	json      *json.Encoder // nil means lines for people

	bodies, invalid, total int                 // bodies, those with violations, violations
	name                   string              // of the last file
	last                   *contract.Operation // of the last body
}

func newValidation(to terminal, asJSON bool) *validation {
	v := &validation{out: bufio.NewWriter(to.out), notes: to.err}
	if asJSON {
		v.json = json.NewEncoder(v.out)
		v.json.SetEscapeHTML(false)
	}
	return v
}

// foundViolation is a violation as --json prints it.
type foundViolation struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	Index     int    `json:"index"`
	Operation string `json:"operation"`
	Pointer   string `json:"pointer"`
	Code      string `json:"code"`
	Message   string `json:"message"`
}

// read checks the bodies that it reads.
func (v *validation) read(name string, from io.Reader) error {
	v.name = name
	reader := bodies.NewReader(from, api.MaxBody)
	for {
		body, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading %s: %s", transfer.OneLine(name), transfer.OneLine(err.Error()))
		}
		if err := v.check(body); err != nil {
			return err
		}
	}
}

// check checks a body and prints its violations.
func (v *validation) check(body bodies.Body) error {
	v.last = v.operation
	switch {
	case body.Problem != "":
		v.total++
		return v.print(body, api.Finding{Operation: v.operation, Violation: contract.Violation{Code: "InvalidJson", Message: "This is not JSON: " + body.Problem + "."}})
	case body.TooLong:
		v.bodies, v.invalid, v.total = v.bodies+1, v.invalid+1, v.total+1
		return v.print(body, api.Finding{Operation: v.operation, Violation: contract.Violation{Code: "RequestEntityTooLarge", Message: "The body is longer than 1 MiB, the limit of the server."}})
	case v.batch != nil && api.IsBatch(body.Text):
		v.last = v.batch
	}
	found, total, err := api.CheckBody(v.last, body.Text)
	if err != nil {
		return err
	}
	v.bodies++
	if v.total += total; total > 0 {
		v.invalid++
	}
	for _, f := range found {
		f.Message = inFile(f)
		if err := v.print(body, f); err != nil {
			return err
		}
	}
	if total > len(found) {
		fmt.Fprintf(v.notes, "note: %s:%d: %d of %d violations in this body are listed\n", transfer.OneLine(v.name), body.Line, len(found), total)
	}
	return nil
}

// inFile returns the message of a violation without a place in the body, since the place in the file is another one.
func inFile(f api.Finding) string {
	_, what, isSyntax := strings.Cut(f.Message, fmt.Sprintf("At line %d, column %d: ", f.Line, f.Column))
	if f.Code != "InvalidJson" || !isSyntax {
		return f.Message
	}
	return "This is not JSON: " + what
}

// print prints a violation of a body; the place of f is in the body.
func (v *validation) print(body bodies.Body, f api.Finding) error {
	line, column := body.Line, body.Column
	if f.Line > 1 {
		line, column = line+f.Line-1, f.Column
	} else if f.Line == 1 {
		column += f.Column - 1
	}
	if v.json != nil {
		return v.json.Encode(foundViolation{v.name, line, column, body.Index, f.Operation.ID, f.Target, f.Code, f.Message})
	}
	_, err := fmt.Fprintf(v.out, "%s:%d:%d: %s\t%s\t%s\n", transfer.OneLine(v.name), line, column, transfer.OneLine(f.Target), f.Code, transfer.OneLine(f.Message))
	return err
}

// summary describes the result in one line.
func (v *validation) summary() string {
	switch {
	case v.total == 0 && v.bodies == 1:
		return "1 body valid"
	case v.total == 0:
		return fmt.Sprintf("%d bodies valid", v.bodies)
	case v.bodies == 1:
		return fmt.Sprintf("%s: %s in the body of %s", transfer.OneLine(v.name), numberOf(v.total, "violation"), v.last.ID)
	}
	return fmt.Sprintf("%s in %d of %d bodies", numberOf(v.total, "violation"), v.invalid, v.bodies)
}
