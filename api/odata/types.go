package odata

import (
	"errors"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"

	"installstatus/api/contract"
	"installstatus/api/status"
)

// Parser reads query options about the properties of one type. It is safe for concurrent use.
type Parser struct {
	types map[status.Property]propertyType
	names []string
}

// propertyType is what the contract says of a property.
type propertyType struct {
	edm     string            // in the words of OData, such as Edm.Int32
	members map[string]string // of an enumeration, by folded name
}

const (
	edmString   = "Edm.String"
	edmInt32    = "Edm.Int32"
	edmDateTime = "Edm.DateTimeOffset"
	edmEnum     = "an enumeration"
)

// NewParser reads the types of the properties from the contract's schema of the type.
func NewParser(doc *openapi3.T, schema string) (*Parser, error) {
	ref := doc.Components.Schemas[schema]
	if ref == nil {
		return nil, fmt.Errorf("the contract has no schema %s", schema)
	}
	p := &Parser{types: make(map[status.Property]propertyType)}
	for name, property := range ref.Value.Properties {
		if name == "@odata.type" {
			continue
		}
		p.names = append(p.names, name)
		p.types[status.Property(name)] = typeOf(property.Value)
	}
	return p, nil
}

func typeOf(schema *openapi3.Schema) propertyType {
	for _, part := range schema.AllOf {
		schema = part.Value
	}
	switch {
	case len(schema.Enum) > 0:
		t := propertyType{edm: edmEnum, members: make(map[string]string)}
		for _, member := range schema.Enum {
			t.members[contract.Fold(fmt.Sprint(member))] = fmt.Sprint(member)
		}
		return t
	case schema.Type.Is("integer"):
		return propertyType{edm: edmInt32}
	case schema.Format == "date-time":
		return propertyType{edm: edmDateTime}
	}
	return propertyType{edm: edmString}
}

// property finds a property by its name.
func (p *Parser) property(name string) (status.Property, propertyType, error) {
	t, known := p.types[status.Property(name)]
	if known {
		return status.Property(name), t, nil
	}
	if meant := contract.Nearest(name, p.names); meant != "" {
		return "", t, fmt.Errorf("there is no such property; did you mean %s?", meant)
	}
	return "", t, errors.New("there is no such property")
}
