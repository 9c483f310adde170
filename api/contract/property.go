package contract

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Property is a property of a type, as the contract describes it.
type Property struct {
	Name      string
	Type      string         // in OData's words, such as Edm.Int32 or microsoft.graph.resultantAppState
	Members   []string       // of an enumeration, nil for any other type
	Numbers   map[string]int // of an enumeration, the number of each member; nil if the contract has none
	MaxLength int            // in characters, 0 for no bound
}

// Properties returns the properties of the schema of a type, sorted by name, without its annotations.
func (c *Contract) Properties(schema string) ([]Property, error) {
	components := c.Document.Components
	if components == nil || components.Schemas[schema] == nil {
		return nil, fmt.Errorf("the contract has no schema %s", schema)
	}
	ref := openapi3.NewSchemaRef("#/components/schemas/"+schema, components.Schemas[schema].Value)
	object, err := newShape(http.MethodGet, ref)
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	if object.properties == nil {
		return nil, fmt.Errorf("the schema %s of the contract is not that of an object", schema)
	}
	var properties []Property
	for _, name := range object.names {
		if strings.HasPrefix(name, "@") {
			continue
		}
		p := object.properties[name]
		properties = append(properties, Property{Name: name, Type: p.typeName, Members: slices.Clone(p.members), Numbers: p.numbers, MaxLength: p.maxLength})
	}
	return properties, nil
}
