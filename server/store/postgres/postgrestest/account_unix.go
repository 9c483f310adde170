//go:build unix

package postgrestest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the user that runs a server, since PostgreSQL refuses to run as root; nil is the user of the tests.
type account struct{ user, group int }

func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil {
			id, _ := strconv.Atoi(found.Uid) // numeric on Unix
			group, _ := strconv.Atoi(found.Gid)
			return &account{id, group}, nil
		}
	}
	return nil, errors.New("the tests run as root, and there is neither a user postgres nor nobody to run PostgreSQL as")
}

func (a *account) give(paths ...string) error {
	if a == nil {
		return nil
	}
	for _, path := range paths {
		if err := os.Chown(path, a.user, a.group); err != nil {
			return err
		}
	}
	return nil
}

// run makes a command run as the account, in a directory that it can read.
func (a *account) run(command *exec.Cmd, dir string) {
	command.Dir = dir
	if a != nil {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(a.user), Gid: uint32(a.group)}}
	}
}
