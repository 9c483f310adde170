package contract_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"installstatus/api/contract"
)

// loadDocument returns a contract with one operation, "post", whose body is the schema Body. components are its schemas, in YAML.
func loadDocument(t testing.TB, components string) *openapi3.T {
	t.Helper()
	doc, err := load("Body", "\n    "+strings.ReplaceAll(strings.TrimSpace(components), "\n", "\n    "))
	if err != nil {
		t.Fatalf("%v\n%s", err, components)
	}
	return doc
}

// load returns a contract whose operation takes one of its schemas, in YAML that follows "schemas:".
func load(body, schemas string) (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData([]byte(`
openapi: 3.0.3
info: {title: test, version: '1'}
servers: [{url: http://127.0.0.1/base}]
security: [{oauth2: [Write]}]
paths:
  /x:
    post:
      operationId: post
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/` + body + `'}}}}
      responses: {'204': {description: done}}
components:
  securitySchemes:
    oauth2: {type: oauth2, flows: {implicit: {authorizationUrl: 'http://127.0.0.1', scopes: {Write: write}}}}
  schemas: ` + schemas))
}

func TestASchemaThatWouldBeMisreadIsRefused(t *testing.T) {
	for _, c := range []struct{ components, want string }{
		{`Body: {oneOf: [{type: string}, {type: integer}]}`, "the operation post: body: schema Body: the keyword oneOf is not supported"},
		{`Body: {type: object, properties: {a: {anyOf: [{type: string}]}}}`, "schema Body: property a: the keyword anyOf is not supported"},
		{`Body: {type: array, items: {not: {type: string}}}`, "schema Body: items: the keyword not is not supported"},
		{`Body: {type: object, additionalProperties: {type: integer, multipleOf: 2}}`, "schema Body: additionalProperties: the keyword multipleOf is not supported"},
		{`Body: {type: integer, minimum: 0, exclusiveMinimum: true}`, "the keyword exclusiveMinimum is not supported"},
		{`Body: {type: object, properties: {kind: {type: string}}, discriminator: {propertyName: kind}}`, "the keyword discriminator is not supported"},
		{"Body: {type: object, properties: {a: {$ref: '#/components/schemas/Leaf'}}}\nLeaf: {oneOf: [{type: string}]}", "schema Body: property a: schema Leaf: the keyword oneOf"},
		{"Body: {allOf: [{$ref: '#/components/schemas/Leaf'}]}\nLeaf: {oneOf: [{type: string}]}", "schema Body: allOf: schema Leaf: the keyword oneOf"},
		{`Body: {properties: {a: {type: string}}}`, "schema Body: it has no type"},
		{`Body: {items: {type: string}}`, "schema Body: it has no type"},

		{`Body: {type: integer, enum: [1, 2]}`, "an enumeration of anything but strings"},
		{`Body: {type: string, enum: [a, A]}`, "the members a and A are the same but for the case of letters"},

		{"Body: {allOf: [{$ref: '#/components/schemas/Body'}]}", "schema Body: allOf: schema Body: it is a part of its own allOf"},
		{"Body: {allOf: [{$ref: '#/components/schemas/Other'}]}\nOther: {allOf: [{$ref: '#/components/schemas/Body'}]}", "it is a part of its own allOf"},
		{`Body: {allOf: [{type: string}, {type: integer}]}`, "schema Body: the parts of allOf do not agree on type"},
		{`Body: {type: object, allOf: [{type: string}]}`, "do not agree on type"},
		{`Body: {allOf: [{type: string, format: date}, {type: string, format: date-time}]}`, "do not agree on format"},
		{`Body: {allOf: [{type: string, enum: [a]}, {type: string, enum: [b]}]}`, "do not agree on enum"},
		{`Body: {allOf: [{type: array, items: {type: string}}, {type: array, items: {type: integer}}]}`, "do not agree on items"},
		{`Body: {allOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {a: {type: integer}}}]}`, "do not agree on property a"},
		{`Body: {allOf: [{type: object, additionalProperties: {type: string}}, {type: object, additionalProperties: {type: integer}}]}`, "do not agree on additionalProperties"},
		{`Body: {type: object, additionalProperties: false, allOf: [{type: object, properties: {a: {type: string}}}]}`, "one has the property a, another has additionalProperties and does not name it"},
		{`Body: {allOf: [{type: object, properties: {a: {type: string}}}, {type: object, additionalProperties: {type: string}}]}`, "one has the property a, another has additionalProperties"},
		{`Body: {allOf: [{type: object, x-other-spellings: {b: a}}, {type: object, properties: {a: {}, c: {}}, x-other-spellings: {b: c}}]}`, "do not agree on x-other-spellings b"},

		{`Body: {type: object, x-navigation-properties: app}`, "x-navigation-properties must be a list of strings"},
		{`Body: {type: object, x-navigation-properties: [1]}`, "x-navigation-properties must be a list of strings"},
		{`Body: {type: object, properties: {app: {type: string}}, x-navigation-properties: [app]}`, "names app, which is a property"},
		{`Body: {type: object, x-other-spellings: [a]}`, "x-other-spellings must be an object"},
		{`Body: {type: object, properties: {a: {type: string}}, x-other-spellings: {b: c}}`, "x-other-spellings must lead from a name that is no property to one that is: b to c"},
		{`Body: {type: object, properties: {a: {type: string}, b: {type: string}}, x-other-spellings: {b: a}}`, "b to a"},
		{`Body: {type: object, properties: {a: {type: string, x-max-length: a}}}`, "property a: x-max-length must be a positive number"},
		{`Body: {type: object, properties: {a: {type: string, x-max-length: 1, maxLength: 1}}}`, "and replaces maxLength"},
		{`Body: {type: object, x-snake-case-nulls: a}`, "x-snake-case-nulls must be true"},
		{`Body: {type: object, properties: {aB: {type: string, nullable: true}, a_b: {type: string}}, x-snake-case-nulls: true}`, "a_b has two meanings, one of them aB"},
		{`Body: {type: object, properties: {aB: {type: string, nullable: true}, c: {type: string}}, x-other-spellings: {a_b: c}, x-snake-case-nulls: true}`, "a_b has two meanings"},
		{`Body: {type: object, properties: {a: {type: string, x-as-sent: true}}}`, "property a: x-as-sent must be true, in a schema that allows any value"},
	} {
		_, err := contract.New(loadDocument(t, c.components))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\nerror %v, want one with %q", c.components, err, c.want)
		}
	}
}

func TestAParameterThatWouldBeMisreadIsRefused(t *testing.T) {
	for _, c := range []struct {
		parameter openapi3.Parameter
		want      string
	}{
		{openapi3.Parameter{Name: "p", In: "query", Schema: openapi3.NewIntegerSchema().WithMin(0).NewRef()}, "the operation post: parameter p: an integer needs a minimum and a maximum"},
		{openapi3.Parameter{Name: "p", In: "query", Required: true, Schema: openapi3.NewStringSchema().NewRef()}, "a required parameter is supported only in the path"},
		{openapi3.Parameter{Name: "p", In: "query", Schema: openapi3.NewAllOfSchema(openapi3.NewStringSchema()).NewRef()}, "the keyword allOf is not supported"},
		{openapi3.Parameter{Name: "p", In: "query", Schema: openapi3.NewStringSchema().WithEnum("a").NewRef()}, "the keyword enum is not supported"},
	} {
		doc := loadDocument(t, `Body: {type: object}`)
		doc.Paths.Value("/x").Post.AddParameter(&c.parameter)
		if _, err := contract.New(doc); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.parameter, err, c.want)
		}
	}
}

const (
	merged = `
Body:
  required: [own]
  allOf: [{$ref: '#/components/schemas/Base'}, {$ref: '#/components/schemas/More'}]
  type: object
  properties: {own: {type: integer, minimum: 1}, name: {type: string, maxLength: 5}, state: {$ref: '#/components/schemas/State'}, left: {type: string}}
Base:
  type: object
  required: [name]
  additionalProperties: false
  x-navigation-properties: [app]
  properties: {own: {type: integer, minimum: 1}, name: {type: string, maxLength: 5}, state: {$ref: '#/components/schemas/State'}, left: {type: string}}
More:
  type: object
  x-other-spellings: {nom: name}
  x-navigation-properties: [user]
  properties: {name: {type: string, maxLength: 5}}
State: {type: string, enum: [on, off]}`

	spelt = `
Body:
  allOf: [{$ref: '#/components/schemas/Base'}]
  x-snake-case-nulls: true
Base:
  type: object
  additionalProperties: false
  properties:
    serialNumber: {allOf: [{type: string, nullable: true}]}
    osURL: {type: string, nullable: true}
    own: {type: string, nullable: true}
    countOf: {type: integer}`

	tree = `
Body: {$ref: '#/components/schemas/Tree'}
Tree:
  type: object
  additionalProperties: false
  properties:
    state: {type: string, enum: [on, off]}
    children: {type: array, items: {$ref: '#/components/schemas/Tree'}}
    parent: {allOf: [{$ref: '#/components/schemas/Tree'}]}`

	bounded = `
Body:
  type: object
  properties:
    n: {allOf: [{type: integer, minimum: -5, maximum: 9}, {minimum: 0, maximum: 99}]}
    i: {type: integer, format: int32}
    l: {type: integer, format: int64, minimum: 0}
    d: {type: number, maximum: 1.5}
    s: {allOf: [{type: string, maxLength: 3}, {maxLength: 2}]}
    nullable: {allOf: [{type: string, nullable: true}, {maxLength: 3, nullable: true}]}
    notNull: {allOf: [{type: string, nullable: true}, {maxLength: 3}]}
    date: {type: string, format: date}
    pattern: {type: string, pattern: '^a$'}
    '@odata.type': {type: string}`
)

func TestAShapeReadsEveryPartOfASchema(t *testing.T) {
	for _, c := range []struct {
		components, body string
		want             string // the violations: code, target; "" if the body is valid
		message          string // somewhere in the message of the first one
	}{
		{merged, `{"own":1,"name":"a"}`, "", ""},
		{merged, `{"own":1,"nom":"a"}`, "", ""},
		{merged, `{"own":1,"name":"a","state":"ON","left@odata.type":"x"}`, "", ""},
		{merged, `{}`, "MissingProperty /name", ""}, // kin-openapi checks a schema's own keywords once its allOf is satisfied
		{merged, `{"name":"a"}`, "MissingProperty /own", ""},
		{merged, `{"own":0,"name":"abcdef","state":"of"}`, "TooLong /name, OutOfRange /own, UnknownMember /state", "longer than 5"},
		{merged, `{"own":1.0,"name":"a\u0000"}`, "NulCharacter /name, NotAnInteger /own", ""},
		{merged, `{"own":1,"name":"a","nam":"a"}`, "UnknownProperty /nam", "does not exist on type 'microsoft.graph.body'. Did you mean 'name'?"},
		{merged, `{"own":1,"name":null,"app":1,"user":2}`, "NavigationProperty /app, NullValue /name, NavigationProperty /user", "Cannot apply POST to navigation property 'app'"},
		{merged, `{"own":1,"name":null}`, "NullValue /name", "Send one of its values: a string."},

		{spelt, `{"serial_number":null,"os_url":null,"own":null}`, "", ""},
		{spelt, `{"serial_number":"a","count_of":null,"osurl":null}`, "UnknownProperty /count_of, UnknownProperty /osurl, UnknownProperty /serial_number", "Did you mean 'countOf'?"},

		{tree, `{"children":[{"children":[{"state":"OFF"}]}],"parent":{"parent":{}}}`, "", ""},
		{tree, `{"children":[{"children":[{"state":"x"},{"stat":"on"}]}]}`, "UnknownMember /children/0/children/0/state, UnknownProperty /children/0/children/1/stat", ""},
		{tree, `{"parent":{"parent":{"parents":1}}}`, "UnknownProperty /parent/parent/parents", "type 'microsoft.graph.tree'. Did you mean 'parent'?"},

		{bounded, `{"n":-1}`, "OutOfRange /n", "an integer from 0 to 9."},
		{bounded, `{"i":2147483648}`, "OutOfRange /i", "'Edm.Int32'. Allowed: an integer from -2147483648 to 2147483647."},
		{bounded, `{"l":-1}`, "OutOfRange /l", "'Edm.Int64'. Allowed: an integer from 0."},
		{bounded, `{"d":1.6}`, "OutOfRange /d", "'Edm.Double'. Allowed: a number up to 1.5."},
		{bounded, `{"s":"abc"}`, "TooLong /s", "longer than 2"},
		{bounded, `{"nullable":null}`, "", ""},
		{bounded, `{"nullable":1}`, "WrongType /nullable", "Allowed: a string or null."},
		{bounded, `{"notNull":null}`, "NullValue /notNull", ": a string."},
		{bounded, `{"date":"x"}`, "Malformed /date", "'date'"},
		{bounded, `{"pattern":"b"}`, "SchemaViolation /pattern", "'pattern'"},
		{bounded, `{"@odata.type":1}`, "WrongType /@odata.type", ""},
	} {
		compiled, err := contract.New(loadDocument(t, c.components))
		if err != nil {
			t.Fatalf("%v\n%s", err, c.components)
		}
		_, err = compiled.Operation("post").ValidateBody([]byte(c.body))
		var got []string
		if invalid := (*contract.Invalid)(nil); errors.As(err, &invalid) {
			for _, v := range invalid.Violations {
				got = append(got, v.Code+" "+v.Target)
			}
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.Join(got, ", ") != c.want || err != nil && !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: violations %q, want %q with %q: %v", c.body, got, c.want, c.message, err)
		}
	}
}

func TestPropertiesReadEveryPartOfASchema(t *testing.T) {
	compiled, err := contract.New(loadDocument(t, bounded+"\nWhole: {allOf: [{$ref: '#/components/schemas/Body'}, {type: object, properties: {more: {allOf: [{type: string, maxLength: 7}]}}}]}\nOdd: {oneOf: [{type: string}]}"))
	if err != nil {
		t.Fatal(err)
	}
	properties, err := compiled.Properties("Whole")
	if err != nil {
		t.Fatal(err)
	}
	lengths := make(map[string]int)
	for _, p := range properties {
		lengths[p.Name] = p.MaxLength
	}
	if len(lengths) != 10 || lengths["s"] != 2 || lengths["more"] != 7 || lengths["n"] != 0 {
		t.Errorf("maximum lengths %v", lengths)
	}
	if _, err := compiled.Properties("Odd"); err == nil || !strings.Contains(err.Error(), "schema Odd: the keyword oneOf is not supported") {
		t.Errorf("error %v", err)
	}
}

func TestOnlyOpenAPI30IsSupported(t *testing.T) {
	doc := loadDocument(t, `Body: {type: object}`)
	doc.OpenAPI = "3.1.0"
	if _, err := contract.New(doc); err == nil || !strings.Contains(err.Error(), "OpenAPI 3.1.0; only 3.0 is supported") {
		t.Errorf("error %v", err)
	}
}
