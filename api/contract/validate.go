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

func newBodyRule(body *openapi3.RequestBody, visit []openapi3.SchemaValidationOption) (*bodyRule, error) {
	media := body.Content[mediaType]
	if media == nil || media.Schema == nil || len(body.Content) != 1 || !body.Required {
		return nil, fmt.Errorf("must be required, and %s alone, with a schema", mediaType)
	}
	return &bodyRule{
		schema: media.Schema.Value,
		shape:  newShape(componentName(media.Schema.Ref), media.Schema.Value),
		visit:  visit,
	}, nil
}

// TakesBody reports whether requests of the operation have a body.
func (o *Operation) TakesBody() bool { return o.body != nil }

// Validate checks a request: its query, path and header parameters, its Content-Type and its body. params are the path's
// parameters, decoded, in the order of the template; body is what was read
// and decompressed. What it returns is the
// body, decoded, with annotations left out and members of enumerations as the contract spells them; nil for an
// operation without a body. The only error is an *Invalid.
func (o *Operation) Validate(r *http.Request, params []Param, body []byte) (value any, err error) {
	violations := o.checkParameters(r, params)
	code := "BadRequest"
	if o.body != nil {
		var found []Violation
		var readable bool
		value, found, readable = o.body.check(r, params, body)
		if readable && len(found) > 0 {
			code = "ModelValidationFailure"
		}
		violations = append(violations, found...)
	}
	if total := len(violations); total > 0 {
		return nil, &Invalid{Code: code, Violations: violations[:min(total, maxViolations)], Total: total}
	}
	return value, nil
}

// Param is a path parameter.
type Param struct{ Name, Value string }

func (o *Operation) checkParameters(r *http.Request, params []Param) (violations []Violation) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		violations = append(violations, Violation{"MalformedQuery", "query", "The query specified in the URI is not valid: it is not percent-encoded as it should be."})
	}
	for _, option := range slices.Sorted(maps.Keys(query)) {
		if !o.takes(option) {
			violations = append(violations, unknownQueryOption(option))
		}
	}
	input := &openapi3filter.RequestValidationInput{
		Request:     r,
		QueryParams: query,
		PathParams:  make(map[string]string, len(params)),
		Options:     &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true},
	}
	for _, p := range params {
		input.PathParams[p.Name] = p.Value
	}
	for _, parameter := range o.parameters {
		if err := openapi3filter.ValidateParameter(r.Context(), input, parameter); err != nil {
			violations = append(violations, invalidParameter(parameter, err))
		}
	}
	return violations
}

func (o *Operation) takes(option string) bool {
	return slices.ContainsFunc(o.parameters, func(p *openapi3.Parameter) bool {
		return p.In == openapi3.ParameterInQuery && Fold(p.Name) == Fold(option)
	})
}

// check reads and checks a body. readable is false where it could not be read as JSON.
func (b *bodyRule) check(r *http.Request, params []Param, body []byte) (value any, violations []Violation, readable bool) {
	if found := checkContentType(r.Header.Values("Content-Type")); found != nil {
		return nil, []Violation{*found}, false
	}
	value, duplicates, err := decode(body)
	if err != nil {
		return nil, []Violation{unreadable("", err.Error())}, false
	}
	value = b.shape.normalise(value, nil, func(v Violation) { violations = append(violations, v) })
	violations = append(violations, b.checkID(value, params)...)
	each(b.schema.VisitJSON(value, b.visit...), func(e *openapi3.SchemaError) {
		v := fromSchema(e, b.shape)
		if !slices.ContainsFunc(violations, func(said Violation) bool { return said.Target == v.Target }) {
			violations = append(violations, v)
		}
	})
	violations = append(violations, duplicates...)
	slices.SortStableFunc(violations, func(a, b Violation) int { return strings.Compare(a.Target, b.Target) })
	return value, violations, true
}

// checkID holds a body's id, which is read-only, to the last parameter of the path.
func (b *bodyRule) checkID(value any, params []Param) []Violation {
	object, _ := value.(map[string]any)
	id, given := object["id"].(string)
	if property := b.shape.properties["id"]; given && property != nil && property.readOnly && id != params[len(params)-1].Value {
		return []Violation{otherID("/id")}
	}
	return nil
}

func checkContentType(lines []string) *Violation {
	found := unreadable("Content-Type", "It must be there once, and be "+mediaType+".")
	if len(lines) != 1 {
		return &found
	}
	media, parameters, err := mime.ParseMediaType(lines[0])
	if media != mediaType || err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return &found
	}
	if charset, given := parameters["charset"]; given && Fold(charset) != "utf-8" {
		found = unreadable("Content-Type", "The only charset is utf-8.")
		return &found
	}
	return nil
}

func unreadable(target, reason string) Violation {
	code := "InvalidContentType"
	if target == "" {
		code = "InvalidJson"
	}
	return Violation{code, target, "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format. " + reason}
}

func unknownQueryOption(name string) Violation {
	return Violation{"UnknownQueryOption", name, fmt.Sprintf("The query specified in the URI is not valid. Query option '%s' is not allowed. This operation takes none of that name.", name)}
}

func invalidParameter(p *openapi3.Parameter, err error) Violation {
	reason := "it is not as the contract says"
	each(err, func(e *openapi3.SchemaError) {
		switch e.SchemaField {
		case "maxLength":
			reason = fmt.Sprintf("it is longer than %d characters", *e.Schema.MaxLength)
		case "pattern":
			reason = `it must be a list of entity tags such as "abc", with their quotes, or *`
		}
	})
	return Violation{"InvalidParameter", p.Name, fmt.Sprintf("The parameter '%s' in the %s is not valid: %s.", p.Name, p.In, reason)}
}
