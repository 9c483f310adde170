package contract

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// normalise applies the rules that no schema can express to a decoded value, in place: it spells members of enumerations as the
// contract does, removes annotations and names that are not allowed, and adds what is wrong to found.
func (s *shape) normalise(value any, path []string, found *findings) any {
	switch value := value.(type) {
	case string:
		if strings.IndexByte(value, 0) >= 0 { // Rule 8.
			found.addAt(path, func() Violation { return nulCharacter(path) })
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
	s.respell(object)
	var unknown []string
	for name, value := range object {
		if of := s.of(name); of != anything {
			object[name] = of.normalise(value, append(path, name), found)
		} else {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		if s.removes(name, path, found) {
			delete(object, name)
		}
	}
}

// respell renames the properties that have another spelling, unless the object has the contract's spelling too. Rule 20.
func (s *shape) respell(object map[string]any) {
	for spelling, name := range s.spellings {
		value, there := object[spelling]
		if _, taken := object[name]; there && !taken {
			object[name] = value
			delete(object, spelling)
		}
	}
}

// removes reports whether an object loses a name that its schema does not have. An annotation is removed silently, unless it
// would set a navigation property or belongs to a property that the schema does not have either.
func (s *shape) removes(name string, path []string, found *findings) bool {
	property, term, isAnnotation := strings.Cut(name, "@odata.")
	_, known := s.properties[property]
	isNavigation := slices.Contains(s.navigation, property)
	switch at := append(path, name); {
	case isAnnotation && (property == "" || known || isNavigation && term != "bind"): // Rule 10.
	case isNavigation: // Rule 15.
		found.add(navigationProperty(pointerOf(at), property, s))
	case s.closed: // Rule 9.
		found.count(func() Violation {
			return unknownProperty(pointerOf(at), property, Nearest(property, s.names), s.typeName)
		})
	default:
		return false
	}
	return true
}
