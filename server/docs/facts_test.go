package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryDependencyHasAReason(t *testing.T) {
	contributing := pages(t)["CONTRIBUTING.md"]
	modules, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	direct := regexp.MustCompile(`(?m)^\t(\S+?)(?:/v\d+)? v\S+$`).FindAllStringSubmatch(string(modules), -1)
	if len(direct) == 0 {
		t.Fatal("go.mod has no direct dependency")
	}
	for _, module := range direct {
		if _, path, _ := strings.Cut(module[1], "/"); !strings.Contains(contributing, path+")") && !strings.Contains(contributing, module[1]) {
			t.Errorf("CONTRIBUTING.md gives no reason for %s", module[1])
		}
	}
}

// TestEveryLogMessageIsDocumented compares the messages in the code with the table in OPERATIONS.md.
func TestEveryLogMessageIsDocumented(t *testing.T) {
	var logged []string
	err := filepath.WalkDir(filepath.Join(root, "server"), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{"bench", "clients", "out"}, entry.Name()):
			return filepath.SkipDir
		case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, call := range regexp.MustCompile(`log\.(?:Info|Warn|Error|LogAttrs)\((?:context\S+ slog\.\w+, )?"([^"]+)"`).FindAllStringSubmatch(string(text), -1) {
			logged = append(logged, call[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(pages(t)["server/OPERATIONS.md"], "| message | level |")
	table, _, _ = strings.Cut(table, "\n## ")
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(table, -1) {
		documented = append(documented, row[1])
	}
	slices.Sort(logged)
	slices.Sort(documented)
	if logged = slices.Compact(logged); !slices.Equal(logged, documented) {
		t.Errorf("the code logs\n%s\nOPERATIONS.md documents\n%s", strings.Join(logged, "\n"), strings.Join(documented, "\n"))
	}
}

func TestEveryMetricIsDocumented(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "server/ops/*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`"((?:http_server|db_client|installstatus)_\w+)"`)
	found, documented := 0, pages(t)["server/OPERATIONS.md"]
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names.FindAllStringSubmatch(string(text), -1) {
			found++
			if !strings.Contains(documented, "`"+name[1]+"`") {
				t.Errorf("%s uses %s, which OPERATIONS.md does not document", file, name[1])
			}
		}
	}
	if found == 0 {
		t.Error("server/ops has no metric")
	}
}

// TestEveryNamedFileAndTestExists checks the paths and the tests that CONTRIBUTING.md names in code.
func TestEveryNamedFileAndTestExists(t *testing.T) {
	named := regexp.MustCompile("`((?:api|gen|server|\\.ci)/[a-z0-9_./-]*)`").FindAllStringSubmatch(pages(t)["CONTRIBUTING.md"], -1)
	if len(named) == 0 {
		t.Error("CONTRIBUTING.md names no file")
	}
	for _, path := range named {
		if _, err := os.Stat(filepath.Join(root, path[1])); err != nil {
			t.Errorf("CONTRIBUTING.md names %s: %v", path[1], err)
		}
	}
	for _, run := range regexp.MustCompile(`go test \./(\S+) -run '?(Test\w+)`).FindAllStringSubmatch(pages(t)["CONTRIBUTING.md"], -1) {
		files, err := filepath.Glob(filepath.Join(root, run[1], "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(files, func(file string) bool {
			text, err := os.ReadFile(file)
			return err == nil && strings.Contains(string(text), "func "+run[2]+"(")
		}) {
			t.Errorf("%s has no test %s", run[1], run[2])
		}
	}
}
