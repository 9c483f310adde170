package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/getkin/kin-openapi/openapi3"
)

// shape is a schema prepared for the rules that no schema can say, and for naming in words what it allows.
type shape struct {
	name     string // of the property
	typeName string // in the words of OData, such as Edm.Int32
	allowed  string // what may stand there, in words
	verb     string // of the operation, at the root of its body

	properties map[string]*shape // of an object
	names      []string          // the properties' names
	others     *shape            // of properties with any other name
	navigation []string          // names that the type has, but no body may set
	spellings  map[string]string // the property that another name stands for
	closed     bool              // the object takes no other names
	items      *shape            // of an array
	maxItems   int               // of an array; 0 for as many as there are
	required   bool              // the object must have the property
	members    []string          // of an enumeration
	folded     map[string]any    // member, as normalise answers it, by its name and by its folded name
	integer    bool
	readOnly   bool
	asSent     bool // nobody here reads the value: it is handed on as its text
}

// anything is the shape of what no schema describes.
var anything = &shape{typeName: "any type", allowed: "any value"}

const namespace = "microsoft.graph."

// newShape reads a schema. name is that of its component, "" for an inline one.
func newShape(name string, schema *openapi3.Schema) *shape {
	s := &shape{
		integer:  schema.Type.Is("integer"),
		readOnly: schema.ReadOnly,
		closed:   schema.AdditionalProperties.Has != nil && !*schema.AdditionalProperties.Has,
	}
	for _, part := range schema.AllOf {
		inner := newShape(componentName(part.Ref), part.Value)
		inner.readOnly = s.readOnly
		*s = *inner
	}
	switch {
	case len(schema.Enum) > 0:
		s.typeName = "Edm.String"
		if name != "" {
			s.typeName = namespace + lowerFirst(name)
		}
		s.folded = make(map[string]any, 2*len(schema.Enum))
		for _, member := range schema.Enum {
			text := fmt.Sprint(member)
			s.members = append(s.members, text)
			s.folded[text], s.folded[Fold(text)] = text, text
		}
		s.allowed = strings.Join(s.members, ", ")
	case s.integer:
		s.typeName = "Edm.Int32"
		s.allowed = "an integer"
		if schema.Min != nil && schema.Max != nil {
			s.allowed = fmt.Sprintf("an integer from %.0f to %.0f", *schema.Min, *schema.Max)
		}
	case schema.Type.Is("boolean"):
		s.typeName, s.allowed = "Edm.Boolean", "true or false"
	case schema.Type.Is("string") && schema.Format == "date-time":
		s.typeName = "Edm.DateTimeOffset"
		s.allowed = "an RFC 3339 date and time with a zone, such as 2017-01-01T00:02:49.3205976-08:00, within the years 0001 to 9999 in UTC, seconds up to 59"
	case schema.Type.Is("string"):
		s.typeName, s.allowed = "Edm.String", "a string"
		if schema.Nullable {
			s.allowed = "a string or null"
		}
	case schema.Type.Is("array"):
		s.typeName, s.allowed = "Collection", "an array"
		s.items = newShape(componentName(schema.Items.Ref), schema.Items.Value)
		if schema.MaxItems != nil {
			s.maxItems = int(*schema.MaxItems)
		}
	case schema.Type.Is("object"):
		s.typeName, s.allowed = "Edm.Untyped", "a JSON object"
		if name != "" {
			s.typeName = namespace + lowerFirst(name)
		}
		s.properties = make(map[string]*shape, len(schema.Properties))
		for property, ref := range schema.Properties {
			of := newShape(componentName(ref.Ref), ref.Value)
			of.name = property
			of.required = slices.Contains(schema.Required, property)
			s.properties[property] = of
			s.names = append(s.names, property)
		}
		slices.Sort(s.names)
		if others := schema.AdditionalProperties.Schema; others != nil {
			s.others = newShape(componentName(others.Ref), others.Value)
		}
		if odataType := s.properties["@odata.type"]; odataType != nil && len(odataType.members) > 0 {
			s.typeName = strings.TrimPrefix(odataType.members[0], "#")
		}
		s.navigation = extensionList(schema, "x-navigation-properties")
		s.spellings = extensionMap(schema, "x-other-spellings")
	}
	if s.typeName == "" {
		s.typeName, s.allowed = anything.typeName, anything.allowed
	}
	s.asSent, _ = schema.Extensions["x-as-sent"].(bool)
	return s
}

func extensionList(schema *openapi3.Schema, name string) (list []string) {
	values, _ := schema.Extensions[name].([]any)
	for _, value := range values {
		list = append(list, fmt.Sprint(value))
	}
	return list
}

func extensionMap(schema *openapi3.Schema, name string) map[string]string {
	entries := make(map[string]string)
	values, _ := schema.Extensions[name].(map[string]any)
	for key, value := range values {
		entries[key] = fmt.Sprint(value)
	}
	return entries
}

func componentName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// at is the shape of what stands at a path.
func (s *shape) at(path []string) *shape {
	for _, name := range path {
		if s.items != nil {
			s = s.items
		} else {
			s = s.property(name)
		}
	}
	return s
}

// property is the shape of an object's property.
func (s *shape) property(name string) *shape {
	switch {
	case s.properties[name] != nil:
		return s.properties[name]
	case s.others != nil:
		return s.others
	}
	return anything
}

// item is the shape of an array's items.
func (s *shape) item() *shape {
	if s.items != nil {
		return s.items
	}
	return anything
}

// Fold is the form in which ASCII letters of either case are equal, and no other characters are.
func Fold(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			folded := []byte(s)
			for ; i < len(folded); i++ {
				if 'A' <= folded[i] && folded[i] <= 'Z' {
					folded[i] += 'a' - 'A'
				}
			}
			return string(folded)
		}
	}
	return s
}

// Nearest is the one of the names that was probably meant, "" for none: the same in another case, or mistyped in about
// a third of its letters at most.
func Nearest(name string, names []string) string {
	if len(name) > 64 {
		return ""
	}
	folded, best, distance := Fold(name), "", 1+len(name)/3
	for _, candidate := range names {
		if d := levenshtein.ComputeDistance(folded, Fold(candidate)); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}

// normalise applies the rules that no schema can say to a decoded value, in place: it folds members of enumerations,
// drops annotations and names that may not be there, and adds what is not allowed to what was found.
func (s *shape) normalise(value any, path []string, found *findings) any {
	switch value := value.(type) {
	case string:
		if strings.IndexByte(value, 0) >= 0 {
			found.addAt(path, func() Violation { return nulCharacter(path) })
		}
		if s.folded == nil {
			break
		}
		if member, spelt := s.folded[value]; spelt {
			return member
		}
		if member, known := s.folded[Fold(value)]; known {
			return member
		}
	case json.Number:
		if s.integer && strings.ContainsAny(string(value), ".eE") {
			found.addAt(path, func() Violation { return notAnInteger(pointerOf(path), s) })
		}
	case []any:
		if s.items == nil {
			break
		}
		for i, item := range value {
			value[i] = s.items.normalise(item, append(path, strconv.Itoa(i)), found)
		}
	case map[string]any:
		if s.properties == nil {
			break
		}
		s.respell(value)
		var unknown []string
		for name, of := range value {
			if property := s.property(name); property != anything {
				value[name] = property.normalise(of, append(path, name), found)
			} else {
				unknown = append(unknown, name)
			}
		}
		slices.Sort(unknown)
		for _, name := range unknown {
			if s.refuses(name, path, found) {
				delete(value, name)
			}
		}
	}
	return value
}

// respell gives properties the names by which the schema has them, where those are free.
func (s *shape) respell(object map[string]any) {
	for spelling, name := range s.spellings {
		of, there := object[spelling]
		if _, taken := object[name]; there && !taken {
			object[name] = of
			delete(object, spelling)
		}
	}
}

// refuses says whether an object must lose a name that its schema does not have. An annotation goes in silence, but for one
// that would set a navigation property, or that is of a property which the schema does not have either.
func (s *shape) refuses(name string, path []string, found *findings) bool {
	property, term, isAnnotation := strings.Cut(name, "@odata.")
	isNavigation := slices.Contains(s.navigation, property)
	switch at := append(path, name); {
	case isAnnotation && (property == "" || s.properties[property] != nil || isNavigation && term != "bind"):
	case isNavigation:
		found.add(navigationProperty(pointerOf(at), property, s))
	case s.closed:
		found.count(func() Violation {
			return unknownProperty(pointerOf(at), property, Nearest(property, s.names), s.typeName)
		})
	default:
		return false
	}
	return true
}
