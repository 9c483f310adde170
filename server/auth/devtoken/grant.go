package devtoken

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"installstatus/server/auth"
)

// maxSeconds is one year.
const maxSeconds = 365 * 24 * 60 * 60

// grantOf reads a token request: grant_type, and optionally tenant, scope, app_only and expires_in. It ignores the client's
// credentials (client_id, client_secret, username, password), and unknown parameters, as RFC 6749 requires.
func grantOf(form url.Values) (auth.Grant, *problem) {
	for _, name := range []string{"grant_type", "tenant", "scope", "app_only", "expires_in"} {
		if len(form[name]) > 1 {
			return auth.Grant{}, badRequest(name + " is given more than once.")
		}
	}
	switch form.Get("grant_type") {
	case "client_credentials", "password":
	case "":
		return auth.Grant{}, badRequest("grant_type is missing: it must be client_credentials or password.")
	default:
		return auth.Grant{}, &problem{http.StatusBadRequest, "unsupported_grant_type", "grant_type must be client_credentials or password."}
	}
	grant := auth.Grant{Tenant: auth.DevelopmentTenant, Lifetime: time.Hour}
	if tenant := form.Get("tenant"); tenant != "" {
		grant.Tenant = tenant
	}
	var err *problem
	if grant.Scope, err = permissionsOf(form.Get("scope")); err != nil {
		return auth.Grant{}, err
	}
	if text := form.Get("app_only"); text != "" {
		appOnly, err := strconv.ParseBool(text)
		if err != nil {
			return auth.Grant{}, badRequest("app_only must be true or false.")
		}
		grant.AppOnly = appOnly
	}
	if text := form.Get("expires_in"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 1 || seconds > maxSeconds {
			return auth.Grant{}, badRequest("expires_in must be a number of seconds, from 1 to 31536000 (a year).")
		}
		grant.Lifetime = time.Duration(seconds) * time.Second
	}
	return grant, nil
}

// permissionsOf accepts permissions as Entra names them: with or without the resource in front, as in
// https://graph.microsoft.com/DeviceManagementApps.ReadWrite.All. A resource's .default means the permission to write.
func permissionsOf(scope string) (string, *problem) {
	var permissions []string
	for name := range strings.SplitSeq(scope, " ") {
		if name == "" {
			continue
		}
		permission := name[strings.LastIndexByte(name, '/')+1:]
		if permission == ".default" {
			permission = auth.WritePermission
		}
		if permission == "" || strings.ContainsFunc(permission, isForbiddenInScope) {
			return "", &problem{http.StatusBadRequest, "invalid_scope",
				"scope must be permissions with a space between each, such as " + auth.WritePermission + "."}
		}
		permissions = append(permissions, permission)
	}
	if len(permissions) == 0 {
		return auth.WritePermission, nil
	}
	return strings.Join(permissions, " "), nil
}

// isForbiddenInScope reports whether RFC 6749, section 3.3, forbids r in a scope.
func isForbiddenInScope(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }
