package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"

	"installstatus/api/contract"
)

// A schema as it is written in a document.
type schema = map[string]any

const schemas = 4 // S0, which is the body, to S3

func refTo(n int) schema { return schema{"$ref": fmt.Sprintf("#/components/schemas/S%d", n)} }

// drawRef draws a reference to one of the schemas, or an inline schema.
func drawRef(t *rapid.T, depth int) schema {
	if rapid.Bool().Draw(t, "reference") {
		return refTo(rapid.IntRange(0, schemas-1).Draw(t, "to"))
	}
	return drawSchema(t, depth+1)
}

// drawSchema draws a schema that uses the keywords that contract.New supports.
func drawSchema(t *rapid.T, depth int) schema {
	kinds := []string{"string", "enum", "integer", "boolean"}
	if depth < 3 {
		kinds = append(kinds, "object", "object", "array", "allOf", "allOf")
	}
	s := schema{}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "string":
		s["type"], s["maxLength"] = "string", rapid.IntRange(1, 4).Draw(t, "maxLength")
	case "enum":
		s["type"], s["enum"] = "string", []string{"on", "off"}
	case "integer":
		s["type"], s["minimum"], s["maximum"] = "integer", rapid.IntRange(-2, 2).Draw(t, "minimum"), 5
	case "boolean":
		s["type"] = "boolean"
	case "array":
		s["type"], s["items"], s["maxItems"] = "array", drawRef(t, depth), 2
	case "object":
		fillObject(t, s, depth)
	case "allOf":
		var parts []schema
		for range rapid.IntRange(1, 2).Draw(t, "parts") {
			parts = append(parts, drawRef(t, depth))
		}
		if s["allOf"] = parts; rapid.Bool().Draw(t, "own") {
			fillObject(t, s, depth)
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "nullable") == 0 {
		s["nullable"] = true
	}
	return s
}

func fillObject(t *rapid.T, s schema, depth int) {
	properties := schema{}
	names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"alpha", "beta", "gamma"}), 0, 3, rapid.ID).Draw(t, "names")
	for _, name := range names {
		properties[name] = drawRef(t, depth)
	}
	s["type"], s["properties"] = "object", properties
	switch rapid.IntRange(0, 3).Draw(t, "additional") {
	case 0, 1:
		s["additionalProperties"] = false
	case 2:
		s["additionalProperties"] = drawRef(t, depth)
	}
	if len(names) > 0 && rapid.Bool().Draw(t, "requires") {
		s["required"] = names[:1]
	}
}

// drawValue draws a value that is often valid for a schema.
func drawValue(t *rapid.T, all map[string]schema, of schema, depth int) any {
	if ref, isRef := of["$ref"].(string); isRef {
		of = all[ref[strings.LastIndexByte(ref, '/')+1:]]
	}
	if parts, has := of["allOf"].([]schema); has && of["type"] == nil {
		return drawValue(t, all, parts[0], depth+1)
	}
	kind, _ := of["type"].(string)
	if rapid.IntRange(0, 7).Draw(t, "other") == 0 {
		kind = rapid.SampledFrom([]string{"null", "string", "integer", "boolean", "array", "object"}).Draw(t, "type")
	}
	switch {
	case kind == "string":
		return rapid.SampledFrom([]string{"", "on", "off", "longer"}).Draw(t, "text")
	case kind == "integer":
		return json.Number(rapid.SampledFrom([]string{"-2", "0", "5", "6"}).Draw(t, "number"))
	case kind == "boolean":
		return rapid.Bool().Draw(t, "bool")
	case kind == "array" && depth < 5:
		items, _ := of["items"].(schema)
		array := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			array = append(array, drawValue(t, all, items, depth+1))
		}
		return array
	case kind == "object" && depth < 5:
		properties, _ := of["properties"].(schema)
		object := map[string]any{}
		for _, name := range []string{"alpha", "beta", "gamma", "alpa", "x"} {
			p, named := properties[name].(schema)
			if rapid.IntRange(0, 5).Draw(t, "has") < 1 || named && rapid.Bool().Draw(t, "has") {
				object[name] = drawValue(t, all, p, depth+1)
			}
		}
		return object
	}
	return nil
}

// TestAShapeAgreesWithKinOpenAPI compares what ValidateBody and kin-openapi's own validator say of random bodies of random
// schemas, on which no rule that is not in the schema has a say.
func TestAShapeAgreesWithKinOpenAPI(t *testing.T) {
	verdicts := make(map[string]int)
	rapid.Check(t, func(t *rapid.T) {
		all := make(map[string]schema)
		for n := range schemas {
			all[fmt.Sprintf("S%d", n)] = drawSchema(t, 0)
		}
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := load("S0", string(text))
		if err != nil {
			t.Skip(err) // such as a $ref that leads to nothing but itself
		}
		compiled, err := contract.New(doc)
		if err != nil {
			if !strings.Contains(err.Error(), "the parts of allOf do not agree") && !strings.Contains(err.Error(), "part of its own allOf") {
				t.Fatalf("%v\n%s", err, text)
			}
			verdicts["refused"]++
			return
		}
		for range 30 {
			value := drawValue(t, all, refTo(0), 0)
			verdicts[compare(t, doc, compiled, value, string(text))]++
		}
	})
	t.Log(verdicts)
	for _, verdict := range []string{"refused", "valid", "invalid", "unknown property"} {
		if verdicts[verdict] == 0 {
			t.Errorf("no example was %s: %v", verdict, verdicts)
		}
	}
}

// compare returns the verdict on a value, and fails the test if the two validators differ.
func compare(t *rapid.T, doc *openapi3.T, compiled *contract.Contract, value any, schemas string) (verdict string) {
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	theirs := doc.Components.Schemas["S0"].Value.VisitJSON(value, openapi3.VisitAsRequest(), openapi3.MultiErrors(), openapi3.DisableReadOnlyValidation())
	got, ours := compiled.Operation("post").ValidateBody(body)
	if (theirs == nil) != (ours == nil) {
		t.Fatalf("%s: ours %v, kin-openapi's %v\n%s", body, ours, theirs, schemas)
	}
	if ours == nil {
		if !reflect.DeepEqual(got, value) {
			t.Fatalf("%s was decoded as %#v", body, got)
		}
		return "valid"
	}
	invalid := new(contract.Invalid)
	if !errors.As(ours, &invalid) {
		t.Fatal(ours)
	}
	unknown := make(map[string]bool)
	for _, v := range invalid.Violations {
		if v.Code == "SchemaViolation" || strings.Contains(v.Message, "any type") { // every schema has a type
			t.Errorf("%s: no words for %+v\n%s", body, v, schemas)
		}
		if v.Code == "UnknownProperty" {
			unknown[v.Target] = true
		}
	}
	unsupported := make(map[string]bool)
	collectUnsupported(theirs, unsupported)
	for target := range unsupported {
		// With allOf, kin-openapi also looks into properties that another part of the schema rejects as a whole.
		if !slices.ContainsFunc(slices.Collect(maps.Keys(unknown)), func(name string) bool { return strings.HasPrefix(target+"/", name+"/") }) {
			t.Errorf("%s: the property %s is not reported as unknown\n%s", body, target, schemas)
		}
	}
	if !strings.Contains(schemas, "allOf") && !maps.Equal(unknown, unsupported) { // with allOf, kin-openapi stops early
		t.Errorf("%s: unknown properties %v, want %v\n%s", body, slices.Collect(maps.Keys(unknown)), slices.Collect(maps.Keys(unsupported)), schemas)
	}
	if len(unknown) > 0 {
		return "unknown property"
	}
	return "invalid"
}

// collectUnsupported collects the properties that kin-openapi rejects because of additionalProperties: false.
func collectUnsupported(err error, targets map[string]bool) {
	switch e := err.(type) {
	case nil:
	case openapi3.MultiError:
		for _, err := range e {
			collectUnsupported(err, targets)
		}
	case *openapi3.SchemaError:
		if e.SchemaField == "properties" {
			name, _, _ := strings.Cut(strings.TrimPrefix(e.Reason, `property "`), `"`)
			targets["/"+strings.Join(append(e.JSONPointer(), name), "/")] = true
		}
		collectUnsupported(e.Origin, targets)
	default:
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, err := range many.Unwrap() {
				collectUnsupported(err, targets)
			}
			return
		}
		collectUnsupported(errors.Unwrap(err), targets)
	}
}
