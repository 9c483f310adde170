package main

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"installstatus/server/auth"
)

// maxTokenSeconds is a year.
const maxTokenSeconds = 365 * 24 * 60 * 60

// grantOf reads a token request: grant_type, and tenant, scope, app_only and expires_in where the defaults of
// "installstatus token" won't do. Who asks (client_id, client_secret, username, password) is not looked at, and what is
// unknown is ignored, as RFC 6749 wants it.
func grantOf(form url.Values) (auth.Grant, *tokenError) {
	for _, name := range []string{"grant_type", "tenant", "scope", "app_only", "expires_in"} {
		if len(form[name]) > 1 {
			return auth.Grant{}, badTokenRequest(name + " is given more than once.")
		}
	}
	switch form.Get("grant_type") {
	case "client_credentials", "password":
	case "":
		return auth.Grant{}, badTokenRequest("grant_type is missing: it must be client_credentials or password.")
	default:
		return auth.Grant{}, &tokenError{http.StatusBadRequest, "unsupported_grant_type", "grant_type must be client_credentials or password."}
	}
	grant := auth.Grant{Tenant: developmentTenant, Lifetime: time.Hour}
	if tenant := form.Get("tenant"); tenant != "" {
		grant.Tenant = tenant
	}
	var err *tokenError
	if grant.Scope, err = permissionsOf(form.Get("scope")); err != nil {
		return auth.Grant{}, err
	}
	if text := form.Get("app_only"); text != "" {
		appOnly, err := strconv.ParseBool(text)
		if err != nil {
			return auth.Grant{}, badTokenRequest("app_only must be true or false.")
		}
		grant.AppOnly = appOnly
	}
	if text := form.Get("expires_in"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 1 || seconds > maxTokenSeconds {
			return auth.Grant{}, badTokenRequest("expires_in must be a number of seconds, from 1 to 31536000 (a year).")
		}
		grant.Lifetime = time.Duration(seconds) * time.Second
	}
	return grant, nil
}

// permissionsOf takes permissions as Entra names them: with or without the resource in front, as in
// https://graph.microsoft.com/DeviceManagementApps.ReadWrite.All. The resource's .default stands for writing.
func permissionsOf(scope string) (string, *tokenError) {
	var permissions []string
	for name := range strings.SplitSeq(scope, " ") {
		if name == "" {
			continue
		}
		permission := name[strings.LastIndexByte(name, '/')+1:]
		if permission == ".default" {
			permission = writePermission
		}
		if permission == "" || strings.ContainsFunc(permission, isForbiddenInScope) {
			return "", &tokenError{http.StatusBadRequest, "invalid_scope",
				"scope must be permissions with a space between each, such as " + writePermission + "."}
		}
		permissions = append(permissions, permission)
	}
	if len(permissions) == 0 {
		return writePermission, nil
	}
	return strings.Join(permissions, " "), nil
}

// isForbiddenInScope is by RFC 6749, section 3.3.
func isForbiddenInScope(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }
