package contract

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// shape is a schema prepared for the rules that no schema can express, and for messages that name what it allows.
type shape struct {
	typeName string // in OData's words, such as Edm.Int32
	allowed  string // the values that it allows, in words
	verb     string // the method of the operation that takes the body

	properties map[string]property // of an object
	names      []string            // the keys of properties, sorted
	others     *shape              // of an object's properties with any other name, nil if no schema describes them
	closed     bool                // the object takes no property with any other name
	maxNames   int                 // of an object, 0 for no bound
	navigation []string            // names that the type has, but that no body may set
	spellings  map[string]spelling // other names of properties

	items     *shape         // of an array
	maxItems  int            // of an array, 0 for no bound
	members   []string       // of an enumeration
	folded    map[string]any // the members by name and by folded name
	numbers   map[string]int // the numbers of the members, nil if the contract has none
	maxLength int            // of a string, in characters, 0 for no bound
	bounded   bool           // kin-openapi does not check maxLength
	integer   bool
	nullable  bool
	asSent    bool // the value is handed on as its text
}

// property is a property of an object.
type property struct {
	*shape
	name     string
	required bool
}

// spelling is another name of a property.
type spelling struct {
	name     string // the property
	nullOnly bool   // only null may have this name
}

// anything is the shape of a value that no schema describes.
var anything = &shape{typeName: "any type", allowed: "any value"}

// unread is the shape of the values of annotations. They are checked for duplicates, but not kept.
var unread = new(shape)

const namespace = "microsoft.graph."

// newShape reads a schema of a body that an operation with the method takes. It returns an error if the schema uses something
// that a shape would misread.
func newShape(method string, ref *openapi3.SchemaRef) (*shape, error) {
	return (&shapeReader{verb: method, known: make(map[*openapi3.Schema]*shape)}).read(ref)
}

// shapeReader reads each schema once, so that a schema may refer to itself.
type shapeReader struct {
	verb  string
	known map[*openapi3.Schema]*shape
}

func (r *shapeReader) read(ref *openapi3.SchemaRef) (*shape, error) {
	if s := r.known[ref.Value]; s != nil {
		return s, nil
	}
	s := &shape{verb: r.verb}
	r.known[ref.Value] = s
	name, schema, err := flatten(ref)
	if err == nil {
		err = r.fill(s, name, schema)
	}
	return s, inSchema(componentName(ref.Ref), err)
}

// fill reads a flattened schema into its shape.
func (r *shapeReader) fill(s *shape, name string, schema *openapi3.Schema) error {
	s.nullable = schema.Nullable
	s.typeName, s.allowed = anything.typeName, anything.allowed
	if asSent, there := schema.Extensions[extAsSent]; there {
		if asSent != true || !schema.IsEmpty() {
			return fmt.Errorf("%s must be true, in a schema that allows any value", extAsSent)
		}
		s.asSent = true
		return nil
	}
	switch {
	case len(schema.Enum) > 0:
		return s.fillEnum(name, schema)
	case schema.Type.Is("integer"):
		s.integer = true
		s.typeName, s.allowed = "Edm.Int32", "an integer"+bounds(schema)
		if schema.Format == "int64" {
			s.typeName = "Edm.Int64"
		}
	case schema.Type.Is("number"):
		s.typeName, s.allowed = "Edm.Double", "a number"+bounds(schema)
	case schema.Type.Is("boolean"):
		s.typeName, s.allowed = "Edm.Boolean", "true or false"
	case schema.Type.Is("string"):
		return s.fillString(schema)
	case schema.Type.Is("array"):
		return r.fillArray(s, schema)
	case schema.Type.Is("object"):
		return r.fillObject(s, name, schema)
	case len(schema.Properties) > 0 || schema.AdditionalProperties != (openapi3.AdditionalProperties{}) || schema.Items != nil:
		return errors.New("it has no type")
	}
	return nil
}

func (s *shape) fillEnum(name string, schema *openapi3.Schema) error {
	s.typeName = typeName(name, "Edm.String")
	s.folded = make(map[string]any, 2*len(schema.Enum))
	for _, value := range schema.Enum {
		member, isString := value.(string)
		if value == nil && schema.Nullable {
			continue
		}
		if !isString || schema.Type != nil && !schema.Type.Is("string") {
			return errors.New("an enumeration of anything but strings is not supported")
		}
		if other := s.folded[Fold(member)]; other != nil {
			return fmt.Errorf("the members %v and %s are the same but for the case of letters", other, member)
		}
		s.members = append(s.members, member)
		s.folded[member], s.folded[Fold(member)] = member, member
	}
	s.allowed = strings.Join(s.members, ", ")
	return s.fillNumbers(schema.Extensions)
}

// fillNumbers reads the numbers of an enumeration's members: if one has a number, each has one of its own.
func (s *shape) fillNumbers(extensions map[string]any) error {
	numbers, err := numbersOf(extensions)
	if err != nil || len(numbers) == 0 {
		return err
	}
	taken := make(map[int]string)
	for _, member := range s.members {
		number, there := numbers[member]
		if !there || taken[number] != "" || len(numbers) != len(s.members) {
			return fmt.Errorf("%s must have a number of its own for each member, and no other name: see %s", extNumbers, member)
		}
		taken[number] = member
	}
	s.numbers = numbers
	return nil
}

func (s *shape) fillString(schema *openapi3.Schema) error {
	s.typeName, s.allowed = "Edm.String", "a string"
	if schema.Format == "date-time" {
		s.typeName = "Edm.DateTimeOffset"
		s.allowed = "an RFC 3339 date and time with a zone, such as 2017-01-01T00:02:49.3205976-08:00, within the years 0001 to 9999 in UTC, seconds up to 59"
	}
	if schema.Nullable {
		s.allowed += " or null"
	}
	if schema.MaxLength != nil {
		s.maxLength = int(*schema.MaxLength)
	}
	bound, there := schema.Extensions[extMaxLength]
	if there {
		number, isNumber := bound.(float64)
		if !isNumber || number < 1 || schema.MaxLength != nil {
			return fmt.Errorf("%s must be a positive number, and replaces maxLength", extMaxLength)
		}
		s.maxLength, s.bounded = int(number), true
	}
	return nil
}

func (r *shapeReader) fillArray(s *shape, schema *openapi3.Schema) (err error) {
	s.typeName, s.allowed = "Collection", "an array"
	if schema.MaxItems != nil {
		s.maxItems = int(*schema.MaxItems)
	}
	if schema.Items != nil {
		if s.items, err = r.read(schema.Items); err != nil {
			return fmt.Errorf("items: %w", err)
		}
	}
	return nil
}

func (r *shapeReader) fillObject(s *shape, name string, schema *openapi3.Schema) error {
	s.typeName, s.allowed = typeName(name, "Edm.Untyped"), "a JSON object"
	s.closed = isClosed(schema)
	if schema.MaxProps != nil {
		s.maxNames = int(*schema.MaxProps)
	}
	s.properties = make(map[string]property, len(schema.Properties))
	for name, ref := range schema.Properties {
		of, err := r.read(ref)
		if err != nil {
			return fmt.Errorf("property %s: %w", name, err)
		}
		s.properties[name] = property{shape: of, name: name, required: slices.Contains(schema.Required, name)}
		s.names = append(s.names, name)
	}
	slices.Sort(s.names)
	if others := schema.AdditionalProperties.Schema; others != nil {
		var err error
		if s.others, err = r.read(others); err != nil {
			return fmt.Errorf("additionalProperties: %w", err)
		}
	}
	if odataType, there := s.properties["@odata.type"]; there && len(odataType.members) > 0 {
		s.typeName = strings.TrimPrefix(odataType.members[0], "#")
	}
	return s.fillExtensions(schema.Extensions)
}

func (s *shape) fillExtensions(extensions map[string]any) error {
	navigation, err := listOf(extensions, extNavigation)
	if err != nil {
		return err
	}
	for _, value := range navigation {
		name := fmt.Sprint(value)
		if _, taken := s.properties[name]; taken {
			return fmt.Errorf("%s names %s, which is a property", extNavigation, name)
		}
		s.navigation = append(s.navigation, name)
	}
	spellings, err := mapOf(extensions, extSpellings)
	if err != nil {
		return err
	}
	s.spellings = make(map[string]spelling, len(spellings))
	for other, value := range spellings {
		name := fmt.Sprint(value)
		_, known := s.properties[name]
		if _, taken := s.properties[other]; taken || !known {
			return fmt.Errorf("%s must lead from a name that is no property to one that is: %s to %s", extSpellings, other, name)
		}
		s.spellings[other] = spelling{name: name}
	}
	if asked, there := extensions[extSnakeNulls]; there && asked != true {
		return fmt.Errorf("%s must be true", extSnakeNulls)
	} else if there {
		return s.spellNulls()
	}
	return nil
}

// spellNulls adds the names in snake_case of the nullable properties.
func (s *shape) spellNulls() error {
	for _, name := range s.names {
		other := snakeCase(name)
		if other == name || !s.properties[name].nullable {
			continue
		}
		_, property := s.properties[other]
		if _, taken := s.spellings[other]; taken || property {
			return fmt.Errorf("%s: %s has two meanings, one of them %s", extSnakeNulls, other, name)
		}
		s.spellings[other] = spelling{name: name, nullOnly: true}
	}
	return nil
}

// bounds describes the least and the greatest number that a schema allows.
func bounds(schema *openapi3.Schema) string {
	low, high := schema.Min, schema.Max
	if schema.Format == "int32" {
		least, greatest := float64(math.MinInt32), float64(math.MaxInt32)
		if low == nil {
			low = &least
		}
		if high == nil {
			high = &greatest
		}
	}
	switch {
	case low != nil && high != nil:
		return " from " + decimal(*low) + " to " + decimal(*high)
	case low != nil:
		return " from " + decimal(*low)
	case high != nil:
		return " up to " + decimal(*high)
	}
	return ""
}

func decimal(number float64) string { return strconv.FormatFloat(number, 'f', -1, 64) }

// typeName returns the name that OData gives a component, or another one for an inline schema.
func typeName(component, inline string) string {
	if component == "" {
		return inline
	}
	return namespace + lowerFirst(component)
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// at returns the property, or the element of an array, at a path.
func (s *shape) at(path []string) property {
	at := property{shape: s}
	for _, name := range path {
		switch p, named := at.properties[name]; {
		case at.items != nil:
			at = property{shape: at.items}
		case named:
			at = p
		default:
			at = property{shape: at.of(name)}
		}
	}
	return at
}

// of returns the shape of an object's property.
func (s *shape) of(name string) *shape {
	p, named := s.properties[name]
	if !named {
		p, named = s.properties[s.spellings[name].name]
	}
	if named {
		return p.shape
	}
	if s.properties != nil && s.leavesUnread(name) {
		return unread
	}
	if s.others != nil {
		return s.others
	}
	return anything
}

// isKnown reports whether a name of an object is a property, or one of the names beside them that are no violation by themselves.
func (s *shape) isKnown(name string) bool {
	if _, named := s.properties[name]; named {
		return true
	}
	_, spelled := s.spellings[name]
	return spelled || s.ignores(name, nil)
}

// isObject and isArray report whether the content of an object or of an array matters: the schema allows one, or allows anything.
func (s *shape) isObject() bool {
	return s.properties != nil || s.others != nil || s.typeName == anything.typeName
}

func (s *shape) isArray() bool {
	return s.typeName == "Collection" || s.typeName == anything.typeName
}

// item returns the shape of an array's elements.
func (s *shape) item() *shape {
	if s.items != nil {
		return s.items
	}
	return anything
}
