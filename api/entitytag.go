package api

import (
	"slices"
	"strings"
)

// entityTags reads an If-Match or If-None-Match header that the contract has accepted: the tags as they stand, a W/ and
// the quotes included, or "*". It is nil without a header, and empty for a list of none.
func entityTags(header *string) []string {
	if header == nil {
		return nil
	}
	tags := []string{}
	for tag := range splitQuoted(*header, ',') {
		if tag = strings.Trim(tag, " \t"); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// matchesWeakly is If-None-Match's comparison (RFC 9110, 8.8.3.2).
func matchesWeakly(tags []string, etag string) bool {
	return slices.ContainsFunc(tags, func(tag string) bool {
		return tag == "*" || strings.TrimPrefix(tag, "W/") == etag
	})
}
