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

// required is the environment variable that enables these tests, which take minutes.
const required = "INSTALLSTATUS_RECIPE"

// A new property or operation can break tests of answers and of stored data. Tests of timing, crashes and browsers would take most of
// the time, and depend on how busy the machine is.
const (
	aboutData = "Propert|Column|Rules|Schema|Migration|Contract|Example|Status|Entit|Import|Export|Row|List|Select|Operation|Summar|Patch|Post|Readme|Sample|Batch|CommandLine"
	aboutTime = "^TestThePage$|Browser|Sessions|Replica|Crash|Cancelled|Concurrent|Connections|Bench"
)

// edit is one edit of a step. It replaces old, which the file contains exactly once; a new file has no old.
type edit struct {
	step     int    // its number in the recipe
	word     string // the step's words for it
	file     string
	old, new string
	failing  []string // the command that fails if this edit is left out
	naming   string   // what the command then prints
}

// after returns an edit that adds something after a place.
func after(step int, word, file, place, added string, failing []string, naming string) edit {
	return edit{step, word, file, place, place + added, failing, naming}
}

var build = []string{"go", "build", "./..."}

// test returns the command that runs one test of a package.
func test(folder, name string) []string {
	return []string{"go", "test", "./" + folder, "-count", "1", "-run", "^" + name + "$"}
}

func TestTheRecipe(t *testing.T) {
	if os.Getenv(required) == "" {
		t.Skipf("takes minutes; set %s=required to follow the recipe of CONTRIBUTING.md", required)
	}
	c := newCopy(t)
	property, operation := c.recipe(t, "To add a property"), c.recipe(t, "To add an operation")
	if len(property) != 4 {
		t.Errorf("a property takes edits in %d files, want 4", len(property))
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
				t.Errorf("the failure does not name %s:\n%s", e.naming, output)
			}
		})
	}
}

// The command of an edit is useless if its test has another name by now.
func TestTheTestsOfTheRecipeExist(t *testing.T) {
	for _, e := range slices.Concat(propertyEdits, operationEdits) {
		if e.failing[1] != "test" {
			continue
		}
		folder, name := e.failing[2], strings.Trim(e.failing[len(e.failing)-1], "^$")
		files, err := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(files, func(file string) bool {
			content, err := os.ReadFile(file)
			return err == nil && strings.Contains(string(content), "func "+name+"(t *testing.T)")
		}) {
			t.Errorf("%s has no test %s", folder, name)
		}
	}
}

// steps are a recipe's steps: the file or the folder that each edits, and its text.
type steps []struct{ file, text string }

var stepPattern = regexp.MustCompile("(?m)^\\d\\. `([^`]+)`:((?:.*\n)(?:   .*\n)*)")

// recipe reads the steps that follow some words of CONTRIBUTING.md.
func (c *copied) recipe(t *testing.T, words string) (read steps) {
	t.Helper()
	_, text, found := strings.Cut(c.read(t, "CONTRIBUTING.md"), "\n"+words)
	if !found {
		t.Fatalf("CONTRIBUTING.md does not contain %q", words)
	}
	if next := strings.Index(text, "\nTo add"); next >= 0 {
		text = text[:next]
	}
	for _, step := range stepPattern.FindAllStringSubmatch(text, -1) {
		read = append(read, struct{ file, text string }{step[1], step[2]})
	}
	return read
}

// areFollowed checks that each edit is in the file of its step and in the step's words, and that every step has an edit.
func (s steps) areFollowed(t *testing.T, edits []edit) {
	t.Helper()
	done := make([]bool, len(s))
	for _, e := range edits {
		if e.step > len(s) || !strings.HasPrefix(e.file, s[e.step-1].file) || !strings.Contains(s[e.step-1].text, e.word) {
			t.Errorf("step %d does not mention %q for %s", e.step, e.word, e.file)
			continue
		}
		done[e.step-1] = true
	}
	for i, isDone := range done {
		if !isDone {
			t.Errorf("step %d, %s, has no edit", i+1, s[i].file)
		}
	}
}

// failure returns what the failing command prints without the edit.
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
		t.Errorf("%s succeeds", strings.Join(e.failing, " "))
	}
	return output
}

// isFormatted checks that the edits are formatted by gofmt.
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
