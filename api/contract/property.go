package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Property is what the contract says of a property of a type.
type Property struct {
	Name      string
	Type      string   // in the words of OData, such as Edm.Int32 or microsoft.graph.resultantAppState
	Members   []string // of an enumeration, nil for any other
	MaxLength int      // in characters, 0 for no bound
}

// Properties are the properties of the schema of a type, in the order of their names. Annotations are none of them.
func (c *Contract) Properties(schema string) ([]Property, error) {
	var ref *openapi3.SchemaRef
	if components := c.Document.Components; components != nil {
		ref = components.Schemas[schema]
	}
	if ref == nil {
		return nil, fmt.Errorf("the contract has no schema %s", schema)
	}
	of := newShape(schema, ref.Value)
	if of.properties == nil {
		return nil, fmt.Errorf("the schema %s of the contract is not that of an object", schema)
	}
	var properties []Property
	for _, name := range of.names {
		if !strings.HasPrefix(name, "@") {
			is := of.properties[name]
			property := Property{Name: name, Type: is.typeName, Members: slices.Clone(is.members)}
			if longest := ref.Value.Properties[name].Value.MaxLength; longest != nil {
				property.MaxLength = int(*longest)
			}
			properties = append(properties, property)
		}
	}
	return properties, nil
}
