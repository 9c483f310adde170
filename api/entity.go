package api

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"installstatus/api/contract"
	"installstatus/api/query"
	"installstatus/api/status"
)

// Entity is a device status in a file, where no path names its app and its user status.
type Entity struct {
	App string // "" if the entity does not name it
	status.Imported
}

// Members of an entity that are in the path of a request. MemberUser is null for a status that belongs to no user status.
const (
	MemberApp  = "mobileAppId"
	MemberUser = "userAppInstallStatusId"
)

// EntityReader reads entities in the form in which the API returns them. It is as strict as the API is with a request.
type EntityReader struct{ update *contract.Operation }

// NewEntityReader returns a reader for the built-in contract.
func NewEntityReader() (*EntityReader, error) {
	c, err := Contract()
	if err != nil {
		return nil, err
	}
	update := c.Operation("updateDeviceStatus")
	if update == nil {
		return nil, errors.New("the contract has no operation updateDeviceStatus")
	}
	return &EntityReader{update: update}, nil
}

// Decode reads a JSON text for Read. It returns no error but *contract.SyntaxError.
func (r *EntityReader) Decode(text []byte) (value any, duplicates []contract.Violation, err error) {
	return r.update.Decode(text)
}

// Read reads an entity from its members, which have the types that Decode returns, and which Read may change. A property
// that the entity omits gets the value that it has in a new status. The id is "" if it is missing. The error is a
// *contract.Invalid.
func (r *EntityReader) Read(members map[string]any, duplicates []contract.Violation) (Entity, error) {
	var e Entity
	var misplaced []contract.Violation
	if app, given := members[MemberApp]; given {
		text, isID := idOf(app)
		if !isID {
			misplaced = append(misplaced, invalidID(MemberApp, "an id"))
		}
		e.App = text
	}
	if user, given := members[MemberUser]; given {
		text, isID := idOf(user)
		if !isID && user != nil {
			misplaced = append(misplaced, invalidID(MemberUser, "an id or null"))
		}
		e.User = &text
	}
	if id, isText := members[query.ID].(string); isText && isSystem(id) {
		misplaced = append(misplaced, invalidID(query.ID, "an id"))
	}
	delete(members, MemberApp)
	delete(members, MemberUser)
	maps.DeleteFunc(members, func(name string, _ any) bool {
		property, _, isAnnotation := contract.AnnotationOf(name) // Rule 10.
		return isAnnotation && (property == MemberApp || property == MemberUser)
	})
	body, err := r.update.CheckBody(members, append(misplaced, duplicates...))
	if err != nil {
		return Entity{}, err
	}
	e.ID, _ = members[query.ID].(string)
	patch, err := patchOf(body)
	if err != nil {
		return Entity{}, err
	}
	e.Patch = patch.Apply(status.New(e.ID)).Whole()
	return e, nil
}

func idOf(value any) (id string, isID bool) {
	id, _ = value.(string)
	return id, IsID(id)
}

// IsID reports whether a text is a valid id. Rule 3.
func IsID(text string) bool {
	return text != "" && !isSystem(text) && utf8.RuneCountInString(text) <= status.MaxID && strings.IndexByte(text, 0) < 0
}

func invalidID(member, allowed string) contract.Violation {
	return contract.Violation{
		Code: "InvalidId", Target: "/" + member,
		Message: fmt.Sprintf("The value of '%s' is not %s. An id has 1 to %d characters, no U+0000, and no $ at its start.", member, allowed, status.MaxID),
	}
}

// AppendEntity appends a row of an app as JSON that EntityReader reads as the same row: the entity as the API returns it, with the
// ids from its path added.
func AppendEntity(to []byte, app string, row status.Row) []byte {
	place := struct {
		App  string  `json:"mobileAppId"`
		User *string `json:"userAppInstallStatusId"`
	}{App: app}
	if row.User != "" {
		place.User = &row.User
	}
	to = append(to, encode(place)...)
	to[len(to)-1] = ','
	return deviceStatusJSON.appendMembers(to, &row.Status, everything)
}
