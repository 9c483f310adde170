package query

// OneOf returns texts such that in every row for which the filter is true, the property is one of them. It returns nil if the
// filter does not limit the property to such texts.
func OneOf(f Filter, property string) (texts []string) {
	switch f := f.(type) {
	case Comparison:
		if f.Operator == Equal {
			return OneOf(In{f.Property, f.Case, []Value{f.Value}}, property)
		}
	case In:
		if f.Property != property || f.Case != "" {
			return nil
		}
		for _, value := range f.Values {
			if value.Kind != TextKind {
				return nil
			}
			texts = append(texts, value.Text)
		}
	case Is:
		if f.Value {
			return OneOf(f.Of, property)
		}
	case And:
		left, right := OneOf(f.Left, property), OneOf(f.Right, property)
		if left == nil || right != nil && len(right) < len(left) {
			return right
		}
		return left
	case Or:
		left, right := OneOf(f.Left, property), OneOf(f.Right, property)
		if left != nil && right != nil {
			return append(left, right...)
		}
	}
	return texts
}
