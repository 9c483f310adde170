package storetest

import (
	"fmt"

	"installstatus/api/query"
	"installstatus/api/status"
)

// property is a property of a status that patches can set.
type property struct {
	name     string
	nullable bool
	value    func(n int) query.Value // one of many values, a different one for each n
}

// properties returns all properties that patches can set.
func properties() (all []property) {
	for i, p := range status.Properties {
		if p.Name != query.ID {
			all = append(all, property{name: p.Name, nullable: p.Nullable, value: func(n int) query.Value { return valueOf(i, n) }})
		}
	}
	return all
}

// valueOf returns a value that status.Properties[i] can be set to.
func valueOf(i, n int) query.Value {
	p := status.Properties[i]
	switch p.Field(new(status.Status)).(type) {
	case *int32:
		return query.NumberValue(int64(n))
	case *query.DateTime:
		return query.TextValue(fmt.Sprintf("2017-01-01T00:02:49.%07d-08:00", n))
	case *status.Text:
		return query.TextValue(fmt.Sprintf("%s %d", p.Name, n))
	}
	if p.Value(new(status.Status)).Kind == query.Null {
		return query.TextValue(fmt.Sprintf("detail%d", n))
	}
	return query.TextValue(string(installState(n + (i+1)%2))) // the two states differ
}

// set makes a patch set the property to value n.
func (p property) set(patch *status.Patch, n int) { set(patch, p.name, p.value(n)) }

// clear makes a patch set the property to null.
func (p property) clear(patch *status.Patch) { set(patch, p.name, query.Value{}) }

func set(patch *status.Patch, name string, v query.Value) {
	if err := patch.Set(name, v); err != nil {
		panic(err)
	}
}

// to returns the patch that sets only this property.
func (p property) to(n int) (patch status.Patch) {
	p.set(&patch, n)
	return patch
}

// texts returns the names of the nullable strings.
func texts() (names []string) {
	for _, p := range properties() {
		if p.nullable {
			names = append(names, p.name)
		}
	}
	return names
}

// allTexts returns a patch that sets every nullable string to the same value.
func allTexts(to string) (patch status.Patch) {
	for _, name := range texts() {
		set(&patch, name, query.TextValue(to))
	}
	return patch
}

// everything returns a patch that sets every property to its value n.
func everything(n int) (patch status.Patch) {
	for _, p := range properties() {
		p.set(&patch, n)
	}
	return patch
}

func installState(n int) status.InstallState {
	states := [...]status.InstallState{
		status.InstallStateInstalled, status.InstallStateFailed, status.InstallStateNotInstalled,
		status.InstallStateUninstallFailed, status.InstallStatePendingInstall, status.InstallStateUnknown,
		status.InstallStateNotApplicable,
	}
	return states[n%len(states)]
}

// dateTime parses text, which must be a date and time.
func dateTime(text string) query.DateTime {
	at, err := query.ParseDateTime(text)
	if err != nil {
		panic(err)
	}
	return at
}
