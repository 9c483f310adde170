package api

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"installstatus/api/contract"
	"installstatus/api/status"
)

// Entity is a device status outside of an answer, where no path says which app and which user status it belongs to.
type Entity struct {
	App string // "" where nothing says it
	status.Imported
}

// The members of an entity that say what a path says in a request. The second is null for a status without a user status.
const (
	MemberApp  = "mobileAppId"
	MemberUser = "userAppInstallStatusId"
)

// EntityReader reads entities as the contract answers them, with the strictness that it has for a request.
type EntityReader struct{ update *contract.Operation }

// NewEntityReader prepares the contract that is built in.
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

// Read reads an entity from its members, which contract.Decode gave or which are of the same types, and which it may change.
// An entity is whole: what it leaves out has the value that a new status has. Its id may be missing, and is then "". An error is
// a *contract.Invalid.
func (r *EntityReader) Read(members map[string]any, duplicates []contract.Violation) (Entity, error) {
	var e Entity
	var misplaced []contract.Violation
	if app, given := members[MemberApp]; given {
		text, isID := idOf(app)
		if !isID {
			misplaced = append(misplaced, noID(MemberApp, "an id"))
		}
		e.App = text
	}
	if user, given := members[MemberUser]; given {
		text, isID := idOf(user)
		if !isID && user != nil {
			misplaced = append(misplaced, noID(MemberUser, "an id, or null"))
		}
		e.User = &text
	}
	delete(members, MemberApp)
	delete(members, MemberUser)
	body, err := r.update.CheckBody(members, append(misplaced, duplicates...))
	if err != nil {
		return Entity{}, err
	}
	e.ID, _ = members["id"].(string)
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

// IsID reports whether a text can be the id of something.
func IsID(text string) bool {
	return text != "" && utf8.RuneCountInString(text) <= status.MaxID && strings.IndexByte(text, 0) < 0
}

func noID(member, allowed string) contract.Violation {
	return contract.Violation{
		Code: "InvalidId", Target: "/" + member,
		Message: fmt.Sprintf("The value of '%s' is not %s, which has 1 to %d characters and no U+0000.", member, allowed, status.MaxID),
	}
}

// AppendEntity appends a row of an app as JSON that EntityReader reads as the same row: the entity as it is answered, and
// beside it what its path says.
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
