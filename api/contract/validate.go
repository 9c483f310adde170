package contract

import (
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

const mediaType = "application/json"

// bodyRule is what an operation says of its body.
type bodyRule struct {
	schema *openapi3.Schema
	shape  *shape
	visit  []openapi3.SchemaValidationOption
}

func newBodyRule(method string, body *openapi3.RequestBody, visit []openapi3.SchemaValidationOption) (*bodyRule, error) {
	media := body.Content[mediaType]
	if media == nil || media.Schema == nil || len(body.Content) != 1 || !body.Required {
		return nil, fmt.Errorf("must be required, and %s alone, with a schema", mediaType)
	}
	s, err := newShape(method, media.Schema)
	if err != nil {
		return nil, err
	}
	return &bodyRule{schema: media.Schema.Value, shape: s, visit: visit}, nil
}

// TakesBody reports whether requests of the operation have a body.
func (o *Operation) TakesBody() bool { return o.body != nil }

// Validate checks a request: its query, path and header parameters, its Content-Type and its body. params are the path's
// parameters, decoded, in the order of the template; body is what was read and decompressed. It writes the names of query
// options into r.URL as the contract spells them. What it returns is the body, decoded, with annotations left out and
// members of enumerations as the contract spells them, and with a json.RawMessage where the contract has x-as-sent; nil for
// an operation without a body. The only error is an *Invalid.
func (o *Operation) Validate(r *http.Request, params []Param, body []byte) (value any, err error) {
	found := new(findings)
	found.add(o.checkQuery(r)...)
	found.add(o.checkParameters(r, params)...)
	if o.body == nil {
		return nil, found.invalid("BadRequest")
	}
	if wrong := checkContentType(r.Header.Values("Content-Type")); wrong != nil {
		found.add(wrong...)
		return nil, found.invalid("BadRequest")
	}
	return o.checkBody(found, params, body)
}

// ValidateBody checks a body alone, as Validate does, but for what depends on the path. It is an error to ask it of an
// operation without a body.
func (o *Operation) ValidateBody(body []byte) (value any, err error) {
	if o.body == nil {
		return nil, fmt.Errorf("the operation %s takes no body", o.ID)
	}
	return o.checkBody(new(findings), nil, body)
}

// CheckBody is ValidateBody for a body that Decode has read, or that was put together of what Decode gives. It hands the body
// on as Validate does, and may change value on the way.
func (o *Operation) CheckBody(value any, duplicates []Violation) (body any, err error) {
	if o.body == nil {
		return nil, fmt.Errorf("the operation %s takes no body", o.ID)
	}
	return o.checkValue(new(findings), nil, value, duplicates)
}

// Param is a path parameter.
type Param struct{ Name, Value string }

// checkQuery checks the names of query options, and spells them as the contract does. Rule 4.
func (o *Operation) checkQuery(r *http.Request) (violations []Violation) {
	if r.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(strings.ReplaceAll(r.URL.RawQuery, ";", "%3B")) // which url.ParseQuery refuses, and RFC 3986 allows
	if err != nil {
		return []Violation{{"MalformedQuery", "query", "The query specified in the URI is not valid: it is not percent-encoded as it should be."}}
	}
	spelt := make(url.Values, len(query))
	for _, option := range slices.Sorted(maps.Keys(query)) {
		parameter := o.queryParameter(option)
		if parameter == nil {
			violations = append(violations, o.unknownQueryOption(option))
			continue
		}
		spelt[parameter.Name] = append(spelt[parameter.Name], query[option]...)
	}
	for _, name := range slices.Sorted(maps.Keys(spelt)) {
		if len(spelt[name]) > 1 {
			violations = append(violations, Violation{"DuplicateQueryOption", name, fmt.Sprintf("The query specified in the URI is not valid. Query option '%s' stands more than once. Send it once.", name)})
		}
	}
	r.URL.RawQuery = spelt.Encode()
	return violations
}

func (o *Operation) queryParameter(option string) *openapi3.Parameter {
	for _, p := range o.optional {
		if p.In == openapi3.ParameterInQuery && Fold(p.Name) == Fold(option) {
			return p.Parameter
		}
	}
	return nil
}

func (o *Operation) checkParameters(r *http.Request, params []Param) (violations []Violation) {
	for i, p := range params {
		if err := o.path[i].Schema.Value.VisitJSONString(p.Value); err != nil {
			violations = append(violations, invalidParameter(o.path[i], err))
		}
	}
	var input *openapi3filter.RequestValidationInput // made once, for it parses the query
	for _, parameter := range o.optional {
		if parameter.isAbsent(r) {
			continue
		}
		if input == nil {
			input = &openapi3filter.RequestValidationInput{
				Request: r,
				Options: &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true},
			}
		}
		err := openapi3filter.ValidateParameter(r.Context(), input, parameter.Parameter)
		if err != nil || parameter.In == openapi3.ParameterInQuery && !isLiteral(parameter.Schema.Value, input.GetQueryParams().Get(parameter.Name)) {
			violations = append(violations, invalidParameter(parameter.Parameter, err))
		}
	}
	return violations
}

// isAbsent is the quick answer for most of what a request may have and has not.
func (p optional) isAbsent(r *http.Request) bool {
	switch p.In {
	case openapi3.ParameterInHeader:
		return len(r.Header[p.key]) == 0
	case openapi3.ParameterInQuery:
		return r.URL.RawQuery == ""
	}
	return false
}

// isLiteral reports whether a number or a boolean is written as OData writes it; kin-openapi accepts other forms too. Rule 4.
func isLiteral(schema *openapi3.Schema, text string) bool {
	switch {
	case schema.Type.Is("integer"):
		return strings.Trim(text, "0123456789") == ""
	case schema.Type.Is("boolean"):
		return text == "" || text == "true" || text == "false"
	}
	return true
}

// checkBody reads and checks a body; found is what else is wrong with the request.
func (o *Operation) checkBody(found *findings, params []Param, body []byte) (any, error) {
	value, duplicates, err := decode(body, o.body.shape)
	if err != nil {
		found.add(unreadable("", err.Error()))
		return nil, found.invalid("BadRequest")
	}
	return o.checkValue(found, params, value, duplicates)
}

func (o *Operation) checkValue(found *findings, params []Param, value any, duplicates []Violation) (any, error) {
	rule, inBody := o.body, new(findings)
	value = rule.shape.normalise(value, make([]string, 0, 8), inBody)
	for _, v := range o.checkID(value, params) {
		inBody.addAt([]string{"id"}, func() Violation { return v })
	}
	each(rule.schema.VisitJSON(value, rule.visit...), func(e *openapi3.SchemaError) {
		inBody.addNewAt(e.JSONPointer(), func() Violation { return fromSchema(e, rule.shape) })
	})
	inBody.add(duplicates...)
	if inBody.total == 0 {
		return value, found.invalid("BadRequest")
	}
	found.addSorted(inBody)
	return nil, found.invalid("ModelValidationFailure")
}

// checkID compares a body's id, which is read-only, with the last parameter in the path of a PATCH. A POST may not send one.
// Rule 14.
func (o *Operation) checkID(value any, params []Param) []Violation {
	object, _ := value.(map[string]any)
	id, given := object["id"]
	if property, named := o.body.shape.properties["id"]; !given || !named || !property.readOnly {
		return nil
	}
	if o.Method == http.MethodPost {
		return []Violation{{"IdNotAllowed", "/id", "The server makes the id of what a POST creates. To choose it, PATCH the path with that id and send Prefer: create-if-missing."}}
	}
	if text, isText := id.(string); isText && len(params) > 0 && text != params[len(params)-1].Value {
		return []Violation{otherID("/id")}
	}
	return nil
}

// checkContentType checks the Content-Type of a request with a body. Rule 5.
func checkContentType(lines []string) []Violation {
	if len(lines) != 1 {
		return []Violation{wrongContentType()}
	}
	if lines[0] == mediaType {
		return nil
	}
	media, parameters, err := mime.ParseMediaType(lines[0])
	if media != mediaType || err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return []Violation{wrongContentType()}
	}
	if charset, given := parameters["charset"]; given && Fold(charset) != "utf-8" {
		return []Violation{unreadable("Content-Type", "The only charset is utf-8.")}
	}
	return nil
}

func wrongContentType() Violation {
	return unreadable("Content-Type", "It must be there once, and be "+mediaType+".")
}

func unreadable(target, reason string) Violation {
	code := "InvalidContentType"
	if target == "" {
		code = "InvalidJson"
	}
	return Violation{code, target, "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format. " + reason}
}

func (o *Operation) unknownQueryOption(name string) Violation {
	var names []string
	for _, p := range o.optional {
		if p.In == openapi3.ParameterInQuery {
			names = append(names, p.Name)
		}
	}
	message := fmt.Sprintf("The query specified in the URI is not valid. Query option '%s' is not allowed. This operation takes none of that name.", Shown(name))
	if meant := Nearest(name, names); meant != "" {
		message += fmt.Sprintf(" Did you mean '%s'?", meant)
	}
	return Violation{"UnknownQueryOption", Shown(name), message}
}

// invalidParameter says what a parameter must be; err is what kin-openapi found.
func invalidParameter(p *openapi3.Parameter, err error) Violation {
	schema := p.Schema.Value
	must := "be " + lowerFirst(strings.TrimSuffix(schema.Description, "."))
	if schema.Type.Is("integer") {
		must = fmt.Sprintf("be a whole number from %.0f to %.0f, in digits", *schema.Min, *schema.Max)
	}
	if schema.Type.Is("boolean") {
		must = "be true or false"
	}
	each(err, func(e *openapi3.SchemaError) {
		switch e.SchemaField {
		case "maxLength":
			must = fmt.Sprintf("have at most %d characters", *e.Schema.MaxLength)
		case "minLength":
			must = fmt.Sprintf("have at least %d characters", e.Schema.MinLength)
		}
	})
	return Violation{"InvalidParameter", p.Name, fmt.Sprintf("The parameter '%s' in the %s is not valid: it must %s.", p.Name, p.In, must)}
}
