package api_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"installstatus/api"
	"installstatus/api/contract"
)

func operationOf(t testing.TB, id string) *contract.Operation {
	t.Helper()
	c, err := api.Contract()
	if err != nil {
		t.Fatal(err)
	}
	return c.Operation(id)
}

// TestRepeatedNamesAreFoundInAnyOrder writes unknown names, some of them repeatedly, with values that repeat names, and checks that
// each finding is at a name that has its fault.
func TestRepeatedNamesAreFoundInAnyOrder(t *testing.T) {
	operation := operationOf(t, "updateDeviceStatus")
	rapid.Check(t, func(t *rapid.T) {
		var body strings.Builder
		want := make(map[string]bool) // by "line:column code"
		names := map[string]int{}
		body.WriteString("{")
		for i := range rapid.IntRange(1, 12).Draw(t, "names") {
			if i > 0 {
				body.WriteString(",")
			}
			body.WriteString(rapid.SampledFrom([]string{"", " ", "\n", "\r\n\t"}).Draw(t, "space"))
			name := rapid.SampledFrom([]string{"a", "é~/", "a@contoso.example", "b@contoso.example", strings.Repeat("n", 70) + "1", strings.Repeat("n", 70) + "2", "deviceName"}).Draw(t, "name")
			code := "UnknownProperty"
			if names[name]++; names[name] > 1 {
				code = "DuplicateProperty"
			}
			if name != "deviceName" || names[name] > 1 {
				want[fmt.Sprint(placeAt(body.String()), " ", code)] = true
			}
			fmt.Fprintf(&body, "%q:", name)
			if name == "deviceName" {
				body.WriteString(`"é"`)
				continue
			}
			body.WriteString(`{"x":1,`)
			want[fmt.Sprint(placeAt(body.String()), " DuplicateProperty")] = true
			body.WriteString(`"x":2}`)
		}
		body.WriteString("}")
		findings, total, err := api.CheckBody(operation, []byte(body.String()))
		if err != nil || total != len(want) || len(findings) != total {
			t.Fatalf("%s: %d of %d findings, want %d, %v", body.String(), len(findings), total, len(want), err)
		}
		for _, f := range findings {
			key := fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Code)
			if !want[key] {
				t.Errorf("%s\n%s %s is wrong; left: %v", body.String(), key, f.Target, want)
			}
			delete(want, key)
		}
	})
}

// placeAt returns the line and the column after a text.
func placeAt(before string) string {
	return fmt.Sprintf("%d:%d", strings.Count(before, "\n")+1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])+1)
}

func TestADeepValueIsFound(t *testing.T) {
	for _, depth := range []int{1, 14, 15, 16, 17, 40} {
		body := `{"@a.b":` + strings.Repeat(`{"…":`, depth) + `{"x":1, "x":2}` + strings.Repeat("}", depth) + "}"
		findings, _, err := api.CheckBody(operationOf(t, "updateDeviceStatus"), []byte(body))
		want := utf8.RuneCountInString(body[:strings.LastIndex(body, `"x"`)]) + 1
		if err != nil || len(findings) != 1 || findings[0].Line != 1 || depth < 15 && findings[0].Column != want {
			t.Errorf("%s: %+v, %v, want column %d", body, findings, err, want)
		}
	}
}

// FuzzCheckBody checks that the findings of any body are inside of it, in order, and at a character that can begin a value, a name
// or a fault.
func FuzzCheckBody(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"a":2}`, "{\r\n\"deviceName\":null,\"errorCode\":9.5}", `[]`, `{`, "\ufeff{}", `{"deviceName":"\u0000","os_description":null,"osDescription":null}`, "{\"\xff\":1}",
		`{"requests":[{"id":"1","method":"PATCH","url":"/deviceAppManagement/mobileApps/a/deviceStatuses/b","headers":{"content-type":"application/json"},"body":{"x":1,"x":[{}]}}]}`,
		`{"requests":[{"id":"1","method":"PUT","url":"$batch","depends_on":["1"]},{"id":"1","method":"POST","url":"%","body":{}}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, id := range []string{"updateDeviceStatus", "createDeviceStatus", "batch"} {
			operation := operationOf(t, id)
			sent := bytes.Clone(body)
			findings, total, err := api.CheckBody(operation, body)
			if err != nil || total < len(findings) || !bytes.Equal(sent, body) {
				t.Fatalf("%q: %d of %d findings, %v", body, len(findings), total, err)
			}
			if _, err := operation.ValidateBody(body); (err != nil) && total == 0 {
				t.Errorf("%q: no finding of %v", body, err)
			}
			lines := bytes.Split(body, []byte("\n"))
			last := contract.Position{}
			for _, f := range findings {
				if f.Line < 1 || f.Line > len(lines) || f.Column < 1 || f.Column > utf8.RuneCount(lines[f.Line-1])+1 {
					t.Fatalf("%q: %+v", body, f)
				}
				if f.Line < last.Line || f.Line == last.Line && f.Column < last.Column {
					t.Errorf("%q: %+v is after %+v", body, f, last)
				}
				last = f.Position
				if at := []rune(string(lines[f.Line-1]))[f.Column-1:]; f.Code != "InvalidJson" && (len(at) == 0 || !strings.ContainsRune(`{["-0123456789tfn`, at[0])) {
					t.Errorf("%q: %+v is at %q", body, f, string(at))
				}
			}
		}
	})
}
