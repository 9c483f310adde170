package api

import (
	"net/http"
	"strconv"
	"strings"
)

// acceptsJSON reports whether the Accept header allows JSON (RFC 9110, 12.5.1): the most specific range that covers
// application/json decides. Of a range's parameters only q counts.
func acceptsJSON(r *http.Request) bool {
	lines := r.Header.Values("Accept")
	if len(lines) == 0 || len(lines) == 1 && strings.TrimSpace(lines[0]) == "" {
		return true
	}
	ranges := map[string]int{"*/*": 1, "application/*": 2, "application/json": 3}
	best, accepted := 0, false
	for _, line := range lines {
		for element := range strings.SplitSeq(line, ",") {
			mediaRange, parameters, _ := strings.Cut(element, ";")
			if precedence := ranges[strings.ToLower(strings.TrimSpace(mediaRange))]; precedence > best {
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
