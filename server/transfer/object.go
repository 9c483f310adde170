package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"installstatus/api"
	"installstatus/api/contract"
	"installstatus/server/transfer/dates"
	"installstatus/server/transfer/intune"
)

// objectRow reads a row from a JSON object that begins on the given line.
func objectRow(line int, text []byte, entities *api.EntityReader, dates dates.Dates) (Row, error) {
	value, duplicates, err := entities.Decode(text)
	if syntax := (*contract.SyntaxError)(nil); errors.As(err, &syntax) {
		return Row{}, newRowError(line+syntax.Line-1, "", fmt.Sprintf("column %d: %s", syntax.Column, syntax.What))
	}
	members, isObject := value.(map[string]any)
	if !isObject {
		return Row{}, newRowError(line, "", "not a JSON object")
	}
	members = unwrapped(members)
	if _, fromIntune := members[intune.DeviceID]; fromIntune {
		if len(duplicates) > 0 {
			return Row{}, violationsError(line, duplicates)
		}
		return intuneObjectRow(line, members, dates)
	}
	return entityRow(line, members, duplicates, entities)
}

// unwrapped returns the object in Graph's answer {"value": {…}}, or the object itself.
func unwrapped(members map[string]any) map[string]any {
	inner, isAnswer := members["value"].(map[string]any)
	for name := range members {
		isAnswer = isAnswer && (name == "value" || strings.Contains(name, "@"))
	}
	if !isAnswer {
		return members
	}
	return inner
}

func entityRow(line int, members map[string]any, duplicates []contract.Violation, entities *api.EntityReader) (Row, error) {
	entity, err := entities.Read(members, duplicates)
	if invalid := (*contract.Invalid)(nil); errors.As(err, &invalid) {
		return Row{}, violationsError(line, invalid.Violations)
	}
	return Row{Line: line, App: entity.App, Imported: entity.Imported}, err
}

func violationsError(line int, violations []contract.Violation) *RowError {
	err := &RowError{Line: line}
	for _, v := range violations {
		err.Problems = append(err.Problems, newProblem(strings.TrimPrefix(v.Target, "/"), v.Message))
	}
	return err
}

func intuneObjectRow(line int, members map[string]any, dates dates.Dates) (Row, error) {
	for name, value := range members {
		switch value.(type) {
		case map[string]any, []any:
			if intune.Reads(name) {
				return Row{}, newRowError(line, name, "neither a string nor a number")
			}
		}
	}
	return intuneRow(line, func(column string) (text string, ok bool) {
		value, ok := members[column]
		switch value := value.(type) {
		case string:
			text = value
		case json.Number:
			text = value.String()
		case bool:
			text = strconv.FormatBool(value)
		}
		return text, ok
	}, dates)
}
