// Package contract enforces openapi.yaml. It checks requests with kin-openapi, adds the rules that JSON Schema cannot express,
// and returns the decoded body. It does not import routing, callers or stores.
package contract

import (
	"errors"
	"fmt"
	"maps"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"installstatus/api/query"
)

// Contract is an OpenAPI document that is ready to check requests. It is safe for concurrent use.
type Contract struct {
	Document   *openapi3.T
	BasePath   string // the path of the first server, such as /beta
	Operations []*Operation
}

// Operation returns the operation with an operationId, nil if there is none.
func (c *Contract) Operation(id string) *Operation {
	for _, o := range c.Operations {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// Operation is one method on one path of the contract.
type Operation struct {
	ID          string
	Method      string
	Path        string   // the template, such as /apps/{appId}, without the base path
	Permissions []string // a caller needs one of these: the scopes of the oauth2 alternatives
	Anonymous   bool     // it needs no caller at all
	Produces    []string // the media types of successes, sorted

	path     []*openapi3.Parameter // the parameters in the path, all of them strings, in the order of the template
	optional []optional            // the parameters that a request may omit
	body     *bodyRule             // nil if the operation takes no body
}

// New prepares a document. It returns an error if the document is invalid, uses something that this package would misread, or
// has an operation that requires no permission and does not declare that with security: [].
func New(doc *openapi3.T) (*Contract, error) {
	if err := doc.Validate(openapi3.NewLoader().Context); err != nil {
		return nil, fmt.Errorf("the contract is not a valid OpenAPI document: %w", err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0.") {
		return nil, fmt.Errorf("the contract is in OpenAPI %s; only 3.0 is supported", doc.OpenAPI)
	}
	if len(doc.Servers) == 0 {
		return nil, fmt.Errorf("the contract names no server")
	}
	server, err := url.Parse(doc.Servers[0].URL)
	if err != nil {
		return nil, fmt.Errorf("reading the contract's server: %w", err)
	}
	c := &Contract{Document: doc, BasePath: server.Path}
	visit := visitOptions()
	for _, path := range doc.Paths.InMatchingOrder() {
		item := doc.Paths.Value(path)
		for method, operation := range item.Operations() {
			o := &Operation{ID: operation.OperationID, Method: method, Path: path}
			for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
				if err := o.addParameter(p.Value); err != nil {
					return nil, fmt.Errorf("the operation %s: parameter %s: %w", o.ID, p.Value.Name, err)
				}
			}
			slices.SortFunc(o.path, func(a, b *openapi3.Parameter) int {
				return strings.Index(path, "{"+a.Name+"}") - strings.Index(path, "{"+b.Name+"}")
			})
			o.Permissions, o.Produces = permissions(doc, operation), produces(operation)
			o.Anonymous = operation.Security != nil && len(*operation.Security) == 0
			if len(o.Permissions) == 0 && !o.Anonymous {
				return nil, fmt.Errorf("the operation %s: it names no permission", o.ID)
			}
			if operation.RequestBody != nil {
				if o.body, err = newBodyRule(method, operation.RequestBody.Value, visit); err != nil {
					return nil, fmt.Errorf("the operation %s: body: %w", o.ID, err)
				}
			}
			c.Operations = append(c.Operations, o)
		}
	}
	return c, nil
}

// optional is a parameter that a request may omit.
type optional struct {
	*openapi3.Parameter
	key string // of a header in an http.Header
}

// parameterKeywords are the keywords that the check of a parameter understands.
var parameterKeywords = []string{
	"default", "deprecated", "description", "example", "format", "maxLength", "maximum", "minLength", "minimum", "pattern", "title", "type",
}

func (o *Operation) addParameter(p *openapi3.Parameter) error {
	if p.Schema == nil || p.Schema.Value == nil {
		return errors.New("it has no schema")
	}
	schema := p.Schema.Value
	if err := checkKeywords(schema, parameterKeywords); err != nil {
		return err
	}
	if schema.Type.Is("integer") && (schema.Min == nil || schema.Max == nil) {
		return errors.New("an integer needs a minimum and a maximum")
	}
	switch {
	case p.In == openapi3.ParameterInPath && schema.Type.Is("string"):
		o.path = append(o.path, p)
	case p.In == openapi3.ParameterInPath:
		return errors.New("only a string is supported in the path")
	case p.Required:
		return errors.New("a required parameter is supported only in the path")
	default:
		o.optional = append(o.optional, optional{p, textproto.CanonicalMIMEHeaderKey(p.Name)})
	}
	return nil
}

// permissions returns the scopes of the operation's oauth2 alternatives.
func permissions(doc *openapi3.T, operation *openapi3.Operation) []string {
	requirements := doc.Security
	if operation.Security != nil {
		requirements = *operation.Security
	}
	var scopes []string
	for _, requirement := range requirements {
		for name, required := range requirement {
			if doc.Components.SecuritySchemes[name].Value.Type == "oauth2" {
				scopes = append(scopes, required...)
			}
		}
	}
	return scopes
}

// produces returns the media types of the operation's successes.
func produces(operation *openapi3.Operation) (mediaTypes []string) {
	for code, response := range operation.Responses.Map() {
		if strings.HasPrefix(code, "2") {
			mediaTypes = slices.AppendSeq(mediaTypes, maps.Keys(response.Value.Content))
		}
	}
	slices.Sort(mediaTypes)
	return slices.Compact(mediaTypes)
}

// visitOptions returns how kin-openapi checks a value. Its own check of a date-time is a regular expression that accepts second 60.
// Rule 13.
func visitOptions() []openapi3.SchemaValidationOption {
	return []openapi3.SchemaValidationOption{
		openapi3.VisitAsRequest(),
		openapi3.MultiErrors(),
		openapi3.DisableReadOnlyValidation(),
		openapi3.DisableSchemaErrorDetails(),
		openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
			"date-time": openapi3.NewCallbackValidator(query.CheckDateTime),
		}),
	}
}
