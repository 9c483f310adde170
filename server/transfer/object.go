package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"installstatus/api"
	"installstatus/api/contract"
	"installstatus/server/intune"
)

// rowOfObject is the row that a JSON object says, which begins on the given line.
func rowOfObject(line int, text []byte, entities *api.EntityReader) (Row, error) {
	value, duplicates, err := contract.Decode(text)
	if syntax := (*contract.SyntaxError)(nil); errors.As(err, &syntax) {
		return Row{}, refuse(line+syntax.Line-1, "", fmt.Sprintf("column %d: %s", syntax.Column, syntax.What))
	}
	members, isObject := value.(map[string]any)
	if !isObject {
		return Row{}, refuse(line, "", "not a JSON object")
	}
	if _, isIntunes := members[intune.DeviceID]; isIntunes {
		if len(duplicates) > 0 {
			return Row{}, refusedBy(line, duplicates)
		}
		return rowOfIntunesObject(line, members)
	}
	return rowOfEntity(line, members, duplicates, entities)
}

func rowOfEntity(line int, members map[string]any, duplicates []contract.Violation, entities *api.EntityReader) (Row, error) {
	entity, err := entities.Read(members, duplicates)
	if invalid := (*contract.Invalid)(nil); errors.As(err, &invalid) {
		return Row{}, refusedBy(line, invalid.Violations)
	}
	return Row{Line: line, App: entity.App, Imported: entity.Imported}, err
}

func refusedBy(line int, violations []contract.Violation) *Refused {
	refused := &Refused{Line: line}
	for _, v := range violations {
		refused.Problems = append(refused.Problems, problem(strings.TrimPrefix(v.Target, "/"), v.Message))
	}
	return refused
}

func rowOfIntunesObject(line int, members map[string]any) (Row, error) {
	for name, value := range members {
		switch value.(type) {
		case map[string]any, []any:
			if intune.Reads(name) {
				return Row{}, refuse(line, name, "neither a text nor a number")
			}
		}
	}
	return rowOfIntune(line, func(column string) (text string, there bool) {
		value, there := members[column]
		switch value := value.(type) {
		case string:
			text = value
		case json.Number:
			text = value.String()
		case bool:
			text = strconv.FormatBool(value)
		}
		return text, there
	})
}
