package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"installstatus/api/contract"
)

// accepts reports whether the Accept header allows a response of the operation: its media type, or JSON, which errors have. So a
// client that sends the same Accept with every request can read a count, too.
func accepts(r *http.Request, operation *contract.Operation) bool {
	lines := r.Header.Values("Accept")
	if len(lines) == 0 || len(lines) == 1 && strings.TrimSpace(lines[0]) == "" {
		return true
	}
	return allows(lines, contract.MediaType) ||
		slices.ContainsFunc(operation.Produces, func(mediaType string) bool { return allows(lines, mediaType) })
}

// allows reports whether the lines of an Accept header allow a media type (RFC 9110, 12.5.1): the most specific range that covers
// the type decides. Of a range's parameters only q counts.
func allows(lines []string, mediaType string) bool {
	kind, _, _ := strings.Cut(mediaType, "/")
	ranges := []string{"*/*", kind + "/*", mediaType} // from the least specific to the most
	best, accepted := -1, false
	for _, line := range lines {
		for element := range strings.SplitSeq(line, ",") {
			mediaRange, parameters, _ := strings.Cut(element, ";")
			if precedence := slices.Index(ranges, strings.ToLower(strings.TrimSpace(mediaRange))); precedence > best {
				best, accepted = precedence, true
				for parameter := range strings.SplitSeq(parameters, ";") {
					name, value, _ := strings.Cut(parameter, "=")
					if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); strings.EqualFold(strings.TrimSpace(name), "q") && err == nil && q <= 0 {
						accepted = false
					}
				}
			}
		}
	}
	return accepted
}
