package odata

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"installstatus/api/query"
)

// OrderBy reads an $orderby: properties with commas between them, each with asc or desc if need be.
func (p *Parser) OrderBy(text string) (orders []query.Order, err error) {
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Fields(part)
		if len(words) == 0 || len(words) > 2 {
			return nil, errors.New("each part must be a property, and asc or desc if need be")
		}
		property, _, err := p.property(words[0])
		if err != nil {
			return nil, err
		}
		order := query.Order{Property: property}
		if len(words) == 2 {
			switch strings.ToLower(words[1]) {
			case "asc":
			case "desc":
				order.Descending = true
			default:
				return nil, errors.New("a property is followed by asc, by desc, or by a comma")
			}
		}
		if slices.ContainsFunc(orders, func(o query.Order) bool { return o.Property == property }) {
			return nil, fmt.Errorf("%s stands twice", property)
		}
		orders = append(orders, order)
	}
	return orders, nil
}

// Select reads a $select: properties with commas between them, or * for all of them (nil).
func (p *Parser) Select(text string) (properties []string, err error) {
	all := false
	for part := range strings.SplitSeq(text, ",") {
		name := strings.TrimSpace(part)
		if name == "*" {
			all = true
			continue
		}
		property, _, err := p.property(name)
		if err != nil {
			return nil, err
		}
		properties = append(properties, property)
	}
	if all {
		return nil, nil
	}
	return properties, nil
}
