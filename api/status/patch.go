package status

import (
	"fmt"

	"installstatus/api/query"
)

// Patch is what a PATCH asks for: each property is kept, or set to a value, which for a Text may be null.
type Patch struct {
	Given Set    // the properties that it sets
	To    Status // has their new values
}

// Set is a set of properties of a Status. Bit i is Properties[i].
type Set uint64

// Has reports whether the set contains Properties[i].
func (set Set) Has(i int) bool { return set&(1<<i) != 0 }

// everySettable contains all properties but the id.
const everySettable Set = 1<<len(Properties) - 1 - 1

// PatchOf returns the patch that sets the named properties to their values in to. It panics if there is no such property.
func PatchOf(to Status, properties ...string) Patch {
	p := Patch{To: to}
	for _, name := range properties {
		i, ok := indexOf(name)
		if !ok {
			panic("a Status has no property " + name)
		}
		p.Given |= 1 << i
	}
	return p
}

func indexOf(property string) (i int, ok bool) {
	for i := range Properties {
		if Properties[i].Name == property {
			return i, true
		}
	}
	return 0, false
}

// Set makes the patch set a property. It returns an error if a PATCH cannot set the property to v.
func (p *Patch) Set(property string, v query.Value) error {
	i, ok := indexOf(property)
	if !ok {
		return fmt.Errorf("a Status has no property %s", property)
	}
	if err := Properties[i].parse(&p.To, v); err != nil {
		return err
	}
	p.Given |= 1 << i
	return nil
}

// And returns the patch that sets what p or q sets. Where both set a property, q decides.
func (p Patch) And(q Patch) Patch {
	return Patch{Given: p.Given | q.Given, To: q.Apply(p.To)}
}

// Gives reports whether the patch sets a property.
func (p Patch) Gives(property string) bool {
	i, ok := indexOf(property)
	return ok && p.Given.Has(i)
}

// Apply returns s after the patch.
func (p Patch) Apply(s Status) Status {
	both := &struct{ from, to Status }{p.To, s} // one allocation
	for i := range Properties {
		if p.Given.Has(i) {
			Properties[i].copy(&both.to, &both.from)
		}
	}
	return both.to
}

// Whole returns the patch that gives any status all of s but its id.
func (s Status) Whole() Patch { return Patch{Given: everySettable, To: s} }
