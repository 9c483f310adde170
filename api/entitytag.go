package api

import "strings"

// entityTags returns the tags of an If-Match or If-None-Match header that the contract has accepted: each with its quotes and its
// W/, or "*". It returns nil if there is no header, and an empty slice if the header has no tag.
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

// weakTags returns the tags of an If-None-Match header without W/: a weak tag matches the strong one (RFC 9110, 8.8.3.2).
func weakTags(header *string) []string {
	tags := entityTags(header)
	for i, tag := range tags {
		tags[i] = strings.TrimPrefix(tag, "W/")
	}
	return tags
}
