package contract_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"installstatus/api/contract"
	"installstatus/gen"
)

// maxFactor is how many bytes a body takes at most for each of its own while it is decoded and checked, garbage included.
const maxFactor = 16

// repeated returns text with as many elements as a body of 1 MiB has room for.
func repeated(before string, element func(int) string, after string) string {
	var body strings.Builder
	body.WriteString(before)
	for i := 0; body.Len() < 1<<20-100; i++ {
		if i > 0 {
			body.WriteByte(',')
		}
		body.WriteString(element(i))
	}
	return body.String() + after
}

func TestABodyOfManyWrongValuesTakesLittleMemory(t *testing.T) {
	same := func(element string) func(int) string { return func(int) string { return element } }
	numbered := func(format string) func(int) string { return func(i int) string { return fmt.Sprintf(format, i) } }
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	c, err := contract.New(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []struct {
		name, operation, body string
		total                 int // violations, 0 for any number
	}{
		{"one name", "updateDeviceStatus", repeated("{", same(`"installState":"failed"`), "}"), 0},
		{"one unknown name", "updateDeviceStatus", repeated("{", same(`"a":0`), "}"), 0},
		{"unknown names", "updateDeviceStatus", repeated("{", numbered(`"a%d":0`), "}"), 0},
		{"annotations", "updateDeviceStatus", repeated("{", numbered(`"@a%d.b":0`), "}"), 0},
		{"annotations of unknown names", "updateDeviceStatus", repeated("{", numbered(`"a%d@b":0`), "}"), 0},
		{"objects in a string", "updateDeviceStatus", repeated(`{"deviceName":[`, same(`{"a":0}`), "]}"), 1},
		{"empty objects in a number", "updateDeviceStatus", repeated(`{"errorCode":[`, same(`{}`), "]}"), 1},
		{"an object in an enumeration", "updateDeviceStatus", repeated(`{"installState":{`, numbered(`"a%d":0`), "}}"), 1},
		{"objects in an unknown name", "updateDeviceStatus", repeated(`{"a":[`, same(`{"a":0}`), "]}"), 1},
		{"duplicates in an unknown name", "updateDeviceStatus", repeated(`{"a":{`, same(`"a":0`), "}}"), 0},
		{"objects in an annotation", "updateDeviceStatus", repeated(`{"@a.b":[`, same(`{"a":0}`), "]}"), 0},
		{"an array", "updateDeviceStatus", repeated("[", same(`{"a":0}`), "]"), 1},
		{"arrays", "updateDeviceStatus", repeated("[", same(`[]`), "]"), 1},
		{"deep arrays", "updateDeviceStatus", repeated("[", same(strings.Repeat("[", 9000)+strings.Repeat("]", 9000)), "]"), 1},
		{"requests of a batch", "batch", repeated(`{"requests":[`, same(`{}`), "]}"), 0},
		{"headers", "batch", repeated(`{"requests":[{"id":"1","method":"GET","url":"/","headers":{`, numbered(`"a%d":""`), "}}]}"), 1},
		{"wrong headers", "batch", repeated(`{"requests":[{"id":"1","method":"GET","url":"/","headers":{`, numbered(`"a%d":0`), "}}]}"), 0},
		{"dependencies", "batch", repeated(`{"requests":[{"id":"1","method":"GET","url":"/","dependsOn":[`, same(`""`), "]}]}"), 1},
		{"unknown names of requests", "batch", repeated(`{"requests":[{`, numbered(`"a%d":0`), "}]}"), 0},
		{"bodies", "batch", repeated(`{"requests":[`, same(`{"body":{"a":0}}`), "]}"), 0},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := c.Operation(b.operation).ValidateBody([]byte(b.body))
		runtime.ReadMemStats(&after)
		factor := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(b.body))
		t.Logf("%s: %.1f", b.name, factor)
		if factor > maxFactor {
			t.Errorf("%s: %.1f bytes for each of the body, want at most %d", b.name, factor, maxFactor)
		}
		invalid := new(contract.Invalid)
		if errors.As(err, &invalid); b.total > 0 && invalid.Total != b.total {
			t.Errorf("%s: %d violations, want %d: %v", b.name, invalid.Total, b.total, err)
		}
	}
}
