package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// property describes a property of a device status to the page's scripts.
type property struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"` // string, integer or boolean
	Format   string   `json:"format,omitempty"`
	Members  []string `json:"members,omitempty"`  // of an enumeration
	Nullable bool     `json:"nullable,omitempty"` // a PATCH may set it to null
	Optional bool     `json:"optional,omitempty"` // answers omit it until it is set
	ReadOnly bool     `json:"readOnly,omitempty"` // no PATCH may set it

	order int
}

// schema is what property needs of an OpenAPI schema.
type schema struct {
	Ref        string            `json:"$ref"`
	AllOf      []schema          `json:"allOf"`
	Type       string            `json:"type"`
	Format     string            `json:"format"`
	Enum       []any             `json:"enum"`
	Nullable   bool              `json:"nullable"`
	ReadOnly   bool              `json:"readOnly"`
	Order      int               `json:"x-order"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
}

// schemas are the contract's named schemas.
type schemas map[string]schema

// readSchemas reads the schemas of a contract in JSON.
func readSchemas(contract []byte) (schemas, error) {
	var doc struct {
		Components struct {
			Schemas schemas `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(contract, &doc); err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	return doc.Components.Schemas, nil
}

// statusProperties returns the properties of a device status in the API's order, without the id and annotations.
func (s schemas) statusProperties() []property {
	answer, input := s["MobileAppInstallStatus"], s["MobileAppInstallStatusInput"]
	var properties []property
	for name, own := range answer.Properties {
		if name == "id" || strings.HasPrefix(name, "@") {
			continue
		}
		_, writable := input.Properties[name]
		p := property{Name: name, Optional: !slices.Contains(answer.Required, name), ReadOnly: !writable}
		s.describe(&p, own)
		properties = append(properties, p)
	}
	slices.SortFunc(properties, func(a, b property) int { return a.order - b.order })
	return properties
}

// describe adds what a property's schema and the schemas that it refers to state.
func (s schemas) describe(p *property, of schema) {
	if name, ok := strings.CutPrefix(of.Ref, "#/components/schemas/"); ok {
		s.describe(p, s[name])
	}
	for _, part := range of.AllOf {
		s.describe(p, part)
	}
	if of.Type != "" {
		p.Type, p.Format = of.Type, of.Format
	}
	if of.Order != 0 {
		p.order = of.Order
	}
	for _, member := range of.Enum {
		p.Members = append(p.Members, fmt.Sprint(member))
	}
	p.Nullable = p.Nullable || of.Nullable
	p.ReadOnly = p.ReadOnly || of.ReadOnly
}

// propertiesFile returns the properties of a device status as JSON.
func propertiesFile(contract []byte) ([]byte, error) {
	named, err := readSchemas(contract)
	if err != nil {
		return nil, err
	}
	properties := named.statusProperties()
	if len(properties) == 0 {
		return nil, errors.New("the contract describes no property of MobileAppInstallStatus")
	}
	return json.Marshal(properties)
}
