// Package recipe follows the steps of CONTRIBUTING.md, "Change the contract", on a copy of the repository: all of them, and
// then all but one, for each one. It has nothing but tests.
package recipe

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// required is the environment variable that asks for these tests, which take minutes.
const required = "INSTALLSTATUS_RECIPE"

// A property or an operation more can be noticed by tests of what is answered, kept and written. It is not by those of times,
// crashes and browsers, which would take most of the time, and say something else on a busy machine.
const (
	aboutData = "Propert|Column|Rules|Schema|Migration|Contract|Example|Status|Entit|Import|Export|Row|List|Select|Operation|Summar|Patch|Post|Readme|Sample|Batch|CommandLine"
	aboutTime = "^TestThePage$|Browser|Sessions|Replica|Crash|Cancelled|Concurrent|Connections|Bench"
)

// edit is what a step says of one place. A file has old once, and new stands there afterwards; a file that is added has none.
type edit struct {
	step     int    // its number in the recipe
	word     string // by which the step says it
	file     string
	old, new string
	failing  []string // the command that fails where this edit is left out, and
	naming   string   // what it writes then
}

// behind is an edit that adds something behind a place.
func behind(step int, word, file, place, added string, failing []string, naming string) edit {
	return edit{step, word, file, place, place + added, failing, naming}
}

var build = []string{"go", "build", "./..."}

// test is the command that runs one test of a package.
func test(folder, name string) []string {
	return []string{"go", "test", "./" + folder, "-count", "1", "-run", "^" + name + "$"}
}

func TestTheRecipe(t *testing.T) {
	if os.Getenv(required) == "" {
		t.Skipf("the recipe of CONTRIBUTING.md is not followed: that takes minutes, and %s=required asks for it", required)
	}
	c := newCopy(t)
	property, operation := c.recipe(t, "To add a property"), c.recipe(t, "To add an operation")
	if len(property) > 9 {
		t.Errorf("a property takes edits in %d files", len(property))
	}
	property.areFollowed(t, propertyEdits)
	operation.areFollowed(t, operationEdits)

	edits := slices.Concat(propertyEdits, operationEdits)
	c.apply(t, edits, nil)
	c.must(t, "make", "gen", "build")
	c.generated = c.read(t, contract)
	c.isFormatted(t, edits)
	t.Run("the property and the operation are in force", func(t *testing.T) { areInForce(t, c) })
	t.Run("nothing else has to be edited", func(t *testing.T) {
		c.must(t, "go", "test", "./...", "-run", aboutData, "-skip", aboutTime)
	})
	for i := range edits {
		e := &edits[i]
		t.Run(fmt.Sprintf("left out: %s, %s", e.file, e.word), func(t *testing.T) {
			c.apply(t, edits, e)
			if output := c.failure(t, e); !strings.Contains(output, e.naming) {
				t.Errorf("what fails does not name %s:\n%s", e.naming, output)
			}
		})
	}
}

// steps are the files of a recipe's steps, or their folders, and what each step says.
type steps []struct{ file, text string }

var stepPattern = regexp.MustCompile("(?m)^\\d\\. `([^`]+)`:((?:.*\n)(?:   .*\n)*)")

// recipe reads the steps behind some words of CONTRIBUTING.md.
func (c *copied) recipe(t *testing.T, words string) (read steps) {
	t.Helper()
	_, text, found := strings.Cut(c.read(t, "CONTRIBUTING.md"), "\n"+words)
	if !found {
		t.Fatalf("CONTRIBUTING.md does not say %q", words)
	}
	if next := strings.Index(text, "\nTo add"); next >= 0 {
		text = text[:next]
	}
	for _, step := range stepPattern.FindAllStringSubmatch(text, -1) {
		read = append(read, struct{ file, text string }{step[1], step[2]})
	}
	return read
}

// areFollowed holds the edits to the steps: each is in the step's file and by a word of it, and no step is without one.
func (s steps) areFollowed(t *testing.T, edits []edit) {
	t.Helper()
	done := make([]bool, len(s))
	for _, e := range edits {
		if e.step > len(s) || !strings.HasPrefix(e.file, s[e.step-1].file) || !strings.Contains(s[e.step-1].text, e.word) {
			t.Errorf("no step %d says %q of %s", e.step, e.word, e.file)
			continue
		}
		done[e.step-1] = true
	}
	for i, isDone := range done {
		if !isDone {
			t.Errorf("no edit follows step %d, %s", i+1, s[i].file)
		}
	}
}

// failure is what is written when the edit is not there.
func (c *copied) failure(t *testing.T, e *edit) (output string) {
	t.Helper()
	if c.generated != c.read(t, contract) {
		c.generated = c.read(t, contract)
		if output, err := c.run("make", "gen"); err != nil {
			return output
		}
	}
	output, err := c.run(e.failing...)
	if err == nil {
		t.Errorf("%s does not fail", strings.Join(e.failing, " "))
	}
	return output
}

// isFormatted sees that the edits are as gofmt would have them.
func (c *copied) isFormatted(t *testing.T, edits []edit) {
	t.Helper()
	command := []string{"gofmt", "-l"}
	for _, e := range edits {
		if filepath.Ext(e.file) == ".go" {
			command = append(command, e.file)
		}
	}
	if files := c.must(t, command...); files != "" {
		t.Errorf("gofmt would change %s", files)
	}
}
