package main

import (
	"fmt"
	"os"
	"strings"
)

// The lines around what make bench writes into the README.
const (
	begin = "<!-- make bench writes what follows -->\n"
	end   = "<!-- end of make bench's output -->\n"
)

// intoReadme replaces the text that make bench wrote into the README.
func intoReadme(file, text string) error {
	readme, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(readme), begin)
	_, after, foundEnd := strings.Cut(rest, end)
	if !found || !foundEnd {
		return fmt.Errorf("%s has no place for the table: the lines %q and %q", file, begin, end)
	}
	return os.WriteFile(file, []byte(before+begin+"\n"+text+"\n"+end+after), 0o644)
}
