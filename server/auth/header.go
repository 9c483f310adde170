package auth

import (
	"fmt"
	"net/http"
	"strings"

	"installstatus/api"
)

// maxToken is in bytes. Entra's tokens are 1 to 4 KiB long.
const maxToken = 16 << 10

const rightHeader = "send one, 'Authorization: Bearer <token>'."

// bearerToken is the text after "Bearer" in the one Authorization header of RFC 6750, "" where there is none. The query
// string and the body, where that RFC allows a token too, end up in logs and are never looked at.
func bearerToken(header http.Header) (string, error) {
	lines := header.Values("Authorization")
	if len(lines) > 1 {
		return "", api.Unauthenticated("There are several Authorization headers; " + rightHeader)
	}
	if len(lines) == 0 {
		return "", nil
	}
	scheme, token, _ := strings.Cut(strings.Trim(lines[0], " \t"), " ")
	token = strings.TrimLeft(token, " ")
	switch {
	case scheme == "":
		return "", nil
	case !strings.EqualFold(scheme, "Bearer"):
		return "", api.Unauthenticated("The Authorization header's scheme is not Bearer; " + rightHeader)
	case len(token) > maxToken:
		return "", api.Unauthenticated(fmt.Sprintf("The access token is longer than %d bytes.", maxToken))
	case strings.IndexByte(token, ' ') >= 0, strings.IndexByte(token, '\t') >= 0, strings.IndexByte(token, ',') >= 0:
		return "", api.Unauthenticated("The Authorization header has more than one token in it; " + rightHeader)
	}
	return token, nil
}
