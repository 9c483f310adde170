package contract

import (
	"slices"
	"strings"
)

// AnnotationOf splits the name of an annotation (OData JSON Format 4.01, section 20) into the property that it annotates and the
// rest. The property is "" if it annotates the object, or another annotation of the object.
func AnnotationOf(name string) (property, term string, isAnnotation bool) {
	property, term, _ = strings.Cut(name, "@")
	return property, term, term != ""
}

// ignores reports whether a name of an object is an annotation that the object may have and that changes nothing. Rule 10.
func (s *shape) ignores(name string, object map[string]any) bool {
	property, term, isAnnotation := AnnotationOf(name)
	if _, spelled := s.spellings[name]; spelled || !isAnnotation {
		return false
	}
	if property == "" {
		return true
	}
	if slices.Contains(s.navigation, property) {
		return !setsNavigation(term)
	}
	_, known := s.properties[property]
	if !known && s.others != nil {
		_, known = object[property]
	}
	return known
}

// leavesUnread reports whether no rule reads the value of a name that is no property, whether the name is ignored or refused.
func (s *shape) leavesUnread(name string) bool {
	property, _, isAnnotation := AnnotationOf(name)
	return isAnnotation && (s.others == nil || property == "")
}

// setsNavigation reports whether an annotation of a navigation property changes what it leads to. Rule 15.
func setsNavigation(term string) bool {
	term, _, _ = strings.Cut(Fold(term), "#")
	term = strings.TrimPrefix(term, "odata.")
	return term == "bind" || term == "delta"
}

// controlInformation is what annotations of OData itself are called, with or without the prefix "odata.".
var controlInformation = []string{
	"associationLink", "bind", "collectionAnnotations", "context", "count", "delta", "deltaLink", "editLink", "etag", "id",
	"mediaContentType", "mediaEditLink", "mediaEtag", "mediaReadLink", "metadataEtag", "navigationLink", "nextLink", "null",
	"readLink", "removed", "type",
}

// looksPersonal reports whether a name has the form of an e-mail address or a user principal name: an @ with something on both
// sides, unless it is an annotation of OData itself.
func looksPersonal(name string) bool {
	before, rest, found := strings.Cut(name, "@")
	for found {
		var after string
		after, rest, found = strings.Cut(rest, "@")
		term, _, _ := strings.Cut(after, "#")
		if before != "" && after != "" && !slices.Contains(controlInformation, strings.TrimPrefix(term, "odata.")) {
			return true
		}
		before = after
	}
	return false
}
