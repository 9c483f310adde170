// Package docs checks the project's Markdown pages. It contains only tests.
package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// root is the repository's root; paths below are relative to it.
const root = "../.."

// installed are folders whose files git ignores.
var installed = []string{"bin", "node_modules", "out"}

// pages returns the text of each Markdown page by its path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || slices.Contains(installed, entry.Name())):
			return filepath.SkipDir
		case entry.IsDir() && path == filepath.Join(root, "gen", "clients"):
			return filepath.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		found[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTheReadmeIsShort(t *testing.T) {
	const most = 150
	if lines := strings.Count(pages(t)["README.md"], "\n"); lines == 0 || lines > most {
		t.Errorf("README.md has %d lines; at most %d are allowed. Move the rest to the page of its subject", lines, most)
	}
}

func TestEveryLinkResolves(t *testing.T) {
	all := pages(t)
	for page, text := range all {
		for _, link := range links(text) {
			file, anchor, _ := strings.Cut(link, "#")
			target := page
			if file != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(page), file))
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s links to %s: %v", page, link, err)
			} else if anchor != "" && !slices.Contains(anchors(all[target]), anchor) {
				t.Errorf("%s links to %s, but %s has no such heading", page, link, target)
			}
		}
	}
}

func TestEveryPageIsReachedFromTheReadme(t *testing.T) {
	all := pages(t)
	reached := map[string]bool{"README.md": true}
	for queue := []string{"README.md"}; len(queue) > 0; queue = queue[1:] {
		for _, link := range links(all[queue[0]]) {
			file, _, _ := strings.Cut(link, "#")
			target := filepath.ToSlash(filepath.Join(filepath.Dir(queue[0]), file))
			if _, isPage := all[target]; isPage && !reached[target] {
				reached[target] = true
				queue = append(queue, target)
			}
		}
	}
	for page := range all {
		if !reached[page] {
			t.Errorf("no link leads from README.md to %s", page)
		}
	}
}

var (
	code    = regexp.MustCompile("(?ms)^```.*?^```$")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// links returns the targets of a page's links to files and headings of the repository.
func links(text string) (targets []string) {
	for _, match := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
		if !strings.Contains(match[1], "://") {
			targets = append(targets, match[1])
		}
	}
	return targets
}

// anchors returns the fragments that GitHub gives to a page's headings.
func anchors(text string) (fragments []string) {
	for _, match := range heading.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
		fragments = append(fragments, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, match[1]))
	}
	return fragments
}
