package query

// Case is the case in which a filter sees a string. It changes ASCII letters only, so that every engine, whatever its collation and
// its version of Unicode, changes the same ones.
type Case string

// The cases, in OData's words. The zero Case leaves a string as it is.
const (
	Lower Case = "tolower"
	Upper Case = "toupper"
)

// Of returns s in the case.
func (c Case) Of(s string) string {
	first := byte('A')
	switch c {
	case Lower:
	case Upper:
		first = 'a'
	default:
		return s
	}
	for i := range len(s) {
		if s[i]-first < 26 {
			changed := []byte(s)
			for ; i < len(changed); i++ {
				if changed[i]-first < 26 {
					changed[i] ^= 'a' - 'A'
				}
			}
			return string(changed)
		}
	}
	return s
}

func (c Case) of(v Value) Value {
	v.Text = c.Of(v.Text)
	return v
}
