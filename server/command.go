package main

import (
	"errors"
	"io"

	"installstatus/server/auth"
)

// terminal is where a command reads and writes: data to out, everything else to err.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

// usageError means that the command line is wrong.
type usageError struct{ error }

// checkTenant refuses a tenant that no token can have.
func checkTenant(id string) error {
	if !auth.IsTenant(id) {
		return usageError{errors.New("--tenant must be " + auth.TenantRule)}
	}
	return nil
}
