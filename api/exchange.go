package api

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"installstatus/api/contract"
)

// exchange is one request on its way, and what each step found out for those after it.
type exchange struct {
	began           time.Time
	requestID       string
	clientRequestID string // "" where the client sent none that is well-formed
	caller          Caller
	inBatch         bool  // it is a request of a batch
	room            *room // for lists in the answer to its batch, nil outside of one
	operation       *contract.Operation
	params          []contract.Param
	body            any   // decoded and valid; nil before the contract has accepted it
	fault           error // why the answer is a 5xx
	left            bool  // the client left, which ended the work on its answer
}

// Exchange is what can be told of a request when it has been answered. Nothing in it is personal.
type Exchange struct {
	Method    string
	Operation string // the contract's operationId, "" where the request reached none
	Route     string // its path as the contract writes it, from the base path on, "" likewise
	InBatch   bool   // it is a request of a batch, which has an exchange of its own
	Tenant    string // "" where the caller was not accepted
	RequestID string
	Status    int // of the answer, or StatusClientClosedRequest
	Duration  time.Duration
	Fault     error // why the answer is a 5xx, else nil
}

// StatusClientClosedRequest says that the client left before there was an answer, which is no fault of the server; nginx has
// the number. It is never sent: what is, to a client that only sends no more, is a 503.
const StatusClientClosedRequest = 499

// Headers that every answer has, in the form in which net/http keeps names. They go over the wire in any case.
const (
	requestID       = "Request-Id"
	clientRequestID = "Client-Request-Id"
	odataVersion    = "Odata-Version"
)

type exchangeKey struct{}

// exchangeOf panics for a request that has not gone through begin, which would have no tenant.
func exchangeOf(r *http.Request) *exchange {
	return r.Context().Value(exchangeKey{}).(*exchange)
}

// begin gives the request its names and the answer the headers that every answer has.
func begin(w http.ResponseWriter, r *http.Request, now time.Time) (*http.Request, *exchange) {
	x := &exchange{began: now, requestID: uuid.NewString()}
	if lines := r.Header.Values(clientRequestID); len(lines) == 1 && isEchoable(lines[0]) {
		x.clientRequestID = lines[0]
		w.Header().Set(clientRequestID, x.clientRequestID)
	} else {
		r.Header.Del(clientRequestID)
	}
	w.Header().Set(requestID, x.requestID)
	w.Header().Set(odataVersion, "4.0")
	return r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x)), x
}

// isEchoable reports whether a client-request-id is 1 to 128 printable ASCII characters.
func isEchoable(id string) bool {
	for i := range len(id) {
		if id[i] < ' ' || id[i] > '~' {
			return false
		}
	}
	return 0 < len(id) && len(id) <= 128
}

// end answers for a handler that panicked, and tells the observer.
func (a *API) end(w *answer, r *http.Request, x *exchange) {
	if p := recover(); p != nil {
		err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		if w.status == 0 {
			writeError(w, r, err)
		}
		x.fault = err
	}
	if a.options.Observe == nil {
		return
	}
	told := Exchange{
		Method: r.Method, InBatch: x.inBatch, Tenant: x.caller.Tenant, RequestID: x.requestID,
		Status: w.status, Duration: a.options.Now().Sub(x.began), Fault: x.fault,
	}
	if x.operation != nil {
		told.Operation, told.Route = x.operation.ID, a.basePath+x.operation.Path
	}
	if x.left {
		told.Status = StatusClientClosedRequest
	}
	a.options.Observe(told)
}

// answer is a ResponseWriter that remembers its status, 0 before there is one.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(code int) {
	if a.status == 0 {
		a.status = code
	}
	a.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
