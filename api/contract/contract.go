// Package contract puts openapi.yaml in force: it checks requests with kin-openapi, closes what kin-openapi and JSON
// Schema leave open, and hands on what it decoded. It knows no routing, no caller and no store.
package contract

import (
	"fmt"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"installstatus/api/status"
)

// Contract is an OpenAPI document, prepared for checking requests. It is safe for concurrent use.
type Contract struct {
	Document   *openapi3.T
	BasePath   string // the path of the first server, such as /beta
	Operations []*Operation
}

// Operation is the operation with an operationId, nil where there is none.
func (c *Contract) Operation(id string) *Operation {
	for _, o := range c.Operations {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// Operation is one verb on one path of the contract.
type Operation struct {
	ID          string
	Method      string
	Path        string   // the template, such as /apps/{appId}, without the base path
	Permissions []string // of which a caller needs one: the scopes of the oauth2 alternatives

	path     []*openapi3.Parameter // of the path, all of them strings, in the order of the template
	optional []optional            // those that a request need not have
	body     *bodyRule             // nil where the operation takes no body
}

// New prepares a document. It is an error if the document is invalid, or leaves an operation open to everybody.
func New(doc *openapi3.T) (*Contract, error) {
	if err := doc.Validate(openapi3.NewLoader().Context); err != nil {
		return nil, fmt.Errorf("the contract is not a valid OpenAPI document: %w", err)
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
				if err := o.add(p.Value); err != nil {
					return nil, err
				}
			}
			slices.SortFunc(o.path, func(a, b *openapi3.Parameter) int {
				return strings.Index(path, "{"+a.Name+"}") - strings.Index(path, "{"+b.Name+"}")
			})
			if o.Permissions = permissions(doc, operation); len(o.Permissions) == 0 {
				return nil, fmt.Errorf("the contract names no permission for the operation %s", o.ID)
			}
			if operation.RequestBody != nil {
				if o.body, err = newBodyRule(method, operation.RequestBody.Value, visit); err != nil {
					return nil, fmt.Errorf("the body of the operation %s: %w", o.ID, err)
				}
			}
			c.Operations = append(c.Operations, o)
		}
	}
	return c, nil
}

// optional is a parameter that a request need not have.
type optional struct {
	*openapi3.Parameter
	key string // under which net/http has it, if it is a header
}

func (o *Operation) add(p *openapi3.Parameter) error {
	switch {
	case p.In == openapi3.ParameterInPath && p.Schema.Value.Type.Is("string"):
		o.path = append(o.path, p)
	case p.In != openapi3.ParameterInPath && !p.Required:
		o.optional = append(o.optional, optional{p, textproto.CanonicalMIMEHeaderKey(p.Name)})
	default:
		return fmt.Errorf("the parameter %s of the operation %s: only strings in the path, and what may be left out, can be checked", p.Name, o.ID)
	}
	return nil
}

// permissions are the scopes of the operation's oauth2 alternatives.
func permissions(doc *openapi3.T, operation *openapi3.Operation) []string {
	requirements := doc.Security
	if operation.Security != nil {
		requirements = *operation.Security
	}
	var scopes []string
	for _, requirement := range requirements {
		for name, of := range requirement {
			if doc.Components.SecuritySchemes[name].Value.Type == "oauth2" {
				scopes = append(scopes, of...)
			}
		}
	}
	return scopes
}

// visitOptions are how kin-openapi looks at a value. Its own date-time is a regular expression that accepts second 60.
func visitOptions() []openapi3.SchemaValidationOption {
	return []openapi3.SchemaValidationOption{
		openapi3.VisitAsRequest(),
		openapi3.MultiErrors(),
		openapi3.DisableReadOnlyValidation(),
		openapi3.DisableSchemaErrorDetails(),
		openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
			"date-time": openapi3.NewCallbackValidator(status.CheckDateTime),
		}),
	}
}
