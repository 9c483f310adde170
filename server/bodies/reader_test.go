package bodies_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"pgregory.net/rapid"

	"installstatus/server/bodies"
)

const longest = 1 << 10

func readAll(t interface{ Fatal(...any) }, from io.Reader) (all []bodies.Body) {
	reader := bodies.NewReader(from, longest)
	for {
		body, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, body)
	}
}

// drawValue draws a JSON value in any format.
func drawValue(t *rapid.T, depth int) string {
	kinds := []string{"scalar", "string"}
	if depth < 4 {
		kinds = append(kinds, "object", "array", "object")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "scalar":
		return rapid.SampledFrom([]string{"null", "true", "-1.5e3", "0"}).Draw(t, "scalar")
	case "string":
		return rapid.SampledFrom([]string{`""`, `"é{"`, `"\"]},["`, `"\\"`, `"\u007b\n😀"`}).Draw(t, "string")
	case "array":
		return drawList(t, depth, "[", "]", "")
	}
	return drawList(t, depth, "{", "}", `"a{":`)
}

func drawSpace(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", " ", "\t", "\n", "\r\n", "\n\n "}).Draw(t, "space")
}

func drawList(t *rapid.T, depth int, open, end, name string) string {
	list := open + drawSpace(t)
	for i := range rapid.IntRange(0, 3).Draw(t, "length") {
		if i > 0 {
			list += "," + drawSpace(t)
		}
		list += name + drawSpace(t) + drawValue(t, depth+1) + drawSpace(t)
	}
	return list + end
}

// TestBodiesAreFoundInAnyFormat checks that valid bodies are found as they are, where they are, however they are written.
func TestBodiesAreFoundInAnyFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inArray := rapid.Bool().Draw(t, "in an array")
		var file strings.Builder
		var want []bodies.Body
		if inArray {
			file.WriteString(drawSpace(t) + "[")
		}
		for i := range rapid.IntRange(0, 5).Draw(t, "bodies") {
			if inArray && i > 0 {
				file.WriteString(",")
			}
			file.WriteString(drawSpace(t))
			before := file.String()
			body := drawList(t, 1, "{", "}", `"b":`)
			if inArray {
				body = drawValue(t, 0)
			}
			file.WriteString(body)
			want = append(want, bodies.Body{
				Text: []byte(body), Index: i, Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1,
			})
			file.WriteString(drawSpace(t))
		}
		if inArray {
			file.WriteString("]" + drawSpace(t))
		} else if len(want) == 0 {
			want = []bodies.Body{{Text: []byte{}, Line: 1, Column: 1}}
		}
		got := readAll(t, strings.NewReader(file.String()))
		if len(got) != len(want) {
			t.Fatalf("%q: %+v", file.String(), got)
		}
		for i, body := range got {
			w := want[i]
			if tooLong := len(w.Text) > longest; body.TooLong != tooLong || !tooLong && !bytes.Equal(body.Text, w.Text) {
				t.Errorf("body %d is %q, want %q", i, body.Text, w.Text)
			}
			if body.Index != i || body.Line != w.Line || body.Column != w.Column || body.Problem != "" {
				t.Errorf("%q: body %d is %+v, want %+v", file.String(), i, body, w)
			}
		}
	})
}

// TestBrokenLinesDoNotHideOthers puts broken lines between valid ones.
func TestBrokenLinesDoNotHideOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var file strings.Builder
		var valid []int
		lines := rapid.IntRange(1, 8).Draw(t, "lines")
		for i := range lines {
			if rapid.Bool().Draw(t, "valid") {
				valid = append(valid, i+1)
				file.WriteString(`{"n":[{"x":"}"}]}`)
			} else {
				file.WriteString(rapid.SampledFrom([]string{`{"a":1`, `{"a":1,`, `{"a`, `{"a":[1,2`, `{"a":[1}`, `{"a":1]`, `{}}`, `{"a" {`, "x", `"`, `]`, `}`, "5 {}", `{"a":"\`}).Draw(t, "broken"))
			}
			file.WriteString(rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"))
		}
		var got []int
		for _, body := range readAll(t, strings.NewReader(file.String())) {
			if string(body.Text) == `{"n":[{"x":"}"}]}` && body.Column == 1 {
				got = append(got, body.Line)
			}
		}
		if len(got) != len(valid) {
			t.Errorf("%s: valid bodies in lines %v, want %v", file.String(), got, valid)
		}
	})
}

func TestABodyThatIsTooLongDoesNotHideOthers(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", longest) + `","b":[{}, "}"]}`
	for _, file := range []string{"{}\n" + long + "\n{}", "[{}," + long + ",\n{}]"} {
		got := readAll(t, strings.NewReader(file))
		if len(got) != 3 || got[1].TooLong != true || got[1].Text != nil || string(got[2].Text) != "{}" || got[2].Index != 2 {
			t.Errorf("%+v", got)
		}
	}
}

func TestReadingFails(t *testing.T) {
	reader := bodies.NewReader(io.MultiReader(strings.NewReader(`{"a":`), iotest.ErrReader(io.ErrUnexpectedEOF)), longest)
	if body, err := reader.Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%+v, %v", body, err)
	}
}

// repeated is a text again and again.
type repeated struct {
	text  string
	times int
	rest  string
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.times == 0 {
			return 0, io.EOF
		}
		r.times--
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestMemoryIsBounded reads long files: of many bodies, and of one that never ends.
func TestMemoryIsBounded(t *testing.T) {
	for name, from := range map[string]io.Reader{
		"many":     &repeated{text: strings.Repeat(`{"a":"b"}`+"\n", 1000), times: 100},
		"in array": io.MultiReader(strings.NewReader("["), &repeated{text: strings.Repeat(`{"a":"b"},`, 1000), times: 100}, strings.NewReader("{}]")),
		"deep":     &repeated{text: strings.Repeat("[{", 1000), times: 2000},
		"a string": io.MultiReader(strings.NewReader(`{"`), &repeated{text: strings.Repeat("x", 1000), times: 4000}),
		"spaces":   &repeated{text: strings.Repeat(" ", 1000), times: 4000},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		reader, most := bodies.NewReader(from, longest), uint64(0)
		for {
			_, err := reader.Next()
			runtime.GC()
			runtime.ReadMemStats(&after)
			if most = max(most, after.HeapAlloc); err != nil {
				break
			}
			if name == "many" || name == "in array" { // a garbage collection for each body is slow
				for err == nil {
					_, err = reader.Next()
				}
				break
			}
		}
		if most > before.HeapAlloc+1<<20 {
			t.Errorf("%s: %d bytes, before %d", name, most, before.HeapAlloc)
		}
	}
}

// FuzzReader checks that the bodies of any file are where they claim to be, in order, and that a file that is one JSON object is one
// body.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{"{}", "[{},{}]", "{}\n{\"a\":1\n{}", "\ufeff{}", "[", "[,]", `{"a":"\`, "{\"\xff\":1}", "5,[{]}", `"a"{}`, "[1 2]", "{}}{"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		lines := bytes.SplitAfter(file, []byte("\n"))
		if bytes.HasPrefix(file, []byte("\ufeff")) {
			lines[0] = lines[0][len("\ufeff"):]
		}
		line, column, index := 1, 0, 0
		all := readAll(t, bytes.NewReader(file))
		for _, body := range all {
			if body.Line < line || body.Line == line && body.Column < column {
				t.Fatalf("%q: %+v", file, all)
			}
			line, column = body.Line, body.Column
			if body.Problem != "" {
				continue
			}
			if body.Index != index || len(body.Text) > longest {
				t.Errorf("%q: %+v, want index %d", file, body, index)
			}
			index++
			rest := bytes.Join(lines[line-1:], nil)
			for range column - 1 {
				_, size := utf8.DecodeRune(rest)
				rest = rest[size:]
			}
			if !bytes.HasPrefix(rest, body.Text) {
				t.Errorf("%q: the body %q is not at %d:%d", file, body.Text, line, column)
			}
		}
		if object := bytes.Trim(file, " \t\r\n"); bytes.HasPrefix(object, []byte("{")) && len(object) <= longest && json.Valid(object) && (len(all) != 1 || !bytes.Equal(all[0].Text, object)) {
			t.Errorf("%q: %+v", file, all)
		}
	})
}
