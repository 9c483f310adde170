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
	Operation string `default:"updateDeviceStatus" help:"The operationId whose body it is (default ${default})."`
	File      string `arg:"" help:"The file with the body, - for standard input."`
}

func (validateCommand) Help() string {
	return `Prints the violations that the server would answer, one a line: where (a JSON pointer), what, and what would be right,
with a tab between each; control characters in names are escaped. The exit code is 1 if there are any. Whether an id is
that of the path cannot be said offline.

Examples:
  installstatus validate body.json
  echo '{"installState": "faild"}' | installstatus validate -
  installstatus validate --operation createDeviceStatus new.json`
}

// Run prints the violations of the body.
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
		return fmt.Errorf("%s: violations of %s: %d", c.File, operation.ID, invalid.Total)
	}
	return err
}

// operation finds the operation among those with a body.
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
		return nil, fmt.Errorf("%s is longer than the 1 MiB that the server takes", c.File)
	}
	return body, nil
}
