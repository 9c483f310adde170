package conformance

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// finding is a result that Spectral reports for a contract.
type finding struct {
	Code    string
	Message string
	Path    []any
}

// at returns the path of the finding: the names that lead to it, separated by slashes.
func (f finding) at() string {
	return strings.Trim(strings.ReplaceAll(asJSON(f.Path), `","`, "/"), `["]`)
}

func asJSON(value any) string {
	text, _ := json.Marshal(value) // of names and numbers
	return string(text)
}

// spectral checks a contract with the rules of spectral.yaml.
func spectral(t *testing.T, contract string) (findings []finding) {
	t.Helper()
	modules, err := npm()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(node(modules), filepath.Join(modules, "@stoplight/spectral-cli/dist/index.js"),
		"lint", "--ruleset", "spectral.yaml", "--format", "json", "--quiet", "--fail-on-unmatched-globs", contract).Output()
	if err := json.Unmarshal(out, &findings); err != nil {
		t.Fatalf("reading Spectral's output: %v\n%s", err, out)
	}
	if err != nil && len(findings) == 0 {
		t.Fatal(err)
	}
	return findings
}

// notExcluded returns the findings that exclusions.md does not list. used counts the findings that each row excludes.
func notExcluded(findings []finding, rows []exclusion) (left []finding, used []int) {
	used = make([]int, len(rows))
	for _, f := range findings {
		i := slices.IndexFunc(rows, func(e exclusion) bool {
			return e.what == f.Code && (len(e.where) == 0 || slices.ContainsFunc(e.where, func(place string) bool { return strings.HasPrefix(f.at(), place) }))
		})
		if i < 0 {
			left = append(left, f)
		} else {
			used[i]++
		}
	}
	return left, used
}

func TestSpectralFindsNothing(t *testing.T) {
	required(t)
	rows := exclusionsOf(t, "Spectral")
	left, used := notExcluded(spectral(t, contractFile), rows)
	for _, f := range left {
		t.Errorf("%s at %s: %s", f.Code, f.at(), f.Message)
	}
	for i, times := range used {
		if times == 0 {
			t.Errorf("exclusions.md excludes %s at %v, but there is no such finding", rows[i].what, rows[i].where)
		}
	}
}

func TestSpectralFinds(t *testing.T) {
	required(t)
	rows := exclusionsOf(t, "Spectral")
	for name, planted := range map[string]struct{ from, to, code string }{
		"a string without a limit":        {"      nullable: true\n      maxLength: 8192\n", "      nullable: true\n", "owasp:api4:2023-string-limit"},
		"an operation without 401":        {"        '401': {$ref: '#/components/responses/Unauthorized'}\n", "", "owasp:api8:2023-define-error-responses-401"},
		"an operation for everybody":      {"      operationId: updateDeviceStatus\n", "      operationId: updateDeviceStatus\n      security: []\n", "owasp:api2:2023-write-restricted"},
		"an example that is not as it is": {"            errorCode: 9\n", "            errorCode: nine\n", "oas3-valid-media-example"},
	} {
		t.Run(name, func(t *testing.T) {
			left, _ := notExcluded(spectral(t, plant(t, planted.from, planted.to)), rows)
			if !slices.ContainsFunc(left, func(f finding) bool { return f.Code == planted.code }) {
				t.Errorf("Spectral did not find %s: %v", planted.code, left)
			}
		})
	}
}

// plant returns a copy of the contract with every occurrence of a text replaced. pairs are old and new texts.
func plant(t *testing.T, pairs ...string) (path string) {
	t.Helper()
	text, err := os.ReadFile(contractFile)
	if err != nil {
		t.Fatal(err)
	}
	contract := string(text)
	for pair := range slices.Chunk(pairs, 2) {
		if !strings.Contains(contract, pair[0]) {
			t.Fatalf("the contract has no %q", pair[0])
		}
		contract = strings.ReplaceAll(contract, pair[0], pair[1])
	}
	path = filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(path, []byte(contract), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
