package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"installstatus/api"
	"installstatus/api/contract"
	"installstatus/api/query"
	"installstatus/server/transfer/dates"
)

// objects reads rows from JSON objects.
type objects struct {
	entities *api.EntityReader
	options  Options
	notes    *notes
}

// row reads a row from a JSON object that begins on the given line.
func (o *objects) row(line int, text []byte) (Row, error) {
	value, duplicates, err := o.decode(line, text)
	if err != nil {
		return Row{}, err
	}
	members, isObject := value.(map[string]any)
	if !isObject {
		return Row{}, newRowError(line, "", "not a JSON object")
	}
	members = unwrapped(members)
	if column, reason := otherAnswer(members); reason != "" {
		return Row{}, newRowError(line, column, reason)
	}
	if isAnswer(members) {
		err := newRowError(line, "", "an object with an array of rows where a row is expected; put it into a file of its own")
		err.isAnswer = true
		return Row{}, err
	}
	if isStrict(members) {
		return entityRow(line, members, duplicates, o.entities, o.options.Dates)
	}
	if len(duplicates) > 0 {
		return Row{}, violationsError(line, duplicates)
	}
	return o.lenient(line, members)
}

// decode reads a JSON text. The error is a *RowError.
func (o *objects) decode(line int, text []byte) (value any, duplicates []contract.Violation, err error) {
	value, duplicates, err = o.entities.Decode(text)
	if syntax := (*contract.SyntaxError)(nil); errors.As(err, &syntax) {
		return nil, nil, newRowError(line+syntax.Line-1, "", fmt.Sprintf("column %d: %s", syntax.Column, syntax.What))
	}
	return value, duplicates, err
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

// otherAnswer returns the reason if the members are those of an answer that people save in place of a report.
func otherAnswer(members map[string]any) (column, reason string) {
	failure, failed := members["error"].(map[string]any)
	if _, hasCode := failure["code"]; failed && hasCode {
		return "error", "an error that Graph returned, not a row; its code says why"
	}
	_, hasReport := members["reportName"]
	if _, hasURL := members["url"]; hasURL && hasReport {
		return "url", "an export job, not its report; when its status is completed, download the file at its url"
	}
	return "", ""
}

// isAnswer reports whether an object has an array of rows, so that it is not one.
func isAnswer(members map[string]any) bool {
	for name, value := range members {
		if _, isArray := value.([]any); isArray && holdsRows(name) {
			return true
		}
	}
	return false
}

// entityRow reads a row from the members of an entity, which it may change.
func entityRow(line int, members map[string]any, duplicates []contract.Violation, entities *api.EntityReader, as dates.Dates) (Row, error) {
	problem := readDate(members, as)
	entity, err := entities.Read(members, duplicates)
	if invalid := (*contract.Invalid)(nil); errors.As(err, &invalid) {
		rowError := violationsError(line, invalid.Violations)
		if problem != nil {
			rowError.replace(dateMember, *problem)
		}
		return Row{}, rowError
	}
	return Row{Line: line, App: entity.App, Imported: entity.Imported, appColumn: api.MemberApp}, err
}

// dateMember is the member of an entity that is a date.
const dateMember = "lastSyncDateTime"

// readDate reads the date of an entity that another program has saved again. One as the API writes it stays as it is.
func readDate(members map[string]any, as dates.Dates) *dates.Problem {
	text, isText := members[dateMember].(string)
	if !isText || query.CheckDateTime(text) == nil {
		return nil
	}
	at, problem := as.Read(text)
	if problem == nil {
		members[dateMember] = at.String()
	}
	return problem
}

func violationsError(line int, violations []contract.Violation) *RowError {
	err := &RowError{Line: line}
	for _, v := range violations {
		err.Problems = append(err.Problems, newProblem(strings.TrimPrefix(v.Target, "/"), v.Message))
	}
	return err
}

// textOf returns the text of a value that is not an array or an object. Windows PowerShell writes a value with notes as an object
// with the value in it.
func textOf(value any) (text string, ok bool) {
	switch value := value.(type) {
	case nil:
		return "", true
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	case bool:
		return fmt.Sprint(value), true
	case map[string]any:
		if inner, isText := value["value"].(string); isText {
			return inner, true
		}
	}
	return "", false
}
