package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const oasdiffModule = "github.com/oasdiff/oasdiff@v1.36.0"

// change is a change of the contract that breaks clients.
type change struct {
	ID        string // the kind of change, such as request-parameter-max-set
	Text      string // with the names of things in code
	Operation string
	Path      string
}

// breaking returns the changes from one contract to another that break clients.
func breaking(t *testing.T, from, to string) (changes []change) {
	t.Helper()
	out, err := exec.Command("go", "run", oasdiffModule, "breaking", "--format", "json", from, to).Output()
	if err != nil {
		t.Fatalf("oasdiff: %v", err)
	}
	if len(out) == 0 {
		return nil
	}
	if err := json.Unmarshal(out, &changes); err != nil {
		t.Fatalf("reading oasdiff's output: %v\n%s", err, out)
	}
	return changes
}

// isNamed reports whether an entry names the change: its kind and one of the changed things.
func (c change) isNamed(entries []string) bool {
	return slices.ContainsFunc(entries, func(entry string) bool {
		return strings.Contains(entry, "`"+c.ID+"`") && slices.ContainsFunc(code.FindAllString(c.Text, -1), func(name string) bool {
			return strings.Contains(entry, name)
		})
	})
}

// breakingEntries returns the entries under a heading "Breaking".
func breakingEntries(changelog string) (entries []string) {
	sections := regexp.MustCompile(`(?m)^#+ `).Split(changelog, -1)
	for _, section := range sections {
		if heading, text, _ := strings.Cut(section, "\n"); heading == "Breaking" {
			entries = append(entries, regexp.MustCompile(`(?m)^\* `).Split(text, -1)...)
		}
	}
	return entries
}

// before returns the contracts that this one replaces: that of the branch it will be merged into, and the one before the last
// change. A clone without history has neither.
func before(t *testing.T) map[string]string {
	t.Helper()
	revisions := make(map[string]string)
	for _, branch := range []string{"origin/main", "main"} {
		if base, err := git("merge-base", "HEAD", branch); err == nil {
			revisions[base] = "where this left " + branch
		}
	}
	if last, err := git("log", "-1", "--format=%H", "--", contractFile); err == nil && last != "" {
		if parent, err := git("rev-parse", "--verify", "--quiet", last+"^"); err == nil {
			revisions[parent] = "before the last change of it"
		}
	}
	contracts := make(map[string]string)
	for revision, description := range revisions {
		text, err := exec.Command("git", "show", revision+":openapi.yaml").Output()
		if err != nil {
			continue // there was no contract yet
		}
		path := filepath.Join(t.TempDir(), "openapi.yaml")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		contracts[fmt.Sprintf("%.12s, %s", revision, description)] = path
	}
	return contracts
}

func git(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	return strings.TrimSpace(string(out)), err
}

func TestOasdiffFindsNoBreakingChangeThatTheChangelogDoesNotName(t *testing.T) {
	required(t)
	changelog, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	earlier := before(t)
	if len(earlier) == 0 {
		t.Skip("this clone has no earlier contract to compare with")
	}
	for name, from := range earlier {
		t.Run(name, func(t *testing.T) {
			for _, c := range breaking(t, from, contractFile) {
				if !c.isNamed(breakingEntries(string(changelog))) {
					t.Errorf("%s %s: %s (%s); name it in CHANGELOG.md under a heading \"Breaking\", or undo it", c.Operation, c.Path, c.Text, c.ID)
				}
			}
		})
	}
}

func TestOasdiffFinds(t *testing.T) {
	required(t)
	for name, planted := range map[string]struct {
		id    string
		pairs []string // old and new texts
	}{
		"a property that is removed": {"response-required-property-removed", []string{
			"        - displayVersion\n", "", "        displayVersion: {$ref: '#/components/schemas/DisplayVersion'}\n", ""}},
		"a property that answers may lack":    {"response-property-became-optional", []string{"        - displayVersion\n", ""}},
		"a property that requests must have":  {"request-property-became-required", []string{"      x-navigation-properties: [app]\n", "      required: [errorCode]\n"}},
		"an answer that is there no more":     {"response-success-status-removed", []string{"        '201': *createdStatus\n", ""}},
		"a string that may not be as long":    {"request-property-max-length-decreased", []string{"      maxLength: 8192\n", "      maxLength: 8191\n"}},
		"a member that answers have from now": {"response-property-enum-value-added", []string{"        - notApplicable\n", "        - notApplicable\n        - paused\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			changes := breaking(t, contractFile, plant(t, planted.pairs...))
			i := slices.IndexFunc(changes, func(c change) bool { return c.ID == planted.id })
			if i < 0 {
				t.Fatalf("oasdiff did not find %s: %v", planted.id, changes)
			}
			c := changes[i]
			named := fmt.Sprintf("## Unreleased\n\n### Breaking\n\n* %s (`%s`)\n\n### Other\n", c.Text, c.ID)
			elsewhere := strings.Replace(named, "Breaking", "Changed", 1)
			if !c.isNamed(breakingEntries(named)) || c.isNamed(breakingEntries(elsewhere)) {
				t.Errorf("an entry under Breaking names it, and one elsewhere does not: %v", c)
			}
		})
	}
}
