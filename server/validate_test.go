package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// validate runs the command validate.
func validate(t interface{ Context() context.Context }, in string, args ...string) (code int, out, err string) {
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), append([]string{"validate"}, args...), terminal{in: strings.NewReader(in), out: &stdout, err: &stderr})
	return code, stdout.String(), stderr.String()
}

// plant writes a file of bodies with one violation at a place that it remembers.
type plant struct {
	*rapid.T
	text          strings.Builder
	code, pointer string
	offset        int // of the violation
}

func (p *plant) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(p.T, label)
}

func (p *plant) space() {
	for range rapid.IntRange(0, 3).Draw(p.T, "spaces") {
		p.text.WriteString(p.pick("space", " ", "\t", "\n", "\r\n", "  "))
	}
}

func (p *plant) write(parts ...string) {
	for _, part := range parts {
		p.space()
		p.text.WriteString(part)
	}
}

// here plants the violation at what is written next.
func (p *plant) here(code, pointer string) {
	p.space()
	p.code, p.pointer, p.offset = code, pointer, p.text.Len()
}

// entity writes a body of updateDeviceStatus. If planted, it has a violation; pointer is its own.
func (p *plant) entity(pointer string, planted bool) {
	valid := [][2]string{
		{"deviceName", `"é😀 {\"[\\ "`}, {"errorCode", "-5"}, {"installState", `"failed"`}, {"osVersion", "null"}, {"userName", `"a,b:c}"`},
		{"lastSyncDateTime", `"2026-11-24T08:00:00Z"`}, {"osVersion@vendor.note", `{"a":[{"b":[]}, "\n"]}`},
	}
	members := valid[:rapid.IntRange(0, len(valid)).Draw(p.T, "members")]
	at := -1
	if planted {
		at = rapid.IntRange(0, len(members)).Draw(p.T, "at")
	}
	p.write("{")
	for i := range len(members) + 1 {
		if i == at {
			p.violation(pointer)
			if i < len(members) {
				p.write(",")
			}
		}
		if i < len(members) {
			p.write(`"`+members[i][0]+`"`, ":", members[i][1])
		}
		if i+1 < len(members) || i < len(members) && at == i+1 {
			p.write(",")
		}
	}
	p.write("}")
}

// violation writes a member that breaks the contract.
func (p *plant) violation(pointer string) {
	switch kind := p.pick("kind", "unknown", "type", "member", "null", "fraction", "nul"); kind {
	case "unknown":
		name := p.pick("name", "instalState", "DeviceName", "über", `a\tb`)
		p.here("UnknownProperty", pointer+"/"+name)
		p.text.WriteString(`"` + name + `"`)
		p.write(":", p.pick("value", "1", `{"x":[1,2]}`, `"é"`))
	default:
		free := map[string][2]string{
			"type": {"osDescription", p.pick("value", "5", "true", `[{"a":1}]`, "{}")}, "member": {"mobileAppInstallStatusValue", `"faild"`},
			"null": {"installStateDetail", "7"}, "fraction": {"displayVersion", "1.5"}, "nul": {"deviceId", `"a\u0000b"`},
		}[kind]
		p.write(`"`+free[0]+`"`, ":")
		code := map[string]string{"type": "WrongType", "member": "UnknownMember", "null": "WrongType", "fraction": "WrongType", "nul": "NulCharacter"}[kind]
		p.here(code, pointer+"/"+free[0])
		p.text.WriteString(free[1])
	}
}

// batch writes a batch. If planted, one of its requests, or its body, has a violation.
func (p *plant) batch(planted bool) {
	requests, at := rapid.IntRange(1, 4).Draw(p.T, "requests"), -1
	if planted {
		at = rapid.IntRange(0, requests-1).Draw(p.T, "request")
	}
	p.write("{", `"requests"`, ":", "[")
	for i := range requests {
		if i > 0 {
			p.write(",")
		}
		p.request(i, i == at)
	}
	p.write("]", "}")
}

func (p *plant) request(i int, planted bool) {
	pointer := fmt.Sprintf("/requests/%d", i)
	kind := "none"
	if planted {
		kind = p.pick("in", "method", "url", "body", "segment")
	}
	p.write("{", `"id"`, ":", fmt.Sprintf(`"%d"`, i), ",", `"method"`, ":")
	if kind == "method" {
		p.here("No method match route template", pointer+"/method")
		p.text.WriteString(`"PUT"`)
	} else {
		p.write(`"PATCH"`)
	}
	p.write(",", `"url"`, ":")
	switch kind {
	case "url":
		p.here("BadRequest", pointer+"/url")
		p.text.WriteString(`"/deviceAppManagement/mobileApps/a/deviceStatusses/b"`)
	case "segment":
		p.here("BadRequest", pointer+"/url")
		p.text.WriteString(`"/%zz"`)
	default:
		p.write(`"/deviceAppManagement/mobileApps/a/deviceStatuses/b"`)
	}
	p.write(",", `"headers"`, ":", `{"content-type": "application/json"}`, ",", `"body"`, ":")
	p.entity(pointer+"/body", kind == "body")
	p.write("}")
}

// position returns the line and the column of an offset, from 1, in characters.
func position(text string, offset int) (line, column int) {
	before := text[:offset]
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}

// TestAViolationIsReportedWhereItIs plants a violation in a file of bodies in any form and format.
func TestAViolationIsReportedWhereItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &plant{T: t}
		form := p.pick("form", "one", "array", "lines", "after each other")
		count := 1
		if form != "one" {
			count = rapid.IntRange(1, 5).Draw(t, "bodies")
		}
		at := rapid.IntRange(0, count-1).Draw(t, "body")
		if form == "array" {
			p.write("[")
		}
		operation := "updateDeviceStatus"
		for i := range count {
			if form == "array" && i > 0 {
				p.write(",")
			}
			if form == "lines" && i > 0 {
				p.text.WriteString(p.pick("end", "\n", "\r\n", "\n\n"))
			}
			if isBatch := rapid.Bool().Draw(t, "batch"); isBatch {
				p.batch(i == at)
				if i == at && !strings.Contains(p.pointer, "/body") {
					operation = "batch"
				}
			} else {
				p.entity("", i == at)
			}
		}
		if form == "array" {
			p.write("]")
		}
		p.space()
		line, column := position(p.text.String(), p.offset)
		code, out, stderr := validate(t, p.text.String(), "-")
		if want := fmt.Sprintf("-:%d:%d: %s\t%s\t", line, column, p.pointer, p.code); code != 1 || strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, want) {
			t.Fatalf("%s\nexit code %d, want %q\n%q%s", p.text.String(), code, want, out, stderr)
		}
		_, out, _ = validate(t, p.text.String(), "--json", "-")
		var found foundViolation
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatal(err, out)
		}
		found.Message = ""
		pointer := strings.ReplaceAll(p.pointer, `\t`, "\t")
		if want := (foundViolation{"-", line, column, at, operation, pointer, p.code, ""}); found != want {
			t.Errorf("%s\n%+v\nwant %+v", p.text.String(), found, want)
		}
	})
}

func TestWhereViolationsAre(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a missing property is at the object", "\n  {}", "-:2:3: /requests\tMissingProperty"},
		{"each repetition of a name", "{\"userName\":1,\r\n\"userName\":\"é\", \"userName\":null}", "-:1:13: /userName\tWrongType\n-:2:1: /userName\tDuplicateProperty\n-:2:17: /userName\tDuplicateProperty"},
		{"a repetition in a repetition", `{"@a.b":{"c":1},"@odata.type":{"c":1},"@a.b":{"c":1,"c":2}}`, "-:1:31: /@odata.type\tWrongEntityType\n-:1:39: /@a.b\tDuplicateProperty\n-:1:53: /@a.b/c\tDuplicateProperty"},
		{"unknown names that are not shown", `{"joe@contoso.example":1,"ann@contoso.example":2}`, "-:1:2: /…\tUnknownProperty\n-:1:26: /…\tUnknownProperty"},
		{"another spelling of a property", `{"requests":[{"id":"1","method":"GET","url":"/deviceAppManagement/mobileApps/a/deviceStatuses","depends_on":["2"]}]}`, "-:1:110: /requests/0/dependsOn/0\tUnknownDependency"},
		{"a batch in a batch", `{"requests":[{"id":"1","method":"POST","url":"/$batch","headers":{"Content-Type":"application/json"},"body":{"requests":[]}}]}`, "-:1:46: /requests/0/url\tBadRequest"},
		{"a missing body", `{"requests":[{"id":"1","method":"POST","url":"/deviceAppManagement/mobileApps/a/deviceStatuses","headers":{"Content-Type":"application/json"}}]}`, "-:1:14: /requests/0/body\tInvalidJson"},
		{"an id that is not the path's", `{"requests":[{"id":"1","method":"PATCH","url":"/deviceAppManagement/mobileApps/a/deviceStatuses/b","headers":{"Content-Type":"application/json"},"body":{"id":"c"}}]}`, "-:1:159: /requests/0/body/id\tIdMismatch"},
		{"a byte order mark", "\ufeff{\"x\":1}", "-:1:1: \tInvalidJson\n-:1:2: /x\tUnknownProperty"},
		{"broken lines between others", "{}\n{\"a\":1\n{\"b\":1}\n{\"c\"}\n{}", "-:2:7: \tInvalidJson\n-:3:2: /b\tUnknownProperty\n-:4:5: \tInvalidJson"},
		{"a string that is not closed", "{\"a\":\"\n{\"b\":1}", "-:1:7: \tInvalidJson\n-:2:2: /b\tUnknownProperty"},
		{"no JSON after a body", "{} x y\n", "-:1:4: \tInvalidJson"},
		{"an array that is not closed", "[{},\n{}", "-:2:3: \tInvalidJson"},
		{"a broken body in an array", "[{\"a\":1],", "-:1:8: \tInvalidJson\n-:1:9: \tInvalidJson"},
		{"commas without bodies", "[,{},]", "-:1:2: \tInvalidJson\n-:1:6: \tInvalidJson"},
		{"what is no object", "[1, [], \"a,]\", null]", "-:1:2: \tWrongType\n-:1:5: \tWrongType\n-:1:9: \tWrongType\n-:1:16: \tWrongType"},
		{"not UTF-8", "{\"a\xff\":1}\n{\"b\":1}", "-:1:4: \tInvalidJson\n-:2:2: /b\tUnknownProperty"},
		{"nothing", " \n", "-:1:1: \tInvalidJson"},
		{"an empty array", " [ ] ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{"-"}
			if strings.Contains(c.name, "missing property") {
				args = []string{"--operation", "batch", "-"}
			}
			code, out, stderr := validate(t, c.in, args...)
			var got []string
			for line := range strings.Lines(out) {
				got = append(got, line[:strings.LastIndexByte(line, '\t')])
			}
			if found := strings.Join(got, "\n"); found != c.want || (code == 1) != (c.want != "") {
				t.Errorf("exit code %d\n%s\nwant\n%s\n%s", code, out, c.want, stderr)
			}
		})
	}
}

// TestFilesAreCheckedEachOnItsOwn checks that a file that cannot be read does not hide the others.
func TestFilesAreCheckedEachOnItsOwn(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"valid": "{}\n{}", "in\tvalid": `{"a":1}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for _, c := range []struct {
		args     []string
		code     int
		out, err string
	}{
		{[]string{"valid", "-"}, 0, "", "3 bodies valid\n"},
		{[]string{"none", "valid"}, 1, "", "installstatus: open none: no such file or directory\ninstallstatus: 2 bodies valid; 1 file could not be read\n"},
		{[]string{"none", "in\tvalid", "valid"}, 1, `in\tvalid:1:2: /a` + "\tUnknownProperty", "installstatus: 1 violation in 1 of 3 bodies; 1 file could not be read\n"},
		{[]string{"."}, 1, "", "installstatus: reading .: read .: is a directory\n"},
		{[]string{"-", "valid", "-"}, 2, "", "standard input can be read only once"},
		{nil, 2, "", "file"},
	} {
		code, out, stderr := validate(t, "{}", c.args...)
		if code != c.code || !strings.HasPrefix(out, c.out) || c.out == "" && out != "" || !strings.Contains(stderr, c.err) {
			t.Errorf("%q: exit code %d\n%s%s", c.args, code, out, stderr)
		}
	}
}

func TestViolationsThatAreNotListedAreCounted(t *testing.T) {
	var body strings.Builder
	for i := range 250 {
		fmt.Fprintf(&body, `,"n%d":1`, i)
	}
	code, out, stderr := validate(t, "\n{"+body.String()[1:]+"}", "-")
	want := "note: -:2: 100 of 250 violations in this body are listed\ninstallstatus: -: 250 violations in the body of updateDeviceStatus\n"
	if code != 1 || strings.Count(out, "\n") != 100 || stderr != want {
		t.Errorf("exit code %d, %d lines\n%s", code, strings.Count(out, "\n"), stderr)
	}
}

// TestTheHelpNamesTheMembersOfJSON compares the help with what --json prints.
func TestTheHelpNamesTheMembersOfJSON(t *testing.T) {
	_, out, _ := validate(t, `{"a":1}`, "--json", "-")
	var members map[string]any
	if err := json.Unmarshal([]byte(out), &members); err != nil || len(members) != 8 {
		t.Fatal(out, err)
	}
	for name := range members {
		if !strings.Contains(validateCommand{}.Help(), name) {
			t.Errorf("the help does not name %s", name)
		}
	}
}
