package sqlgen

import (
	"testing"

	"installstatus/api/status"
)

func TestEveryPropertyOfAUserStatusIsSelectedAndScanned(t *testing.T) {
	users := Users{UserName: "name", UserPrincipalName: "principal"}
	values := make(map[string]string)
	for _, p := range status.UserProperties {
		value := users.Property(p.Name).Value
		if other, taken := values[value]; taken || value == "" {
			t.Errorf("%s is %q, as is %s", p.Name, value, other)
		}
		values[value] = p.Name
	}
	if got := len(UserFields(new(status.UserStatus))); got != len(status.UserProperties) {
		t.Errorf("%d fields are scanned, of %d", got, len(status.UserProperties))
	}
}
