package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTheReadmeShowsTheLinesOfThePrograms(t *testing.T) {
	t.Chdir("../../..")
	readme, err := os.ReadFile(readmeFile)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(readme), begin)
	text, _, _ = strings.Cut(text, end)
	for _, l := range languages {
		lines, err := l.snippet()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, "\n```sh\n"+l.commands()+"```\n\n```"+l.fence+"\n"+lines+"```\n") {
			t.Errorf("the README shows something else than %s and how to run it; go run ./server/clients/generated -write check mends it", l.source)
		}
		if !strings.Contains(text, "\n| "+l.title+" | "+l.generator+" "+l.version+" | ") || !strings.Contains(text, " | "+l.needs+" | ") {
			t.Errorf("the README's table has no row for %s with %s %s", l.title, l.generator, l.version)
		}
	}
}

func TestTheVersionsAreThoseThatAreInstalled(t *testing.T) {
	t.Chdir("../../..")
	for _, l := range languages {
		file, pin := "go.mod", "github.com/oapi-codegen/oapi-codegen/v2 v"+l.version
		switch {
		case l.version == openapiGenerator:
			continue // the version that is fetched
		case strings.HasSuffix(l.pinned, ".json"):
			file, pin = filepath.Join(programsDir, l.pinned), `"`+l.generator+`": "`+l.version+`"`
		case strings.HasSuffix(l.pinned, ".txt"):
			file, pin = filepath.Join(programsDir, l.pinned), l.generator+"=="+l.version
		}
		if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), pin) {
			t.Errorf("%v: %s does not say %s", err, file, pin)
		}
	}
}

func TestThereIsAProgramForEachLanguage(t *testing.T) {
	for _, l := range languages {
		text, err := os.ReadFile(filepath.Join("..", l.source))
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range rules {
			if !bytes.Contains(text, []byte(rule)) {
				t.Errorf("%s says nothing of %s", l.source, rule)
			}
		}
	}
}

func TestAProgramSaysSomethingOfEachRuleOnce(t *testing.T) {
	all := make([]string, len(rules))
	for i, rule := range rules {
		all[i] = "ok " + rule
	}
	with := func(i int, line string) []string {
		lines := slices.Clone(all)
		lines[i] = line
		return lines
	}
	for _, c := range []struct {
		name   string
		lines  []string
		holds  int
		cannot string
		err    string
	}{
		{name: "all", lines: all, holds: len(rules)},
		{name: "in another order, among other lines", lines: append([]string{"NOTE: hello"}, reversed(all)...), holds: len(rules)},
		{name: "one that is impossible", lines: with(2, "cannot "+rules[2]+": no null"), holds: len(rules) - 1, cannot: rules[2] + ": no null"},
		{name: "one that is missing", lines: all[1:], err: "nothing of " + rules[0]},
		{name: "one that does not hold", lines: with(3, "not ok "+rules[3]), err: rules[3] + " does not hold"},
		{name: "one twice", lines: append(all, all[0]), err: rules[0]},
		{name: "one that nobody knows", lines: append(all, "ok something"), err: "something"},
		{name: "one that is impossible for no reason", lines: with(2, "cannot "+rules[2]), err: rules[2]},
		{name: "none", err: rules[0]},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := languages[0].read(strings.Join(c.lines, "\n"))
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("the error is %v", err)
				}
				return
			}
			if err != nil || len(r.holds) != c.holds || strings.Join(r.cannot, "") != c.cannot {
				t.Errorf("%v: %v, %v", err, r.holds, r.cannot)
			}
		})
	}
}

func reversed(lines []string) []string {
	lines = slices.Clone(lines)
	slices.Reverse(lines)
	return lines
}

func TestTheReadmeKeepsWhatStandsAroundTheClients(t *testing.T) {
	t.Chdir("../../..")
	file := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(file, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := intoReadme(file, "| table |\n", false); err == nil || !strings.Contains(err.Error(), "-write") {
		t.Errorf("what differs is no error that says how to mend it: %v", err)
	}
	for _, write := range []bool{true, false} {
		if err := intoReadme(file, "| table |\n", write); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(got), "before\n"+begin+"\n| table |\n") || !strings.HasSuffix(string(got), end+"after\n") || strings.Contains(string(got), "old") {
		t.Errorf("%v: %s", err, got)
	}
	if err := os.WriteFile(file, []byte("no place"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := intoReadme(file, "", true); err == nil {
		t.Error("a README without a place for the clients is no error")
	}
}

func TestTheCommandLine(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--help"}, 0, "Examples:"},
		{nil, 2, "generate or check"},
		{[]string{"make"}, 2, `not "make"`},
		{[]string{"generate", "cobol"}, 2, `no language "cobol"`},
		{[]string{"-write", "generate"}, 2, "-write"},
		{[]string{"-write", "check", "go"}, 2, "-write"},
		{[]string{"-x", "check"}, 2, "-x"},
		{[]string{"check"}, 1, "run it in the folder of the contract"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Chdir(t.TempDir()) // where nothing is generated
			var out, log bytes.Buffer
			code := run(t.Context(), c.args, &out, &log)
			said, other := &log, &out
			if c.code == 0 {
				said, other = &out, &log
			}
			if code != c.code || !strings.Contains(said.String(), c.says) || other.Len() > 0 {
				t.Errorf("exit code %d\n%s%s", code, &out, &log)
			}
			if c.code == 1 && strings.Count(log.String(), "\n") != 1 {
				t.Errorf("a failure is one line: %s", &log)
			}
		})
	}
}

func TestALocaleIsNotTakenForALanguage(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("there is no make")
	}
	for arg, want := range map[string]string{"": "generate", "LANG=python": "generate python"} {
		command := exec.Command("make", "--no-print-directory", "--dry-run", "-C", "../../..", "clients", arg)
		if arg == "" {
			command.Args = command.Args[:len(command.Args)-1]
		}
		command.Env = append(os.Environ(), "LANG=de_DE.UTF-8", "MAKEFLAGS=")
		out, err := command.Output()
		if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), want) {
			t.Errorf("%v: make clients %s does %s", err, arg, out)
		}
	}
}
