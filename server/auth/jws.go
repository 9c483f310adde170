package auth

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

// jws is a signed token in the compact form of RFC 7515. Nothing of it is verified yet.
type jws struct {
	text      string
	algorithm jose.SignatureAlgorithm
	keyID     string // "" if the header names no key
	payload   []byte
}

// parseJWS refuses tokens that no key could verify. It ignores keys that the header contains or points to (jwk, x5c, jku,
// x5u): with them, a token would verify itself.
func parseJWS(text string) (jws, error) {
	parts := strings.Split(text, ".")
	if len(parts) == 5 {
		return jws{}, notValid("The token is encrypted (JWE); only signed ones (JWS) are accepted.")
	}
	if len(parts) != 3 {
		return jws{}, notWellFormed("it must be three parts, header.payload.signature.")
	}
	var decoded [3][]byte
	for i, part := range parts {
		var ok bool
		if decoded[i], ok = decodeBase64URL(part); !ok {
			return jws{}, notWellFormed("each of its parts must be base64url text without padding.")
		}
	}
	header, err := parseHeader(decoded[0])
	if err != nil {
		return jws{}, err
	}
	return jws{text: text, algorithm: header.Algorithm, keyID: header.KeyID, payload: decoded[1]}, nil
}

// decodeBase64URL accepts exactly one text for any bytes, so that a token has one spelling.
func decodeBase64URL(text string) ([]byte, bool) {
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return decoded, err == nil && len(decoded) > 0 && !strings.ContainsAny(text, "\r\n")
}

type joseHeader struct {
	Algorithm jose.SignatureAlgorithm `json:"alg"`
	KeyID     string                  `json:"kid"`
	Type      string                  `json:"typ"`
	Critical  json.RawMessage         `json:"crit"`
	Unencoded json.RawMessage         `json:"b64"`
	Nonce     json.RawMessage         `json:"nonce"`
}

func parseHeader(text []byte) (joseHeader, error) {
	var header joseHeader
	if err := json.Unmarshal(text, &header); err != nil {
		return joseHeader{}, notWellFormed("its header must be one JSON object with each name once; " +
			"alg, kid and typ are strings.")
	}
	switch {
	case header.Nonce != nil:
		return joseHeader{}, notValid("The token has a nonce in its header: Entra issued it for Microsoft Graph itself, " +
			"and only Graph can verify it. Register an API of your own in Entra that exposes " +
			WritePermission + ", pass its audience to this server with --audience, and get a token for it.")
	case header.Critical != nil || header.Unencoded != nil:
		return joseHeader{}, notValid("The token's header asks for an extension (crit or b64), and none is supported.")
	case !isAccepted(header.Algorithm):
		return joseHeader{}, notValid("The token's alg must be RS256, PS256, ES256 or one of their 384 and 512 kin.")
	case !isAccessTokenType(header.Type):
		return joseHeader{}, notValid("The token's typ must be JWT or at+jwt, if it has one.")
	}
	return header, nil
}

// isAccepted excludes "none", and HMAC, whose key the issuer would have to share.
func isAccepted(algorithm jose.SignatureAlgorithm) bool {
	return slices.Contains([]jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512,
	}, algorithm)
}

// isAccessTokenType excludes other kinds of signed JSON from the same issuer, such as logout tokens (RFC 8725, 3.11).
func isAccessTokenType(name string) bool {
	switch strings.TrimPrefix(strings.ToLower(name), "application/") {
	case "", "jwt", "at+jwt":
		return true
	}
	return false
}

// signedByOneOf reports whether one of the keys, each fit for the token's algorithm, made its signature.
func (t jws) signedByOneOf(keys []key) bool {
	signed, err := jose.ParseSignedCompact(t.text, []jose.SignatureAlgorithm{t.algorithm})
	if err != nil {
		return false
	}
	for _, key := range keys {
		if _, err := signed.Verify(key.public); err == nil {
			return true
		}
	}
	return false
}
