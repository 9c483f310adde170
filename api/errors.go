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

// Error is an error response. The contract lists every pair of Status and Code; this file makes all of them.
type Error struct {
	Status  int
	Code    string
	Message string               // what is wrong, and what would be right; it repeats nothing of the request that may be personal
	Details []contract.Violation // one for each problem, if there is more to say
	Header  map[string]string    // headers of the response in addition to those that every response has
}

func (e *Error) Error() string { return e.Message }

// answerTo returns the response for an error: an *Error is a response itself, and every other kind is a case below. An unknown
// error is a fault of the server, whose text is not sent.
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
		return errTooLarge
	case errors.Is(err, status.ErrNotFound):
		return notFound(noSuchStatus)
	case errors.Is(err, status.ErrConditionNotMet):
		return errConditionNotMet
	case errors.Is(err, ErrNoMemory):
		return errNoMemory
	case errors.Is(err, status.ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return errUnavailable
	case errors.As(err, &routing) && routing.Code < http.StatusInternalServerError:
		return badRequest("The contract has no such request.")
	}
	return errInternal
}

func badRequest(message string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: contract.BadRequest, Message: message}
}

// Unauthenticated returns the 401 for a request whose token was not accepted. The message explains why, without the token.
func Unauthenticated(message string) *Error {
	return &Error{
		Status: http.StatusUnauthorized, Code: "InvalidAuthenticationToken", Message: message,
		Header: map[string]string{"WWW-Authenticate": `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`},
	}
}

func forbidden(message string) *Error {
	return &Error{Status: http.StatusForbidden, Code: "Forbidden", Message: message}
}

func notFound(message string) *Error {
	return &Error{Status: http.StatusNotFound, Code: "ResourceNotFound", Message: message}
}

var errBatchInBatch = badRequest("A batch cannot contain a batch. Send it on its own.")

const noSuchStatus = "There is no such mobileAppInstallStatus at this path."

// errNothingToUpdate is the 404 for a PATCH without create-if-missing.
var errNothingToUpdate = notFound(noSuchStatus + " To create it, send Prefer: create-if-missing.")

var errNoUserStatus = notFound("There is no such userAppInstallStatus at this path. It exists while a mobileAppInstallStatus belongs to it.")

func methodNotAllowed(message, allow string) *Error {
	return &Error{
		Status: http.StatusMethodNotAllowed, Code: "No method match route template", Message: message,
		Header: map[string]string{"Allow": allow},
	}
}

var errNotAcceptable = &Error{
	Status: http.StatusNotAcceptable, Code: "NotAcceptable",
	Message: "Accept excludes the media type of the response. Send Accept: application/json, or no Accept.",
}

var errRequestTimeout = &Error{
	Status: http.StatusRequestTimeout, Code: "RequestTimeout",
	Message: "The body did not arrive in time. Send the request again, without a pause in its body.",
}

var errConditionNotMet = &Error{
	Status: http.StatusPreconditionFailed, Code: "ConditionNotMet",
	Message: "The entity has changed: its ETag is not in If-Match, or is in If-None-Match. Read the entity again and send its new ETag.",
}

var errTooLarge = &Error{
	Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge",
	Message: fmt.Sprintf("The body is longer than %d bytes, compressed or decompressed.", MaxBody),
}

var errContentCoding = &Error{
	Status: http.StatusUnsupportedMediaType, Code: "UnsupportedMediaType",
	Message: "The content coding of the body is not supported. Send the body with gzip, or uncompressed.",
	Header:  map[string]string{"Accept-Encoding": "gzip, identity"},
}

var errFailedDependency = &Error{
	Status: http.StatusFailedDependency, Code: "FailedDependency",
	Message: "The request was not tried: a request that it depends on failed.",
}

// TooManyRequests returns the 429 for a request that can succeed after a time. Retry-After is in whole seconds, rounded up.
func TooManyRequests(message string, after time.Duration) *Error {
	seconds := min(max(1, int(math.Ceil(after.Seconds()))), maxRetryAfter)
	return &Error{
		Status: http.StatusTooManyRequests, Code: "TooManyRequests", Message: message,
		Header: map[string]string{"Retry-After": strconv.Itoa(seconds)},
	}
}

// maxRetryAfter is in seconds. The contract has the same maximum.
const maxRetryAfter = 3600

var errInternal = &Error{
	Status: http.StatusInternalServerError, Code: "InternalServerError",
	Message: "The server failed. Include the request-id when you report this.",
}

var errUnavailable = &Error{
	Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable",
	Message: "The store is unavailable; a change may or may not have been made. Wait for the time in Retry-After.",
	Header:  map[string]string{"Retry-After": "1"},
}

var errNoMemory = &Error{
	Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable",
	Message: "The server has no memory free for a request of this size; nothing was done. Wait for the time in Retry-After, or send less at once.",
	Header:  map[string]string{"Retry-After": "1"},
}

// badParameters are the violations by parameters that only their operation can check.
type badParameters []contract.Violation

// add adds an error of a parameter, unless it is nil.
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

// err returns the 400 for all of them, nil if there are none.
func (b badParameters) err() error { return contract.NewInvalid(contract.BadRequest, b) }

// writeError writes the response for an error. Every error response is written here.
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
