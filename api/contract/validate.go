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

// MediaType is the media type of bodies and of errors.
const MediaType = "application/json"

// bodyRule is how an operation checks its body.
type bodyRule struct {
	schema *openapi3.Schema
	shape  *shape
	visit  []openapi3.SchemaValidationOption
}

func newBodyRule(method string, body *openapi3.RequestBody, visit []openapi3.SchemaValidationOption) (*bodyRule, error) {
	media := body.Content[MediaType]
	if media == nil || media.Schema == nil || len(body.Content) != 1 || !body.Required {
		return nil, fmt.Errorf("it must be required, with a schema for %s only", MediaType)
	}
	s, err := newShape(method, media.Schema)
	if err != nil {
		return nil, err
	}
	return &bodyRule{schema: media.Schema.Value, shape: s, visit: visit}, nil
}

// TakesBody reports whether requests of the operation have a body.
func (o *Operation) TakesBody() bool { return o.body != nil }

// Validate checks a request: its query, path and header parameters, its Content-Type and its body. params are the decoded
// parameters in the path, in the order of the template; body is the decompressed body. Validate changes the names of query
// options in r.URL to the contract's spelling.
//
// It returns the decoded body without annotations, with enumeration members in the contract's spelling, and with a
// json.RawMessage for values that the contract marks x-as-sent; nil if the operation takes no body. It returns no error but
// *Invalid.
func (o *Operation) Validate(r *http.Request, params []Param, body []byte) (value any, err error) {
	found := new(findings)
	found.add(o.checkQuery(r)...)
	found.add(o.checkParameters(r, params)...)
	if o.body == nil {
		return nil, found.invalid(BadRequest)
	}
	if wrong := checkContentType(r.Header.Values("Content-Type")); wrong != nil {
		found.add(wrong...)
		return nil, found.invalid(BadRequest)
	}
	return o.checkBody(found, params, body)
}

// ValidateBody checks a body as Validate does, except for what depends on the path. It returns an error if the operation takes no
// body.
func (o *Operation) ValidateBody(body []byte) (value any, err error) {
	if o.body == nil {
		return nil, fmt.Errorf("the operation %s takes no body", o.ID)
	}
	return o.checkBody(new(findings), nil, body)
}

// CheckBody is ValidateBody for a body that Decode returned, or that has the types that Decode returns. It returns the body as
// Validate does, and may change value.
func (o *Operation) CheckBody(value any, duplicates []Violation) (body any, err error) {
	if o.body == nil {
		return nil, fmt.Errorf("the operation %s takes no body", o.ID)
	}
	found := new(findings)
	found.add(duplicates...)
	return o.checkValue(new(findings), nil, value, found)
}

// Param is a path parameter.
type Param struct{ Name, Value string }

// checkQuery checks the names of query options, and spells them as the contract does. Rule 4.
func (o *Operation) checkQuery(r *http.Request) (violations []Violation) {
	if r.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(strings.ReplaceAll(r.URL.RawQuery, ";", "%3B")) // RFC 3986 allows a semicolon, ParseQuery does not
	if err != nil {
		return []Violation{{"MalformedQuery", "query", "The query specified in the URI is not valid: its percent-encoding is broken."}}
	}
	named := make(url.Values, len(query)) // as the contract spells the names
	for _, option := range slices.Sorted(maps.Keys(query)) {
		parameter := o.queryParameter(option)
		if parameter == nil {
			violations = append(violations, o.unknownQueryOption(option))
			continue
		}
		named[parameter.Name] = append(named[parameter.Name], query[option]...)
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if len(named[name]) > 1 {
			violations = append(violations, Violation{"DuplicateQueryOption", name, fmt.Sprintf("The query specified in the URI is not valid. Query option '%s' occurs more than once. Send it once.", name)})
		}
	}
	r.URL.RawQuery = named.Encode()
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
	var input *openapi3filter.RequestValidationInput // shared, because it parses the query
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

// isAbsent is a cheap pre-check: most optional parameters are absent.
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

// checkBody decodes and checks a body; found has the other violations of the request.
func (o *Operation) checkBody(found *findings, params []Param, body []byte) (any, error) {
	d := newDecoder(body)
	d.frugal = true
	value, err := d.decode(body, o.body.shape)
	if err != nil {
		found.add(unreadable("", err.Error()))
		return nil, found.invalid(BadRequest)
	}
	return o.checkValue(found, params, value, &d.found)
}

// checkValue checks a decoded body; decoded has what the decoder found.
func (o *Operation) checkValue(found *findings, params []Param, value any, decoded *findings) (any, error) {
	rule, inBody := o.body, new(findings)
	value = rule.shape.normalise(value, make([]string, 0, 8), inBody)
	for _, v := range o.checkID(value, params) {
		inBody.addAt([]string{"id"}, func() Violation { return v })
	}
	each(rule.schema.VisitJSON(value, rule.visit...), func(e *openapi3.SchemaError) {
		inBody.addNewAt(e.JSONPointer(), func() Violation { return fromSchema(e, rule.shape) })
	})
	inBody.addAll(decoded)
	if inBody.total == 0 {
		return value, found.invalid(BadRequest)
	}
	found.addSorted(inBody)
	return nil, found.invalid(ModelValidationFailure)
}

// checkID compares a body's id with the last parameter in the path of a PATCH. A POST may not send one.
// Rule 14.
func (o *Operation) checkID(value any, params []Param) []Violation {
	object, _ := value.(map[string]any)
	id, given := object["id"]
	if _, named := o.body.shape.properties["id"]; !given || !named {
		return nil
	}
	if o.Method == http.MethodPost {
		return []Violation{{"IdNotAllowed", "/id", "A POST cannot choose the id: the server makes it. To choose it, send a PATCH to the path with that id, and Prefer: create-if-missing."}}
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
	if lines[0] == MediaType {
		return nil
	}
	media, parameters, err := mime.ParseMediaType(lines[0])
	if media != MediaType || err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return []Violation{wrongContentType()}
	}
	if charset, given := parameters["charset"]; given && Fold(charset) != "utf-8" {
		return []Violation{unreadable("Content-Type", "The charset must be utf-8.")}
	}
	return nil
}

func wrongContentType() Violation {
	return unreadable("Content-Type", "Send it once, as "+MediaType+".")
}

// invalidJSON is the code of a body that is not JSON, which has no other violation.
const invalidJSON = "InvalidJson"

func unreadable(target, reason string) Violation {
	code := "InvalidContentType"
	if target == "" {
		code = invalidJSON
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
	message := fmt.Sprintf("The query specified in the URI is not valid. Query option '%s' is not allowed. This operation has no option of that name.", Shown(name))
	if meant := Nearest(name, names); meant != "" {
		message += fmt.Sprintf(" Did you mean '%s'?", meant)
	} else if strings.TrimPrefix(Fold(name), "$") == "expand" {
		message += " Read related entities with a request of their own; one batch can have both requests."
	}
	return Violation{"UnknownQueryOption", Shown(name), message}
}

// invalidParameter describes what a parameter must be; err is the error of kin-openapi.
func invalidParameter(p *openapi3.Parameter, err error) Violation {
	schema := p.Schema.Value
	must := "match its schema"
	switch description := phraseOf(schema); {
	case schema.Type.Is("integer"):
		must = fmt.Sprintf("be a whole number from %.0f to %.0f, in digits", *schema.Min, *schema.Max)
	case schema.Type.Is("boolean"):
		must = "be true or false"
	case description != "":
		must = "be " + description
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
