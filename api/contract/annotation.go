package contract

import (
	"regexp"
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

// controlInformation are the annotations of OData itself, in lower case, which may have the prefix "odata.".
var controlInformation = []string{
	"associationlink", "bind", "collectionannotations", "context", "count", "delta", "deltalink", "editlink", "etag", "id",
	"mediacontenttype", "mediaeditlink", "mediaetag", "mediareadlink", "metadataetag", "navigationlink", "nextlink", "null",
	"readlink", "removed", "type",
}

// vocabularyTerm matches a term of Graph or of a vocabulary of OData, such as Core.Description.
var vocabularyTerm = regexp.MustCompile(`^(microsoft\.graph|Org\.OData\.[A-Z][A-Za-z]+\.V1|Aggregation|Authorization|Capabilities|Core|Measures|Temporal|Validation)\.[A-Za-z]+$`)

// isKnownTerm reports whether an annotation has a term of OData or of Graph, and not the host name of an e-mail address.
func isKnownTerm(term string) bool {
	term, _, _ = strings.Cut(term, "#")
	return slices.Contains(controlInformation, strings.TrimPrefix(Fold(term), "odata.")) || vocabularyTerm.MatchString(term)
}

// looksPersonal reports whether a name has the form of an e-mail address or a user principal name: an @ with something on both
// sides, unless a term of OData or of Graph follows it.
func looksPersonal(name string) bool {
	before, rest, found := strings.Cut(name, "@")
	for found {
		var after string
		after, rest, found = strings.Cut(rest, "@")
		if before != "" && after != "" && !isKnownTerm(after) {
			return true
		}
		before = after
	}
	return false
}
