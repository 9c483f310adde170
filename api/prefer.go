package api

import "strings"

// preferences are the preferences of a Prefer header (RFC 7240) that this server can follow.
type preferences struct {
	returning       string // "minimal", "representation", or "" if the client prefers neither
	createIfMissing bool
}

// parsePrefer reads a Prefer header whose lines are joined by commas. If a preference occurs twice, the first one counts. Unknown
// and malformed preferences are ignored.
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
			break // the rest are parameters of the preference
		}
	}
	return p
}

// applied returns the Preference-Applied header, "" if there is none.
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

// splitQuoted yields the parts of s between separators that are not inside a quoted string.
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
