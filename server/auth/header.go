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

// bearerToken returns the text after "Bearer" in the Authorization header of RFC 6750, or "" if there is none. The RFC also
// allows a token in the query string and in the body; both are ignored, because they end up in logs.
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
