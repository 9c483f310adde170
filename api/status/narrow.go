package status

// OneOf are texts of which a property has one in every row of which the filter is true; nil where the filter does not tell any.
func OneOf(f Filter, p Property) (texts []string) {
	switch f := f.(type) {
	case Comparison:
		if f.Operator == Equal {
			return OneOf(In{f.Property, []Value{f.Value}}, p)
		}
	case In:
		if f.Property != p {
			return nil
		}
		for _, value := range f.Values {
			if value.Kind != TextKind {
				return nil
			}
			texts = append(texts, value.Text)
		}
	case And:
		left, right := OneOf(f.Left, p), OneOf(f.Right, p)
		if left == nil || right != nil && len(right) < len(left) {
			return right
		}
		return left
	case Or:
		left, right := OneOf(f.Left, p), OneOf(f.Right, p)
		if left != nil && right != nil {
			return append(left, right...)
		}
	}
	return texts
}
