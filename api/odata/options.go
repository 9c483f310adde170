package odata

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"installstatus/api/query"
)

// OrderBy parses an $orderby: a comma-separated list of properties, each optionally followed by asc or desc.
func (p *Parser) OrderBy(text string) (orders []query.Order, err error) {
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Fields(part)
		if len(words) == 0 || len(words) > 2 {
			return nil, errors.New("each item must be a property, optionally followed by asc or desc")
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
				return nil, errors.New("only asc, desc or a comma can follow a property")
			}
		}
		if slices.ContainsFunc(orders, func(o query.Order) bool { return o.Property == property }) {
			return nil, fmt.Errorf("%s is listed twice", property)
		}
		orders = append(orders, order)
	}
	return orders, nil
}

// Select parses a $select: a comma-separated list of properties. It returns nil for *, which selects all.
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
