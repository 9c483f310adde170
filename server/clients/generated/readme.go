package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	// The README has the table and the snippets between these lines.
	begin = "<!-- go run ./server/clients/generated -write check writes what follows -->\n"
	end   = "<!-- up to here, the clients -->\n"

	// A program has its snippet between lines with these words.
	beginSnippet = "README.md shows what follows."
	endSnippet   = "README.md shows what stands above."
)

// table returns what the programs reported, as Markdown.
func table(results []result) string {
	var b strings.Builder
	b.WriteString("| language | generator | options | needs at run time | holds | cannot |\n|---|---|---|---|---|---|\n")
	for _, r := range results {
		options := "none"
		if len(r.options) > 0 {
			options = "`" + strings.Join(r.options, "`, `") + "`"
		}
		holds, cannot := fmt.Sprintf("%d of %d", len(r.holds), len(rules)), strings.Join(r.cannot, "; ")
		if len(r.cannot) == 0 {
			holds, cannot = fmt.Sprintf("all %d", len(rules)), "–"
		}
		fmt.Fprintf(&b, "| %s | %s %s | %s | %s | %s | %s |\n", r.title, r.generator, r.version, options, r.needs, holds, cannot)
	}
	return b.String()
}

// snippets returns how to run each program, with its marked lines, as Markdown.
func snippets() (string, error) {
	var b strings.Builder
	for _, l := range languages {
		lines, err := l.snippet()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n[%s](%s):\n\n```sh\n%s```\n\n```%s\n%s```\n", l.title, l.source, l.commands(), l.fence, lines)
	}
	return b.String(), nil
}

// commands returns the commands that build and run the program.
func (l language) commands() (lines string) {
	for _, c := range append(slices.Clone(l.build), l.start) {
		lines += c.line() + "\n"
	}
	return lines
}

// snippet returns the marked lines of the program without their common indentation.
func (l language) snippet() (string, error) {
	path := filepath.Join(programsDir, l.source)
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var lines []string
	inside, closed := false, false
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.Contains(line, beginSnippet):
			inside = true
		case strings.Contains(line, endSnippet):
			inside, closed = false, true
		case inside:
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 || !closed {
		return "", fmt.Errorf("%s has no lines between %q and %q", path, beginSnippet, endSnippet)
	}
	indent := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], " \t"))]
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], indent)
	}
	return strings.Join(lines, ""), nil
}

// intoReadme writes the table and the snippets into the file, or reports that the file differs.
func intoReadme(file, table string, write bool) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, _, found := bytes.Cut(text, []byte(begin))
	_, after, ended := bytes.Cut(text, []byte(end))
	if !found || !ended {
		return fmt.Errorf("%s has no lines that read %q and %q", file, strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	lines, err := snippets()
	if err != nil {
		return err
	}
	wanted := string(before) + begin + "\n" + table + lines + "\n" + end + string(after)
	switch {
	case wanted == string(text):
		return nil
	case write:
		return os.WriteFile(file, []byte(wanted), 0o644)
	default:
		return errors.New(readmeFile + " differs from the clients; go run ./server/clients/generated -write check updates it")
	}
}
