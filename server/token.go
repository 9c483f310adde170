package main

import (
	"fmt"
	"time"

	"installstatus/server/auth"
)

type tokenCommand struct {
	Tenant  string        `default:"${tenant}" help:"The tenant (tid) in the token."`
	Scope   string        `default:"${scope}" help:"Permissions, separated by spaces."`
	AppOnly bool          `help:"Issue a token for an application without a user: the permissions are in roles instead of scp."`
	Expires time.Duration `default:"1h" help:"How long the token is valid."`
	DevKey  string        `default:"installstatus-dev.pem" help:"The development issuer's key (default ${default}), created if missing." placeholder:"FILE"`
}

func (tokenCommand) Help() string {
	return `Prints a token that a server started with --dev and the same --dev-key accepts.

Examples:
  installstatus token
  installstatus token --tenant contoso --scope DeviceManagementApps.Read.All --expires 24h
  curl -H "Authorization: Bearer $(installstatus token)" http://127.0.0.1:8080/beta/...`
}

// Run prints the token on one line.
func (c tokenCommand) Run(to terminal) error {
	issuer, err := auth.OpenDevelopment(c.DevKey)
	if err != nil {
		return err
	}
	token, err := issuer.Issue(auth.Grant{Tenant: c.Tenant, Scope: c.Scope, AppOnly: c.AppOnly, Lifetime: c.Expires}, time.Now())
	if err != nil {
		return usageError{err}
	}
	_, err = fmt.Fprintln(to.out, token)
	return err
}
