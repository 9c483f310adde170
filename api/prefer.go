package api

import "strings"

// preferences are what a Prefer header (RFC 7240) asks for and this server can do.
type preferences struct {
	returning       string // "minimal", "representation", or "" where nothing was preferred
	createIfMissing bool
}

// parsePrefer reads a Prefer header, its lines joined by commas. If a preference stands twice, the first counts; one
// that is unknown or malformed is ignored.
func parsePrefer(header *string) (p preferences) {
	if header == nil {
		return p
	}
	for preference := range splitQuoted(*header, ',') {
		for token := range splitQuoted(preference, ';') {
			name, value, _ := strings.Cut(token, "=")
			name = strings.ToLower(strings.TrimSpace(name))
			value = strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`))
			switch {
			case name == "return" && p.returning == "" && (value == "minimal" || value == "representation"):
				p.returning = value
			case name == "create-if-missing" && value == "":
				p.createIfMissing = true
			}
			break // what follows are parameters of the preference
		}
	}
	return p
}

// applied is the Preference-Applied header, "" for none.
func (p preferences) applied(created bool) string {
	var followed []string
	if p.returning != "" {
		followed = append(followed, "return="+p.returning)
	}
	if created {
		followed = append(followed, "create-if-missing")
	}
	return strings.Join(followed, ", ")
}

// splitQuoted yields the parts of s between separators that do not stand in a quoted string.
func splitQuoted(s string, separator byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start, quoted := 0, false
		for i := range len(s) {
			switch {
			case s[i] == '"':
				quoted = !quoted
			case s[i] == separator && !quoted:
				if !yield(s[start:i]) {
					return
				}
				start = i + 1
			}
		}
		yield(s[start:])
	}
}
