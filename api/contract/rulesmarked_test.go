package contract_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"installstatus/gen"
)

// TestEveryNumberedRuleIsTestedAndMarked checks that each rule has cases above, that a comment such as "Rule 12." marks the code
// that enforces it, and that no comment names a rule that does not exist.
func TestEveryNumberedRuleIsTestedAndMarked(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	var numbered, tested []string
	for _, match := range regexp.MustCompile(`(?m)^(\d+)\. `).FindAllStringSubmatch(doc.Info.Description, -1) {
		numbered = append(numbered, match[1])
	}
	for _, rule := range rules {
		tested = append(tested, strconv.Itoa(rule.number))
	}
	if len(numbered) == 0 || !slices.Equal(numbered, tested) {
		t.Errorf("the contract numbers the rules %v, these are tested: %v", numbered, tested)
	}
	marked := markedRules(t)
	for _, number := range numbered {
		if marked[number] == "" {
			t.Errorf("no comment in api/ says \"Rule %s.\"", number)
		}
		delete(marked, number)
	}
	for number, file := range marked {
		t.Errorf("%s: a comment names rule %s, which the contract does not have", file, number)
	}
}

// markedRules returns the rules that comments in api/ name, each with a file that does.
func markedRules(t *testing.T) map[string]string {
	marked := make(map[string]string)
	mark := regexp.MustCompile(`//.*\bRules? (\d+)`)
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, match := range mark.FindAllStringSubmatch(string(source), -1) {
			marked[match[1]] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return marked
}
