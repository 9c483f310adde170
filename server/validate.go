package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"installstatus/api"
	"installstatus/api/contract"
	"installstatus/server/transfer"
)

type validateCommand struct {
	Operation string   `help:"The operationId of the requests (default updateDeviceStatus, or batch for a body that has the form of one)."`
	JSON      bool     `name:"json" help:"Print the violations as JSON, one object per line."`
	Files     []string `arg:"" name:"file" help:"The files with the bodies, - for standard input."`
}

func (validateCommand) Help() string {
	return `A file contains a request body, an array of bodies, or several bodies after each other, such as NDJSON. Each body has at most 1 MiB.
In a batch, the address, the headers and the body of each request are checked too.

Prints the violations that the server would report, one per line: file:line:column: and a JSON pointer into the body, a code,
and a message that names what is allowed, separated by tabs. The line and the column are the place in the file of the value, or
of the name of a property that is unknown or occurs twice; columns count characters. Control characters in names are escaped.
With --json, a line has the members file, line, column, index (of the body, from 0), operation, pointer, code and message.

The exit code is 1 if there are violations or a file cannot be read. Offline, an id in the body cannot be compared with the one
in the path, except in a batch.

Examples:
  installstatus validate body.json
  installstatus validate --json batch.json requests.ndjson
  echo '{"installState": "faild"}' | installstatus validate -
  installstatus validate --operation createDeviceStatus new.json`
}

// Run prints the violations in the bodies of all files.
func (c validateCommand) Run(to terminal) error {
	if n := slices.Index(c.Files, "-"); n >= 0 && slices.Contains(c.Files[n+1:], "-") {
		return usageError{errors.New("standard input can be read only once; name - once")}
	}
	v, err := c.validation(to)
	if err != nil {
		return err
	}
	var unread []error
	for _, name := range c.Files {
		if err := v.file(name, to.in); err != nil {
			unread = append(unread, err)
		}
	}
	if err := v.out.Flush(); err != nil {
		return err
	}
	if len(unread) > 0 && v.bodies == 0 {
		return errors.Join(unread...)
	}
	for _, err := range unread {
		fmt.Fprintf(to.err, "installstatus: %v\n", err)
	}
	summary := v.summary()
	if len(unread) > 0 {
		return fmt.Errorf("%s; %s could not be read", summary, numberOf(len(unread), "file"))
	}
	if v.total > 0 {
		return errors.New(summary)
	}
	fmt.Fprintln(to.err, summary)
	return nil
}

// validation returns a validation with the chosen operation, which must have a body.
func (c validateCommand) validation(to terminal) (*validation, error) {
	built, err := api.Contract()
	if err != nil {
		return nil, err
	}
	v := newValidation(to, c.JSON)
	v.batch = built.Operation("batch")
	if v.operation = built.Operation("updateDeviceStatus"); c.Operation == "" {
		return v, nil
	}
	if v.operation, v.batch = built.Operation(c.Operation), nil; v.operation != nil && v.operation.TakesBody() {
		return v, nil
	}
	return nil, usageError{fmt.Errorf("--operation must be one of %s", strings.Join(withBody(built.Operations), ", "))}
}

func withBody(operations []*contract.Operation) (ids []string) {
	for _, o := range operations {
		if o.TakesBody() {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// file checks a file. It returns an error if the file cannot be read.
func (v *validation) file(name string, stdin io.Reader) error {
	if name == "-" {
		return v.read(name, stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return errors.New(transfer.OneLine(err.Error()))
	}
	defer file.Close()
	return v.read(name, file)
}
