package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"installstatus/api"
)

type versionCommand struct{}

func (versionCommand) Help() string {
	return "Example:\n  installstatus version"
}

// Run prints one line with the versions of the program, of Go and of the contract, and the commit if the build recorded it.
func (versionCommand) Run(to terminal) error {
	contract, err := api.Contract()
	if err != nil {
		return err
	}
	version, commit := "unknown", ""
	if build, ok := debug.ReadBuildInfo(); ok {
		version = build.Main.Version
		for _, setting := range build.Settings {
			if setting.Key == "vcs.revision" {
				commit = " " + setting.Value
			}
		}
	}
	_, err = fmt.Fprintf(to.out, "installstatus %s%s %s %s/%s, contract %s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH, contract.Document.Info.Version)
	return err
}
