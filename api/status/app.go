package status

import "installstatus/api/query"

// CanonicalApp returns the form of an app's id in which a store keeps it: a GUID, 8-4-4-4-12 hexadecimal digits without braces, is
// in lower case, since sources spell GUIDs differently. Any other id stays as it is.
func CanonicalApp(app string) string {
	if !isGUID(app) {
		return app
	}
	return query.Lower.Of(app)
}

func isGUID(text string) bool {
	const form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if len(text) != len(form) {
		return false
	}
	for i := range len(form) {
		isDash := text[i] == '-'
		if isDash != (form[i] == '-') || !isDash && !isHexadecimal(text[i]) {
			return false
		}
	}
	return true
}

func isHexadecimal(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

// Moved returns the id and the user status that a row has after its app got another id. Ids that were derived from the old one are
// derived from the new one, so that imports without ids and creations by name meet the row as before. All other ids stay.
func Moved(row Row, from, to string) (id, user string) {
	id, user = row.ID, row.User
	if deviceStatusID(from, row.DeviceID.Value) == id {
		id = deviceStatusID(to, row.DeviceID.Value)
	}
	if user != "" && UserStatusID(from, row.UserPrincipalName.Value) == user {
		user = UserStatusID(to, row.UserPrincipalName.Value)
	}
	return id, user
}
