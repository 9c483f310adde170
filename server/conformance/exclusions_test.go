package conformance

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// exclusion is a row of exclusions.md.
type exclusion struct {
	tool   string
	what   string   // a rule or a check of the tool
	where  []string // what is in code under "where"
	reason string
}

var code = regexp.MustCompile("`([^`]*)`")

// exclusionsOf returns the rows for a tool.
func exclusionsOf(t *testing.T, tool string) (rows []exclusion) {
	t.Helper()
	text, err := os.ReadFile("exclusions.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 6 || strings.TrimSpace(cells[1]) != tool {
			continue
		}
		row := exclusion{tool: tool, reason: strings.TrimSpace(cells[4])}
		if match := code.FindStringSubmatch(cells[2]); match != nil {
			row.what = match[1]
		}
		for _, match := range code.FindAllStringSubmatch(cells[3], -1) {
			row.where = append(row.where, match[1])
		}
		if row.what == "" || row.reason == "" {
			t.Errorf("an exclusion without a rule or a reason: %s", line)
		}
		rows = append(rows, row)
	}
	return rows
}
