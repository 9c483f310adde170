package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"installstatus/api/contract"
	"installstatus/api/status"
	"installstatus/gen"
)

// Error is an answer that is not a success. The contract lists every pair of Status and Code.
type Error struct {
	Status  int
	Code    string
	Message string               // what is wrong and what would be right; nothing of the request that may be personal
	Details []contract.Violation // one for each thing that is wrong, where there is more to say
	Header  map[string]string    // headers of the answer beside those that every answer has
}

func (e *Error) Error() string { return e.Message }

// Unauthenticated is the 401 for a request whose token was not accepted; the message says why, without the token.
func Unauthenticated(message string) *Error {
	return &Error{
		Status: http.StatusUnauthorized, Code: "InvalidAuthenticationToken", Message: message,
		Header: map[string]string{"WWW-Authenticate": `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`},
	}
}

// TooManyRequests is the 429 for a request that will be served after a time, which is told in whole seconds, rounded up.
func TooManyRequests(message string, after time.Duration) *Error {
	seconds := min(max(1, int(math.Ceil(after.Seconds()))), maxRetryAfter)
	return &Error{
		Status: http.StatusTooManyRequests, Code: "TooManyRequests", Message: message,
		Header: map[string]string{"Retry-After": strconv.Itoa(seconds)},
	}
}

// maxRetryAfter is in seconds, as in the contract.
const maxRetryAfter = 3600

func badRequest(message string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: message}
}

// badParameters are what is wrong with parameters that only their operation can judge.
type badParameters []contract.Violation

// add adds an error of a parameter, if it is one.
func (b *badParameters) add(name string, err error) {
	if err == nil {
		return
	}
	message := fmt.Sprintf("The parameter '%s' is not valid: %s", name, err)
	if !strings.HasSuffix(message, "?") {
		message += "."
	}
	*b = append(*b, contract.Violation{Code: "InvalidParameter", Target: name, Message: message})
}

// err is the 400 for all of them, nil where there are none.
func (b badParameters) err() error { return contract.NewInvalid("BadRequest", b) }

const noSuchStatus = "There is no such mobileAppInstallStatus under this path."

// errNothingToUpdate is the 404 for a PATCH that did not ask to create.
var errNothingToUpdate = &Error{
	Status: http.StatusNotFound, Code: "ResourceNotFound",
	Message: noSuchStatus + " To create it, send Prefer: create-if-missing.",
}

// answerTo is the answer that an error deserves. One that nobody foresaw is a fault of ours, and keeps its text to itself.
func answerTo(err error) *Error {
	var known *Error
	var invalid *contract.Invalid
	var routing *echo.HTTPError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &invalid):
		return &Error{Status: http.StatusBadRequest, Code: invalid.Code, Message: invalid.Error(), Details: invalid.Violations}
	case errors.As(err, &tooLarge):
		return &Error{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: fmt.Sprintf("The body is longer than %d bytes, compressed or decompressed.", MaxBody)}
	case errors.Is(err, status.ErrNotFound):
		return &Error{Status: http.StatusNotFound, Code: "ResourceNotFound", Message: noSuchStatus}
	case errors.Is(err, status.ErrConditionNotMet):
		return &Error{Status: http.StatusPreconditionFailed, Code: "ConditionNotMet", Message: "The entity has changed: it has none of the entity tags in If-Match, or one of those in If-None-Match. Read it again and send its ETag."}
	case errors.Is(err, status.ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &Error{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable", Message: "The store cannot answer now; a change may or may not have happened. Wait for the time in Retry-After.", Header: map[string]string{"Retry-After": "1"}}
	case errors.As(err, &routing) && routing.Code < http.StatusInternalServerError:
		return badRequest("The request is not one that the contract has.")
	default:
		return &Error{Status: http.StatusInternalServerError, Code: "InternalServerError", Message: "The server is at fault. Name the request-id when you report it."}
	}
}

// writeError answers with the error. It is the one place where an error becomes an answer.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	x := exchangeOf(r)
	answer := answerTo(err)
	if answer.Status >= http.StatusInternalServerError {
		x.left = errors.Is(err, context.Canceled) && errors.Is(r.Context().Err(), context.Canceled)
		if !x.left {
			x.fault = err
		}
	}
	body := gen.ODataError{Error: gen.MainError{
		Code:    answer.Code,
		Message: answer.Message,
		InnerError: gen.InnerError{
			Date:            x.began.UTC().Format("2006-01-02T15:04:05"),
			RequestID:       x.requestID,
			ClientRequestID: x.clientRequestID,
		},
	}}
	if x.clientRequestID == "" {
		body.Error.InnerError.ClientRequestID = x.requestID
	}
	if len(answer.Details) > 0 {
		details := make([]gen.ErrorDetail, len(answer.Details))
		for i, d := range answer.Details {
			details[i] = gen.ErrorDetail(d)
		}
		body.Error.Details = &details
	}
	for name, value := range answer.Header {
		w.Header().Set(name, value)
	}
	writeJSON(w, answer.Status, "application/json", body)
}

func writeJSON(w http.ResponseWriter, code int, contentType string, value any) {
	writeBody(w, code, contentType, encode(value))
}

func writeBody(w http.ResponseWriter, code int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	w.Write(body)
}
