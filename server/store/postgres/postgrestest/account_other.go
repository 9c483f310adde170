//go:build !unix

package postgrestest

import (
	"errors"
	"os/exec"
)

type account struct{}

func serverAccount() (*account, error) {
	return nil, errors.New("a throw-away PostgreSQL needs a Unix")
}

func (*account) give(...string) error { return nil }

func (*account) run(*exec.Cmd, string) {}
