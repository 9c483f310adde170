package contract

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// Violation is one way in which a request breaks the contract. It repeats names, as Shown returns them, but no values, because
// those may be personal.
type Violation struct {
	Code    string // such as UnknownProperty
	Target  string // a JSON pointer into the body, or the name of a header, path parameter or query option
	Message string // what is wrong, and what would be right
}

func duplicateProperty(path []string) Violation {
	return Violation{"DuplicateProperty", pointerOf(path), fmt.Sprintf("The property '%s' occurs more than once in its object. Send it once.", nameOf(path))}
}

func duplicateSpelling(pointer, name, property string) Violation {
	return Violation{"DuplicateProperty", pointer, fmt.Sprintf("The property '%s' occurs more than once in its object, here as '%s'. Send it once.", property, name)}
}

func unknownProperty(pointer, name, meant, typeName string) Violation {
	message := fmt.Sprintf("The property '%s' does not exist on type '%s'.", Shown(name), typeName)
	if meant != "" {
		message += fmt.Sprintf(" Did you mean '%s'?", meant)
	}
	return Violation{"UnknownProperty", pointer, message + " Make sure to only use property names that are defined by the type."}
}

func navigationProperty(pointer, name string, s *shape) Violation {
	return Violation{"NavigationProperty", pointer, fmt.Sprintf("Cannot apply %s to navigation property '%s' on entity type '%s'. Leave it out.", s.verb, name, s.typeName)}
}

func nulCharacter(path []string) Violation {
	return Violation{"NulCharacter", pointerOf(path), fmt.Sprintf("The value of '%s' contains U+0000, which is not allowed.", nameOf(path))}
}

func tooLong(path []string, bound int) Violation {
	return Violation{"TooLong", pointerOf(path), fmt.Sprintf("The value of '%s' is longer than %d characters.", nameOf(path), bound)}
}

func wrongType(pointer string, s *shape) Violation {
	return Violation{"WrongType", pointer, fmt.Sprintf("Cannot convert the value to the expected type '%s'. Allowed: %s.", s.typeName, s.allowed)}
}

func notAnInteger(pointer string, s *shape) Violation {
	return Violation{"NotAnInteger", pointer, fmt.Sprintf("Cannot convert the number to the expected type '%s'. Allowed: %s, without a fraction or an exponent.", s.typeName, s.allowed)}
}

func unknownMember(pointer, meant string, s *shape) Violation {
	message := fmt.Sprintf("Requested value was not found in '%s'. Allowed: %s.", s.typeName, s.allowed)
	if meant != "" {
		message += fmt.Sprintf(" Did you mean '%s'?", meant)
	}
	return Violation{"UnknownMember", pointer, message}
}

func otherID(pointer string) Violation {
	return Violation{"IdMismatch", pointer, "The id in the body is not the id in the path. Leave it out, or send the same id."}
}

// fromSchema describes in our words what kin-openapi found wrong with a value of a body. Its own words may repeat the value.
func fromSchema(e *openapi3.SchemaError, body *shape) Violation {
	path := e.JSONPointer()
	pointer, name := pointerOf(path), nameOf(path)
	switch e.SchemaField {
	case "nullable", "enum", "type", "format", "minimum", "maximum":
		return notAllowed(e, body, path)
	case "maxLength":
		return tooLong(path, int(*e.Schema.MaxLength))
	case "minLength":
		if e.Schema.MinLength == 1 {
			return Violation{"TooShort", pointer, fmt.Sprintf("The value of '%s' is empty.", name)}
		}
		return Violation{"TooShort", pointer, fmt.Sprintf("The value of '%s' is shorter than %d characters.", name, e.Schema.MinLength)}
	case "maxItems":
		return Violation{"TooMany", pointer, fmt.Sprintf("'%s' has more than %d elements.", name, *e.Schema.MaxItems)}
	case "maxProperties":
		return Violation{"TooMany", pointer, fmt.Sprintf("'%s' has more than %d members.", name, *e.Schema.MaxProps)}
	case "pattern":
		if description := phraseOf(e.Schema); description != "" {
			return Violation{"Malformed", pointer, fmt.Sprintf("The value of '%s' is not valid: it must be %s.", name, description)}
		}
	case "required":
		return Violation{"MissingProperty", pointer, fmt.Sprintf("The property '%s' is missing.", name)}
	}
	return Violation{"SchemaViolation", pointer, fmt.Sprintf("The value of '%s' breaks the rule '%s' of its schema.", name, e.SchemaField)}
}

// notAllowed describes a value that is not one of those that its type allows.
func notAllowed(e *openapi3.SchemaError, body *shape, path []string) Violation {
	at, pointer, name := body.at(path), pointerOf(path), nameOf(path)
	text, isText := e.Value.(string)
	switch {
	case name == "@odata.type" && len(at.members) > 0:
		return Violation{"WrongEntityType", pointer, fmt.Sprintf("The type is not assignable to the expected type '%s'. Leave '@odata.type' out, or send '%s'.", body.typeName, at.members[0])}
	case e.Value == nil && len(path) > 0:
		instead := "Leave it out, or send one of its values"
		if at.required {
			instead = "Send one of its values"
		}
		return Violation{"NullValue", pointer, fmt.Sprintf("A null value was found for the property named '%s', which has the expected type '%s[Nullable=False]'. %s: %s.", name, at.typeName, instead, at.allowed)}
	case e.SchemaField == "enum" && isText:
		return unknownMember(pointer, Nearest(text, at.members), at.shape)
	case e.SchemaField == "format" && isText && e.Schema.Format != "date-time":
		return Violation{"Malformed", pointer, fmt.Sprintf("The value of '%s' does not have the format '%s'.", name, e.Schema.Format)}
	case e.SchemaField == "format" && isText:
		return Violation{"InvalidDateTime", pointer, fmt.Sprintf("Cannot convert the value to the expected type '%s'. Allowed: %s.", at.typeName, at.allowed)}
	case e.SchemaField == "type" || e.SchemaField == "enum" || e.SchemaField == "nullable":
		return wrongType(pointer, at.shape)
	}
	return Violation{"OutOfRange", pointer, fmt.Sprintf("Cannot convert the number to the expected type '%s'. Allowed: %s.", at.typeName, at.allowed)}
}

// phraseOf returns a schema's description as the end of a sentence.
func phraseOf(schema *openapi3.Schema) string {
	return lowerFirst(strings.TrimSuffix(strings.TrimSpace(schema.Description), "."))
}

// each calls f for every innermost SchemaError in err.
func each(err error, f func(*openapi3.SchemaError)) {
	switch e := err.(type) {
	case nil:
	case openapi3.MultiError:
		for _, err := range e {
			each(err, f)
		}
	case *openapi3.SchemaError:
		var inner openapi3.MultiError
		if e.SchemaField == "allOf" && errors.As(e.Origin, &inner) {
			each(inner, f)
			return
		}
		f(e)
	default:
		each(errors.Unwrap(err), f)
	}
}

// nameOf returns the name of the value at a path.
func nameOf(path []string) string {
	if len(path) == 0 {
		return "body"
	}
	return Shown(path[len(path)-1])
}

// Shown returns a name that a client sent in the form in which an answer may repeat it: cut after 64 characters, and "…" if it
// looks like an e-mail address.
func Shown(name string) string {
	if looksPersonal(name) {
		return "…"
	}
	if utf8.RuneCountInString(name) <= maxShown {
		return name
	}
	return string([]rune(name)[:maxShown]) + "…"
}

// Limits on what an answer repeats: the characters of a name and the names of a pointer.
const (
	maxShown = 64
	maxDepth = 16
)

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

// pointerOf returns the JSON pointer (RFC 6901) of a path, with names as Shown returns them. It ends after maxDepth names.
func pointerOf(path []string) string {
	var pointer strings.Builder
	for i, name := range path {
		if i == maxDepth {
			pointer.WriteString("/…")
			break
		}
		pointer.WriteString("/" + escapePointer.Replace(Shown(name)))
	}
	return pointer.String()
}
