package api

import "net/http"

// Error is an answer that is not a success.
type Error struct {
	Status  int
	Code    string
	Message string
	Header  http.Header
}

func (e *Error) Error() string { return e.Message }

// Unauthenticated is the 401 for a request whose token was not accepted; the message says why, without the token.
func Unauthenticated(message string) *Error {
	return &Error{Status: http.StatusUnauthorized, Code: "InvalidAuthenticationToken", Message: message}
}
