package main

import (
	"errors"

	"installstatus/server/auth"
)

// checkTenant refuses a tenant whose data nobody could ever ask for.
func checkTenant(id string) error {
	if !auth.IsTenant(id) {
		return usageError{errors.New("--tenant must be " + auth.TenantRule)}
	}
	return nil
}
