package transfer

import (
	"maps"
	"slices"
	"strings"

	"installstatus/api/query"
	"installstatus/server/transfer/intune"
)

// additionalProperties is the member in which Microsoft's SDKs keep what they do not know.
const additionalProperties = "AdditionalProperties"

// isStrict reports whether an object is to be read as the API reads an entity: no member is spelled as reports and PowerShell spell
// it. Python's SDK writes null under names in snake_case, which the API accepts.
func isStrict(members map[string]any) bool {
	for name, value := range members {
		column := intune.ColumnOf(name)
		isSnake := value == nil && strings.Contains(name, "_")
		if column != intune.None && name != column.Member() && !isSnake || strings.EqualFold(name, additionalProperties) {
			return false
		}
	}
	return true
}

// lenient reads a row of a report, or an entity if the object has a member that only entities have. Names are matched as
// intune.ColumnOf does. What is not read is noted.
func (o *objects) lenient(line int, members map[string]any) (Row, error) {
	object := lenientObject{invalid: RowError{Line: line}}
	object.add(members, false)
	if more, isObject := object.more.(map[string]any); isObject {
		object.add(more, true)
	}
	for _, name := range object.ignored {
		if !object.cells.Repeat(name) {
			o.notes.ignore(name, 1)
		}
	}
	if len(object.invalid.Problems) > 0 {
		return Row{}, &object.invalid
	}
	if object.cells.IsEntity() && len(object.annotations) > 0 {
		object.annotations[query.ID] = "id"
		if _, err := entityRow(line, object.annotations, nil, o.entities, o.options.Dates); err != nil {
			return Row{}, err
		}
	}
	return intuneRow(line, &object.cells, o.options)
}

// lenientObject is an object whose members have any spelling.
type lenientObject struct {
	cells       intune.Cells
	annotations map[string]any
	more        any // the value of additionalProperties
	ignored     []string
	invalid     RowError
}

// add adds members, which are of AdditionalProperties or of the object itself.
func (o *lenientObject) add(members map[string]any, areAdditional bool) {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := members[name]
		switch column := intune.ColumnOf(name); {
		case column != intune.None:
			o.set(column, name, value, areAdditional)
		case strings.HasPrefix(name, "@"):
			if o.annotations == nil {
				o.annotations = make(map[string]any)
			}
			o.annotations[name] = value
		case strings.Contains(name, "@"):
		case strings.EqualFold(name, additionalProperties) && isObject(value) && !areAdditional:
			o.more = value
		case strings.EqualFold(name, additionalProperties) && isEmpty(value), strings.EqualFold(name, "App") && value == nil:
		default:
			o.ignored = append(o.ignored, name)
		}
	}
}

func isObject(value any) bool {
	_, is := value.(map[string]any)
	return is
}

func isEmpty(value any) bool {
	list, isList := value.([]any)
	return value == nil || value == "" || isList && len(list) == 0
}

func (o *lenientObject) set(column intune.Column, name string, value any, isAdditional bool) {
	cell := &o.cells[column]
	text, ok := textOf(value)
	switch {
	case !ok:
		o.problem(name, "neither a string nor a number")
	case cell.Name == "", isAdditional && cell.Text == "":
		*cell = intune.Cell{Name: OneLine(clip(name)), Text: text}
	case isAdditional && cell.Text == text:
	default:
		o.problem(name, "occurs twice, also as "+cell.Name)
	}
}

func (o *lenientObject) problem(column, reason string) {
	o.invalid.Problems = append(o.invalid.Problems, newProblem(column, reason))
}
