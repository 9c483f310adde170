package contract

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// keywords are the keywords of a schema that this package understands, leaves to kin-openapi, or may ignore. Any other one,
// such as oneOf, is refused: a shape that ignored it would misread the schema.
var keywords = []string{
	"additionalProperties", "allOf", "default", "deprecated", "description", "enum", "example", "externalDocs", "format",
	"items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum",
	"nullable", "pattern", "properties", "readOnly", "required", "title", "type", "uniqueItems", "writeOnly", "xml",
}

// Extensions of the contract.
const (
	extNavigation = "x-navigation-properties" // names that the type has, but that no body may set
	extSpellings  = "x-other-spellings"       // other names of properties
	extSnakeNulls = "x-snake-case-nulls"      // true if null has a property's name in snake_case too
	extNumbers    = "x-enum-numbers"          // the numbers of an enumeration's members, which $filter accepts
	extMaxLength  = "x-max-length"            // maxLength, for a string whose format generators combine with no maxLength
	extAsSent     = "x-as-sent"               // the value is handed on as its text
)

// checkKeywords returns an error if a schema has a keyword that is not one of those understood.
func checkKeywords(schema *openapi3.Schema, understood []string) error {
	encoded, err := schema.MarshalYAML()
	if err != nil {
		return err
	}
	found, isObject := encoded.(map[string]any)
	if !isObject {
		return errors.New("a boolean schema is not supported")
	}
	for _, keyword := range slices.Sorted(maps.Keys(found)) {
		if !slices.Contains(understood, keyword) && !strings.HasPrefix(keyword, "x-") {
			return fmt.Errorf("the keyword %s is not supported", keyword)
		}
	}
	if len(schema.Type.Slice()) > 1 {
		return errors.New("more than one type is not supported")
	}
	return nil
}

// flatten returns a schema with the parts of its allOf merged into it, and the name of the component that describes it, "" if
// it is inline. The merged schema has only what a shape reads. within are the schemas whose allOf leads here.
func flatten(ref *openapi3.SchemaRef, within ...*openapi3.Schema) (name string, schema *openapi3.Schema, err error) {
	name, schema = componentName(ref.Ref), ref.Value
	if err := checkKeywords(schema, keywords); err != nil {
		return name, nil, err
	}
	if len(schema.AllOf) == 0 {
		return name, schema, nil
	}
	if slices.Contains(within, schema) {
		return name, nil, errors.New("it is a part of its own allOf")
	}
	own := *schema
	own.AllOf = nil
	parts := []*openapi3.Schema{&own}
	var names []string
	nullable := true
	for _, ref := range schema.AllOf {
		partName, part, err := flatten(ref, append(within, schema)...)
		if err != nil {
			return name, nil, fmt.Errorf("allOf: %w", inSchema(partName, err))
		}
		if partName != "" {
			names = append(names, partName)
		}
		nullable = nullable && part.Nullable
		parts = append(parts, part)
	}
	if name == "" && len(names) == 1 {
		name = names[0]
	}
	whole, err := merge(parts)
	if err != nil {
		return name, nil, err
	}
	whole.Nullable = schema.Nullable || nullable
	return name, whole, nil
}

// merge makes one schema of the parts of an allOf. A value is valid if it is valid for each part, so the tightest bound counts,
// and parts that describe one thing must describe it alike.
func merge(parts []*openapi3.Schema) (*openapi3.Schema, error) {
	whole := &openapi3.Schema{Properties: make(openapi3.Schemas), Extensions: make(map[string]any)}
	for _, part := range parts {
		err := cmp.Or(
			agree("type", &whole.Type, part.Type),
			agree("format", &whole.Format, part.Format),
			agree("enum", &whole.Enum, part.Enum),
			agree("items", &whole.Items, part.Items),
			agree("additionalProperties", &whole.AdditionalProperties.Schema, part.AdditionalProperties.Schema),
			mergeMap("property", whole.Properties, part.Properties),
			mergeExtensions(whole.Extensions, part.Extensions),
		)
		if err != nil {
			return nil, err
		}
		whole.Min, whole.Max = greatest(whole.Min, part.Min), least(whole.Max, part.Max)
		whole.MaxLength = least(whole.MaxLength, part.MaxLength)
		whole.MaxItems = least(whole.MaxItems, part.MaxItems)
		whole.Required = append(whole.Required, part.Required...)
		if isClosed(part) {
			whole.AdditionalProperties.Has = part.AdditionalProperties.Has
		}
	}
	if isClosed(whole) {
		whole.AdditionalProperties.Schema = nil
	}
	for _, part := range parts {
		if !isClosed(part) && part.AdditionalProperties.Schema == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(whole.Properties)) {
			if part.Properties[name] == nil {
				return nil, fmt.Errorf("the parts of allOf do not agree: one has the property %s, another has additionalProperties and does not name it", name)
			}
		}
	}
	return whole, nil
}

func isClosed(schema *openapi3.Schema) bool {
	has := schema.AdditionalProperties.Has
	return has != nil && !*has
}

// agree sets what a keyword of the whole is from a part. It is an error if the whole has it already and it is another.
func agree[T any](keyword string, whole *T, part T) error {
	switch {
	case reflect.ValueOf(&part).Elem().IsZero():
	case reflect.ValueOf(whole).Elem().IsZero():
		*whole = part
	case !reflect.DeepEqual(*whole, part):
		return fmt.Errorf("the parts of allOf do not agree on %s", keyword)
	}
	return nil
}

// mergeMap adds what a part has under each name.
func mergeMap[T any](kind string, whole, part map[string]T) error {
	for _, name := range slices.Sorted(maps.Keys(part)) {
		value := whole[name]
		if err := agree(kind+" "+name, &value, part[name]); err != nil {
			return err
		}
		whole[name] = value
	}
	return nil
}

func mergeExtensions(whole, part map[string]any) error {
	navigation, err := listOf(part, extNavigation)
	if err != nil {
		return err
	}
	if len(navigation) > 0 {
		known, _ := whole[extNavigation].([]any)
		whole[extNavigation] = append(slices.Clip(known), navigation...)
	}
	spellings, err := mapOf(part, extSpellings)
	if err != nil {
		return err
	}
	if len(spellings) > 0 {
		known, _ := whole[extSpellings].(map[string]any)
		merged := make(map[string]any)
		maps.Copy(merged, known)
		if err := mergeMap(extSpellings, merged, spellings); err != nil {
			return err
		}
		whole[extSpellings] = merged
	}
	for _, name := range []string{extSnakeNulls, extMaxLength, extAsSent} {
		if value, there := part[name]; there {
			whole[name] = value
		}
	}
	numbers := whole[extNumbers]
	if err := agree(extNumbers, &numbers, part[extNumbers]); err != nil {
		return err
	}
	if numbers != nil {
		whole[extNumbers] = numbers
	}
	return nil
}

// listOf returns an extension that must be a list of strings.
func listOf(extensions map[string]any, name string) ([]any, error) {
	value, there := extensions[name]
	list, isList := value.([]any)
	if there && (!isList || slices.ContainsFunc(list, isNoString)) {
		return nil, fmt.Errorf("%s must be a list of strings", name)
	}
	return list, nil
}

// numbersOf returns the extension that has the numbers of an enumeration's members.
func numbersOf(extensions map[string]any) (map[string]int, error) {
	value, there := extensions[extNumbers]
	object, isObject := value.(map[string]any)
	if there && !isObject {
		return nil, fmt.Errorf("%s must be an object", extNumbers)
	}
	numbers := make(map[string]int, len(object))
	for name, value := range object {
		number, isNumber := value.(float64)
		if !isNumber || number != float64(int32(number)) {
			return nil, fmt.Errorf("%s must have integers: see %s", extNumbers, name)
		}
		numbers[name] = int(number)
	}
	return numbers, nil
}

// mapOf returns an extension that must be an object whose values are strings.
func mapOf(extensions map[string]any, name string) (map[string]any, error) {
	value, there := extensions[name]
	object, isObject := value.(map[string]any)
	if there && (!isObject || slices.ContainsFunc(slices.Collect(maps.Values(object)), isNoString)) {
		return nil, fmt.Errorf("%s must be an object whose values are strings", name)
	}
	return object, nil
}

func isNoString(value any) bool {
	_, isString := value.(string)
	return !isString
}

func least[T cmp.Ordered](a, b *T) *T {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}

func greatest[T cmp.Ordered](a, b *T) *T {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// inSchema adds the name of a component to an error, if it has one.
func inSchema(name string, err error) error {
	if err == nil || name == "" {
		return err
	}
	return fmt.Errorf("schema %s: %w", name, err)
}

func componentName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }
