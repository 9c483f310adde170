package contract

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// normalise applies the rules that no schema can express to a decoded value, in place: it spells members of enumerations as the
// contract does, removes annotations and names that are not allowed, and adds what is wrong to found.
func (s *shape) normalise(value any, path []string, found *findings) any {
	switch value := value.(type) {
	case string:
		if strings.IndexByte(value, 0) >= 0 { // Rule 8.
			found.addAt(path, func() Violation { return nulCharacter(path) })
		}
		if s.bounded && utf8.RuneCountInString(value) > s.maxLength {
			found.addAt(path, func() Violation { return tooLong(path, s.maxLength) })
		}
		if member := s.member(value); member != nil {
			return member
		}
	case json.Number:
		if s.integer && strings.ContainsAny(string(value), ".eE") { // Rule 12.
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
		s.normaliseObject(value, path, found)
	}
	return value
}

// member returns the member of an enumeration with a name, in either case; nil if there is none. Rule 11.
func (s *shape) member(name string) any {
	if s.folded == nil {
		return nil
	}
	if member := s.folded[name]; member != nil {
		return member
	}
	return s.folded[Fold(name)]
}

func (s *shape) normaliseObject(object map[string]any, path []string, found *findings) {
	if s.properties == nil {
		return
	}
	var unknown []string
	for name, value := range object {
		switch p, named := s.properties[name]; {
		case named:
			object[name] = p.normalise(value, append(path, name), found)
		case s.ignores(name, object):
			delete(object, name)
		case s.others != nil:
			object[name] = s.others.normalise(value, append(path, name), found)
		default:
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		if s.respell(object, name, path, found) || s.refuses(name, path, found) {
			delete(object, name)
		}
	}
}

// respell copies the value of another spelling to its property. It returns false if the name is not another spelling. Rules 9, 10
// and 20.
func (s *shape) respell(object map[string]any, name string, path []string, found *findings) bool {
	is, spelled := s.spellings[name]
	value := object[name]
	if !spelled || is.nullOnly && value != nil {
		return false
	}
	other, taken := object[is.name]
	switch {
	case taken && value == nil && !is.nullOnly && s.properties[is.name].nullable:
	case taken && (other != nil || is.nullOnly):
		found.add(duplicateSpelling(pointerOf(append(path, name)), name, is.name))
	default:
		object[is.name] = s.properties[is.name].normalise(value, append(path, is.name), found)
	}
	return true
}

// refuses reports whether the schema does not allow a name.
func (s *shape) refuses(name string, path []string, found *findings) bool {
	property, _, isAnnotation := AnnotationOf(name)
	at := append(path, name)
	switch {
	case slices.Contains(s.navigation, property): // Rule 15.
		found.add(navigationProperty(pointerOf(at), property, s))
	case s.closed: // Rule 9.
		found.count(func() Violation {
			shown := property
			if !isAnnotation || looksPersonal(name) {
				shown = name
			}
			return unknownProperty(pointerOf(at), shown, Nearest(property, s.names), s.typeName)
		})
	default:
		return false
	}
	return true
}
