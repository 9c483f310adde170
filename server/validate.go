package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"installstatus/api"
	"installstatus/api/contract"
	"installstatus/server/transfer"
)

type validateCommand struct {
	Operation string `default:"updateDeviceStatus" help:"The operationId of the request (default ${default})."`
	File      string `arg:"" help:"The file with the body, - for standard input."`
}

func (validateCommand) Help() string {
	return `Prints the violations that the server would report, one per line: a JSON pointer, a code, and a message that names what
is allowed, separated by tabs. Control characters in names are escaped. The exit code is 1 if there are violations. Offline,
an id in the body cannot be compared with the one in the path.

Examples:
  installstatus validate body.json
  echo '{"installState": "faild"}' | installstatus validate -
  installstatus validate --operation createDeviceStatus new.json`
}

// Run prints the violations in the body.
func (c validateCommand) Run(to terminal) error {
	operation, err := c.operation()
	if err != nil {
		return err
	}
	body, err := c.read(to.in)
	if err != nil {
		return err
	}
	err = api.ValidateBody(operation, body)
	var invalid *contract.Invalid
	if errors.As(err, &invalid) {
		for _, v := range invalid.Violations {
			fmt.Fprintf(to.out, "%s\t%s\t%s\n", transfer.OneLine(v.Target), v.Code, transfer.OneLine(v.Message))
		}
		return fmt.Errorf("%s: %s in the body of %s", c.File, numberOf(invalid.Total, "violation"), operation.ID)
	}
	return err
}

// operation returns the chosen operation, which must have a body.
func (c validateCommand) operation() (*contract.Operation, error) {
	built, err := api.Contract()
	if err != nil {
		return nil, err
	}
	if o := built.Operation(c.Operation); o != nil && o.TakesBody() {
		return o, nil
	}
	var known []string
	for _, o := range built.Operations {
		if o.TakesBody() {
			known = append(known, o.ID)
		}
	}
	return nil, usageError{fmt.Errorf("--operation must be one of %s", strings.Join(known, ", "))}
}

func (c validateCommand) read(stdin io.Reader) ([]byte, error) {
	from := stdin
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		from = file
	}
	body, err := io.ReadAll(io.LimitReader(from, api.MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", c.File, err)
	}
	if len(body) > api.MaxBody {
		return nil, fmt.Errorf("%s is longer than 1 MiB, the limit of the server", c.File)
	}
	return body, nil
}
