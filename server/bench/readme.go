package main

import (
	"fmt"
	"os"
	"strings"
)

// What make bench writes in the README stands between these lines.
const (
	begin = "<!-- make bench writes what follows -->\n"
	end   = "<!-- end of make bench's output -->\n"
)

// intoReadme puts a text where the README has the last one.
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
