package api

import (
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

// weakTags are those of If-None-Match, in which a weak tag stands for the strong one (RFC 9110, 8.8.3.2).
func weakTags(header *string) []string {
	tags := entityTags(header)
	for i, tag := range tags {
		tags[i] = strings.TrimPrefix(tag, "W/")
	}
	return tags
}
